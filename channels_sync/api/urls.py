"""Routes of orders that programs hand in."""

from django.urls import path

from channels_sync.api import orders

urlpatterns = [
    path("orders", orders.Orders.as_view(), name="api-orders"),
    path("orders/batch", orders.OrderBatch.as_view(), name="api-orders-batch"),
]
