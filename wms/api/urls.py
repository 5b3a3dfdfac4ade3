"""Routes of fulfilments and shipments for other systems."""

from django.urls import path

from wms.api import outside, shipping

urlpatterns = [
    path("fulfilments", shipping.Fulfilments.as_view(), name="api-fulfilments"),
    path("fulfilments/<str:name>", shipping.FulfilmentOne.as_view(), name="api-fulfilment"),
    path(
        "fulfilments/<str:name>/shipped",
        outside.FulfilmentShipped.as_view(),
        name="api-fulfilment-shipped",
    ),
    path("shipments", shipping.Shipments.as_view(), name="api-shipments"),
    path("shipments/<str:number>", shipping.ShipmentOne.as_view(), name="api-shipment"),
    path(
        "shipments/<str:number>/label", shipping.ShipmentLabel.as_view(), name="api-shipment-label"
    ),
    path(
        "shipments/<str:number>/ship", shipping.ShipmentShipped.as_view(), name="api-shipment-ship"
    ),
]
