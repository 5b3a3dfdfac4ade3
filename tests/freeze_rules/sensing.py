"""Builders for tests of sensors: they call the services that pages and programs call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from freeze_rules.services.sensors import acting, bounds, ingesting, judging, registry, wanderers
from inventory import selectors as stock
from org.scope import Scope
from tests import given

EVERYTHING = Scope.everything()


def now() -> datetime:
    """This minute."""
    return timezone.now().replace(second=0, microsecond=0)


def device(
    code: str = "T-01",
    *,
    zone: str = "COLD",
    measure: str = "TEMPERATURE",
    unit: str = "C",
    warehouse: str = "WH1",
    since: datetime | None = None,
    location: str = "C-01",
    **more: Any,
) -> None:
    """A device that watches a zone; the zone has that bin."""
    given.location(location, warehouse=warehouse, zone=zone)
    with transaction.atomic():
        registry.register_device(
            registry.DeviceWish(
                code=code, measure=measure, unit=unit,
                warehouse_id=given.warehouse_id(warehouse), **{"period_s": 600, **more},
            ),
            actor=given.ACTOR, scope=EVERYTHING,
        )  # fmt: skip
        registry.hang_device(
            code=code, zone_code=zone, since=since or now() - timedelta(days=20),
            actor=given.ACTOR, scope=EVERYTHING,
        )  # fmt: skip


def bound(**wish: Any) -> int:
    """A bound; of zone COLD in WH1 unless a SKU or class is named."""
    if not wish.keys() & {"sku", "sku_class", "zone"}:
        wish |= {"zone": "COLD", "warehouse_id": given.warehouse_id("WH1")}
    with transaction.atomic():
        made = bounds.set_bound(
            bounds.BoundWish(**{"measure": "TEMPERATURE", "grace_minutes": 30, **wish}),
            actor=given.ACTOR, scope=EVERYTHING,
        )  # fmt: skip
    return made.pk


def told(at: datetime, value: Any, device: str = "T-01") -> dict[str, Any]:
    """One reading as a device sends it."""
    return {"device": device, "at": at.isoformat(), "value": value}


def say(*readings: dict[str, Any], scope: Scope = EVERYTHING) -> list[tuple[str, str]]:
    """Hand readings in; outcome and code of each."""
    with transaction.atomic():
        verdicts = ingesting.take_readings(readings, actor=given.ACTOR, scope=scope)
    return [(each.outcome, each.code) for each in verdicts]


def work() -> list[acting.Acted]:
    """Judge and act until nothing is due."""
    with transaction.atomic():
        while judging.judge_readings():
            continue
    with transaction.atomic():
        wanderers.look_for_wanderers(now=timezone.now())
    done: list[acting.Acted] = []
    while True:
        with transaction.atomic():
            acted = acting.act_on_next()
        if acted is None:
            return done
        done.append(acted)


def say_every(
    minutes: int, since: datetime, *values: float, device: str = "T-01"
) -> list[tuple[str, str]]:
    """Readings at even steps."""
    return say(
        *(
            told(since + timedelta(minutes=minutes * step), value, device)
            for step, value in enumerate(values)
        )
    )


def frozen(document: str) -> dict[str, int]:
    """Units frozen under a document, by location."""
    rows = stock.holds(scope=EVERYTHING, documents=[document])
    return {row.location_code: row.open for row in rows}
