"""Routes of stock."""

from django.urls import path

from inventory.views import board, explained

urlpatterns = [
    path("stock/", board.board, name="stock"),
    path("stock/<int:sku_id>/<int:warehouse_id>/", explained.explained, name="stock-explained"),
    path(
        "stock/<int:sku_id>/<int:warehouse_id>/<str:grade>/",
        explained.explained,
        name="stock-explained",
    ),
]
