"""Routes of stock."""

from django.urls import path

from inventory import views

urlpatterns = [
    path("stock/", views.board, name="stock"),
    path("stock/<int:sku_id>/<int:warehouse_id>/", views.explained, name="stock-explained"),
    path(
        "stock/<int:sku_id>/<int:warehouse_id>/<str:grade>/",
        views.explained,
        name="stock-explained",
    ),
]
