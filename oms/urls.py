"""Routes of the order desk."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from oms import views


class OrderNumber(StringConverter):
    """A number such as SO-1042; its digits fit the column."""

    regex = "SO-[1-9][0-9]{0,17}"


register_converter(OrderNumber, "order_number")

urlpatterns = [
    path("orders/", views.order_list, name="orders"),
    path("orders/<order_number:number>/", views.order, name="order"),
    path("orders/<order_number:number>/slip/", views.packing_slip, name="packing-slip"),
    path("orders/<order_number:number>/reveal/", views.reveal, name="order-reveal"),
    path("orders/<order_number:number>/cancel/", views.cancel, name="order-cancel"),
    path("exceptions/", views.exceptions, name="exceptions"),
    path("exceptions/handle/", views.handle, name="exceptions-handle"),
]
