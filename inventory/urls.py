"""Routes of stock."""

from django.urls import include, path

from inventory.api import urls as api_urls
from inventory.views import (
    audit,
    board,
    correcting,
    explained,
    journal,
    kits,
    labels,
    past,
    pieces,
    places,
)
from inventory.views.masters import settings, skus, warehouses

urlpatterns = [
    path("api/v1/stock/", include(api_urls)),
    path("masters/warehouses/", warehouses.warehouse_list, name="masters-warehouses"),
    path("masters/warehouses/new/", warehouses.new_warehouse, name="masters-warehouse-new"),
    path(
        "masters/warehouses/<int:warehouse_id>/", warehouses.one_warehouse, name="masters-warehouse"
    ),
    path(
        "masters/warehouses/<int:warehouse_id>/facts/",
        settings.warehouse_facts,
        name="masters-warehouse-facts",
    ),
    path("masters/zones/<int:zone_id>/", settings.zone, name="masters-zone"),
    path("masters/reasons/", settings.reason_list, name="masters-reasons"),
    path("masters/reasons/<int:reason_id>/", settings.reason, name="masters-reason"),
    path(
        "masters/locations/<int:location_id>/switch/",
        warehouses.switch_place,
        name="masters-switch",
    ),
    path("masters/skus/", skus.sku_list, name="masters-skus"),
    path("masters/skus/new/", skus.new_sku, name="masters-sku-new"),
    path("masters/skus/<int:sku_id>/", skus.one_sku, name="masters-sku"),
    path("stock/", board.board, name="stock"),
    path("stock/correct/", correcting.correct, name="stock-correct"),
    path("stock/corrections/<int:correction_id>/", correcting.correction, name="correction"),
    path(
        "stock/corrections/<int:correction_id>/photos/<int:file_id>/",
        correcting.photo,
        name="correction-photo",
    ),
    path("stock/cells/<int:cell_id>/", places.cell, name="stock-cell"),
    path("stock/locations/", places.location_list, name="stock-locations"),
    path("stock/locations/<int:location_id>/", places.location, name="stock-location"),
    path("stock/lots/", places.lot_list, name="stock-lots"),
    path("stock/lots/<int:lot_id>/", places.lot, name="stock-lot"),
    path("stock/pieces/", pieces.piece_page, name="stock-pieces"),
    path("stock/journal/", journal.journal, name="stock-journal"),
    path("stock/past/", past.past, name="stock-past"),
    path("stock/past/<int:balance_id>/", past.past_balance, name="stock-past-balance"),
    path("stock/labels/", labels.label_page, name="stock-labels"),
    path("stock/audit/", audit.audit, name="stock-audit"),
    path("stock/audit/check/", audit.check_everything, name="stock-audit-check"),
    path("stock/kits/<int:sku_id>/<int:warehouse_id>/", kits.kit, name="stock-kit"),
    path("stock/<int:sku_id>/<int:warehouse_id>/", explained.explained, name="stock-explained"),
    path(
        "stock/<int:sku_id>/<int:warehouse_id>/<str:grade>/",
        explained.explained,
        name="stock-explained",
    ),
]
