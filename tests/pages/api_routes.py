"""The routes of resources for programs: who may, and how a test asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from freeze_rules.models import Excursion, SensorDevice
from org import roles
from org.scope import Scope
from tests import given
from tests.freeze_rules import sensing
from tests.oms import told
from tests.pages.routes import MACHINE, Route
from tests.wms import world
from wms import selectors as board


def _order() -> list[Any]:
    told.accept(told.draft("T1", told.line("TEA", 1)))
    return [told.the("T1").number]


def _sku() -> list[Any]:
    given.sku("TEA")
    return ["TEA"]


def _lot() -> list[Any]:
    return [given.lot("TEA", "L1")]


def _warehouse() -> list[Any]:
    given.warehouse("WH1")
    return ["WH1"]


def _place() -> list[Any]:
    return [given.location("A-01")]


def _hold() -> list[Any]:
    given.stock("TEA", 5)
    return [given.held("FZ-1", "TEA", 2, reason="MANUAL")]


def _parcel() -> list[Any]:
    known = board.parcels(scope=Scope.everything())
    if not known:
        house = world.build()
        world.stocked(house, "A-01", TEA=10)
        world.packed(house, "SO-1", TEA=2)
        known = board.parcels(scope=Scope.everything())
    return [known[0].number]


def _fulfilment() -> list[Any]:
    _parcel()
    return ["SO-1"]


def _job() -> list[Any]:
    return [given.job().pk]


def _person() -> list[Any]:
    return [given.person("CLERK").pk]


def _sensor() -> list[Any]:
    if not SensorDevice.objects.filter(code="T-01").exists():
        sensing.device()
    return ["T-01"]


def _bound() -> list[Any]:
    given.location("C-01", zone="COLD")
    return [sensing.bound(upper=8000)]


def _excursion() -> list[Any]:
    _sensor()
    sensing.bound(upper=8_000, grace_minutes=0)
    sensing.say(sensing.told(sensing.now() + timedelta(minutes=2), 12))
    sensing.work()
    return [Excursion.objects.latest("id").pk]


API_ROUTES: dict[str, Route] = {
    "api-sensor-readings": Route(roles.SENSORS_SEND, speaks_json="POST"),
    "api-sensor-devices": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-sensor-device": Route(roles.STOCK_VIEW, _sensor, speaks_json="GET"),
    "api-sensor-places": Route(roles.SENSORS_EDIT, _sensor, speaks_json="POST"),
    "api-sensor-calibrations": Route(roles.SENSORS_EDIT, _sensor, speaks_json="POST"),
    "api-sensor-bounds": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-sensor-bound": Route(roles.SENSORS_EDIT, _bound, speaks_json="DELETE"),
    "api-sensor-curve": Route(roles.STOCK_VIEW, _sensor, speaks_json="GET"),
    "api-excursions": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-excursion": Route(roles.STOCK_VIEW, _excursion, speaks_json="GET"),
    "api-sensor-quarantine": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-facts": Route(roles.RULES_VIEW, speaks_json="GET"),
    "api-condition-check": Route(roles.RULES_VIEW, speaks_json="POST"),
    "api-condition-try": Route(roles.RULES_VIEW, speaks_json="POST"),
    "api-orders": Route(roles.ORDERS_VIEW, speaks_json="GET"),
    "api-orders-batch": Route(roles.ORDERS_CREATE, speaks_json="POST"),
    "api-orders-cancel": Route(roles.ORDERS_EDIT, speaks_json="POST"),
    "api-order": Route(roles.ORDERS_VIEW, _order, speaks_json="GET"),
    "api-order-timeline": Route(roles.ORDERS_VIEW, _order, speaks_json="GET"),
    "api-order-cancel": Route(roles.ORDERS_EDIT, _order, speaks_json="POST"),
    "api-order-receiver": Route(roles.ORDERS_REVEAL, _order, speaks_json="POST"),
    "stock-api-lots": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "stock-api-holds-one": Route(roles.STOCK_VIEW, _hold, speaks_json="GET"),
    "api-skus": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-sku": Route(roles.STOCK_VIEW, _sku, speaks_json="GET"),
    "api-lots": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-lot": Route(roles.STOCK_VIEW, _lot, speaks_json="GET"),
    "api-warehouses": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-warehouse": Route(roles.STOCK_VIEW, _warehouse, speaks_json="GET"),
    "api-locations": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-location": Route(roles.STOCK_VIEW, _place, speaks_json="GET"),
    "api-pos-sales": Route(roles.STORE_SELL, speaks_json="POST"),
    "api-pos-returns": Route(roles.STORE_SELL, speaks_json="POST"),
    "api-fulfilments": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-fulfilment": Route(roles.STOCK_VIEW, _fulfilment, speaks_json="GET"),
    "api-fulfilment-shipped": Route(roles.FLOOR_SHIP, _fulfilment, speaks_json="POST"),
    "api-shipments": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-shipment": Route(roles.STOCK_VIEW, _parcel, speaks_json="GET"),
    "api-shipment-label": Route(roles.FLOOR_PACK, _parcel, speaks_json="GET"),
    "api-shipment-ship": Route(roles.FLOOR_SHIP, _parcel, speaks_json="POST"),
    "api-operations": Route(roles.OPERATIONS_VIEW, speaks_json="GET"),
    "api-dead-letters": Route(roles.OPERATIONS_VIEW, speaks_json="GET"),
    "api-dead-letters-revive": Route(roles.OPERATIONS_REPAIR, speaks_json="POST"),
    "api-given-up-events": Route(roles.OPERATIONS_VIEW, speaks_json="GET"),
    "api-given-up-events-judge": Route(roles.OPERATIONS_REPAIR, speaks_json="POST"),
    # One's own only; their own tests show whose are.
    "api-jobs": Route(MACHINE),
    "api-job": Route(MACHINE),
    "api-job-cancel": Route(MACHINE),
    "api-job-result": Route(MACHINE),
    "api-history": Route(
        roles.MASTERS_EDIT,
        lambda: ["sku", given.sku("TEA")],
        speaks_json="GET",
        also=roles.AUDIT_VIEW,
    ),
    "api-people": Route(roles.PEOPLE_VIEW, speaks_json="GET"),
    "api-person": Route(roles.PEOPLE_VIEW, _person, speaks_json="GET"),
}
