"""Routes of masters and of the till."""

from django.urls import path

from inventory.api import masters, places, till

urlpatterns = [
    path("skus", masters.Skus.as_view(), name="api-skus"),
    path("skus/<str:code>", masters.SkuOne.as_view(), name="api-sku"),
    path("lots", masters.Lots.as_view(), name="api-lots"),
    path("lots/<int:lot_id>", masters.LotOne.as_view(), name="api-lot"),
    path("warehouses", places.Warehouses.as_view(), name="api-warehouses"),
    path("warehouses/<str:code>", places.WarehouseOne.as_view(), name="api-warehouse"),
    path("locations", places.Locations.as_view(), name="api-locations"),
    path("locations/<int:location_id>", places.LocationOne.as_view(), name="api-location"),
    path("pos/sales", till.Sales.as_view(), name="api-pos-sales"),
    path("pos/returns", till.Returns.as_view(), name="api-pos-returns"),
]
