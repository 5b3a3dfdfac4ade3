"""Routes of orders for programs; the list itself is where orders are handed in (channels_sync)."""

from django.urls import path

from oms.api import orders

urlpatterns = [
    path("orders/cancel", orders.OrderCancels.as_view(), name="api-orders-cancel"),
    path("orders/<str:number>", orders.OrderOne.as_view(), name="api-order"),
    path("orders/<str:number>/timeline", orders.OrderTimeline.as_view(), name="api-order-timeline"),
    path("orders/<str:number>/cancel", orders.OrderCancel.as_view(), name="api-order-cancel"),
    path("orders/<str:number>/receiver", orders.OrderReceiver.as_view(), name="api-order-receiver"),
]
