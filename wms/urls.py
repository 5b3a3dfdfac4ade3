"""Routes of the floor."""

from django.urls import path

from wms import views
from wms.api import floor as api
from wms.views.carriers import carriers

urlpatterns = [
    path("pda/", views.pda, name="pda"),
    path("pda/look-up/", views.look_up, name="look-up"),
    path("pda/move/", views.move, name="move"),
    path("pda/count/", views.count, name="count"),
    path("floor/counts/", views.counts, name="counts"),
    path("pda/receive/", views.receive, name="receive"),
    path("pda/codes/", views.command_sheet, name="command-sheet"),
    path("shipments/", views.shipment_list, name="shipments"),
    path("shipments/<str:number>/", views.shipment, name="shipment"),
    path("masters/carriers/", carriers, name="masters-carriers"),
    path("floor/", views.home, name="floor"),
    path("floor/pick/", views.pick_lists, name="pick"),
    path("floor/pick/<str:number>/", views.walk, name="walk"),
    path("floor/pack/", views.pack, name="pack"),
    path("floor/pack/<str:number>/", views.pack, name="bench"),
    path("floor/ship/", views.ship, name="ship"),
    path("floor/put-back/", views.put_back, name="put-back"),
    path("floor/api/board/", api.Board.as_view(), name="floor-api-board"),
    path("floor/api/fulfilments/", api.Fulfilments.as_view(), name="floor-api-fulfilments"),
    path("floor/api/pick-lists/", api.PickLists.as_view(), name="floor-api-pick-lists"),
    path(
        "floor/api/pick-lists/<str:number>/",
        api.PickListDetail.as_view(),
        name="floor-api-pick-list",
    ),
    path("floor/api/picks/", api.Picks.as_view(), name="floor-api-picks"),
    path("floor/api/shorts/", api.Shorts.as_view(), name="floor-api-shorts"),
    path("floor/api/put-backs/", api.PutBacks.as_view(), name="floor-api-put-backs"),
    path("floor/api/checks/", api.Checks.as_view(), name="floor-api-checks"),
    path("floor/api/parcels/", api.Parcels.as_view(), name="floor-api-parcels"),
    path("floor/api/shipments/", api.Shipments.as_view(), name="floor-api-shipments"),
]
