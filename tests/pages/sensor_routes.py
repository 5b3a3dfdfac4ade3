"""The routes of sensors: who may, and how a test opens them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from freeze_rules.models import Excursion, SensorDevice
from org import roles
from tests import given
from tests.freeze_rules import sensing
from tests.pages.routes import MACHINE, Route


def _sensor() -> list[Any]:
    if not SensorDevice.objects.filter(code="T-01").exists():
        sensing.device()
    return ["T-01"]


def _sensor_bound() -> list[Any]:
    given.location("C-01", zone="COLD")
    return [sensing.bound(upper=8_000)]


def _excursion() -> list[Any]:
    _sensor()
    given.sku("MILK", temperature="CHILLED")
    given.stock("MILK", 10, location="C-01")
    sensing.say_every(10, sensing.now() - timedelta(hours=2), 4, 12, 12, 12, 12, 12, 4)
    sensing.work()
    return [Excursion.objects.latest("id").pk]


SENSOR_ROUTES: dict[str, Route] = {
    "sensors": Route(roles.STOCK_VIEW),
    "sensor-new": Route(roles.SENSORS_EDIT),
    "sensor-bounds": Route(roles.STOCK_VIEW),
    "sensor-bound-end": Route(roles.SENSORS_EDIT, _sensor_bound, is_page=False),
    "sensor-quarantine": Route(roles.STOCK_VIEW),
    "sensor-quarantine-settle": Route(roles.SENSORS_EDIT, is_page=False),
    "excursions": Route(roles.STOCK_VIEW),
    "excursion": Route(roles.STOCK_VIEW, _excursion),
    "sensor": Route(roles.STOCK_VIEW, _sensor),
    # Figures, no page; its own tests show whom they turn away.
    "sensor-data": Route(MACHINE),
    "sensor-change": Route(roles.SENSORS_EDIT, lambda: [*_sensor(), "hang"], is_page=False),
}
