"""Devices are registered, hung up somewhere, calibrated, and taken out of service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from freeze_rules.measuring import UNITS_OF, possible
from freeze_rules.models import (
    SensorCalibration,
    SensorClock,
    SensorDevice,
    SensorPlace,
    UnjudgedSpan,
)
from freeze_rules.services.sensors.refusals import SensorRefused
from inventory import selectors as stock
from inventory.selectors import exposure
from org import services as org
from org.scope import Scope


@dataclass(frozen=True, kw_only=True)
class DeviceWish:
    """What a device is to be. `period_s`: it should say something at least so often."""

    code: str
    measure: str
    unit: str
    warehouse_id: int
    name: str = ""
    period_s: int = 300
    in_service: bool = True


def register_device(wish: DeviceWish, *, actor: str, scope: Scope) -> SensorDevice:
    """Register a device. Joins the caller's transaction and leaves an audit record.

    Raises:
        SensorRefused: device_known, no_such_warehouse, unit_does_not_fit.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if wish.unit not in UNITS_OF[wish.measure]:
        raise SensorRefused("unit_does_not_fit", "unit")
    if not stock.warehouses(scope=scope, ids=[wish.warehouse_id]):
        raise SensorRefused("no_such_warehouse", "warehouse")
    device, made = SensorDevice.objects.get_or_create(
        code=wish.code,
        defaults={
            "name": wish.name, "measure": wish.measure, "unit": wish.unit,
            "warehouse_id": wish.warehouse_id, "period_s": wish.period_s,
            "in_service": wish.in_service,
        },
    )  # fmt: skip
    if not made:
        raise SensorRefused("device_known", "code")
    SensorClock.objects.create(device=device)
    org.record(
        actor=actor, action="sensor.registered", subject=f"sensor:{device.code}",
        after={"measure": wish.measure, "unit": wish.unit, "period_s": wish.period_s},
        unit_id=device.warehouse.unit_id,
    )  # fmt: skip
    return device


def change_device(
    *,
    code: str,
    name: str,
    period_s: int,
    in_service: bool,
    actor: str,
    scope: Scope,
) -> SensorDevice:
    """Another name, period, or in and out of service; what it measures and where stays.

    Raises:
        SensorRefused: no_such_device.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    device = device_locked(code, scope=scope)
    before = _said(device)
    device.name, device.period_s, device.in_service = name, period_s, in_service
    device.save(update_fields=["name", "period_s", "in_service"])
    if before != _said(device):
        org.record(
            actor=actor, action="sensor.changed", subject=f"sensor:{code}", before=before,
            after=_said(device), unit_id=device.warehouse.unit_id,
        )  # fmt: skip
    return device


def switch_device(*, device_id: int, in_service: bool, why: str, actor: str, scope: Scope) -> bool:
    """Put a device in service or take it out; False when it is so already.

    Raises:
        SensorRefused: no_such_device.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = scope.limit(SensorDevice.objects.all(), "warehouse__unit")
    device = rows.filter(pk=device_id).select_for_update(of=("self",)).first()
    if device is None:
        raise SensorRefused("no_such_device", "device")
    if device.in_service == in_service:
        return False
    before = _said(device)
    device.in_service = in_service
    device.save(update_fields=["in_service"])
    org.record(
        actor=actor, action="sensor.changed", subject=f"sensor:{device.code}", before=before,
        after={**_said(device), "why": why}, unit_id=device.warehouse.unit_id,
    )  # fmt: skip
    return True


def _said(device: SensorDevice) -> dict[str, Any]:
    return {
        "name": device.name, "period_s": device.period_s, "in_service": device.in_service
    }  # fmt: skip


def device_locked(code: str, *, scope: Scope) -> SensorDevice:
    """The device, locked.

    Raises:
        SensorRefused: no_such_device.
    """
    rows = scope.limit(SensorDevice.objects.all(), "warehouse__unit")
    device = rows.filter(code=code).select_for_update(of=("self",)).first()
    if device is None:
        raise SensorRefused("no_such_device", "device")
    return device


def hang_device(
    *,
    code: str,
    zone_code: str = "",
    location_code: str = "",
    since: datetime,
    actor: str,
    scope: Scope,
) -> SensorPlace:
    """From `since` on the device watches this zone or location; where it hung before ends then.

    Raises:
        SensorRefused: no_such_device, place_missing, no_such_place, in_the_future_since,
            place_overlaps.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    device = device_locked(code, scope=scope)
    if bool(zone_code) == bool(location_code):
        raise SensorRefused("place_missing", "zone")
    if since > timezone.now():
        raise SensorRefused("in_the_future_since", "since")
    place = exposure.place_named(
        warehouse_id=device.warehouse_id, zone=zone_code, location=location_code
    )
    if place is None:
        raise SensorRefused("no_such_place", "zone" if zone_code else "location")
    others = SensorPlace.objects.filter(device=device)
    if others.filter(Q(until__gt=since) | Q(until__isnull=True, since__gte=since)).exists():
        raise SensorRefused("place_overlaps", "since")
    for other in others.filter(until__isnull=True):
        other.until = since
        other.save(update_fields=["until"])
    made = SensorPlace.objects.create(
        device=device, zone_id=place.zone_id, location_id=place.location_id, since=since
    )
    judge_again([device.pk], since=since)
    org.record(
        actor=actor, action="sensor.hung", subject=f"sensor:{code}",
        after={"zone": zone_code, "location": location_code, "since": since.isoformat()},
        unit_id=device.warehouse.unit_id,
    )  # fmt: skip
    return made


def calibrate(
    *,
    code: str,
    offset: int,
    since: datetime,
    due_on: date | None = None,
    certificate: str = "",
    actor: str,
    scope: Scope,
) -> SensorCalibration:
    """From `since` on, `offset` thousandths are added to what it says; readings since are judged
    again.

    Raises:
        SensorRefused: no_such_device, impossible_bound (an offset beyond all measure),
            in_the_future_since, calibration_known.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    device = device_locked(code, scope=scope)
    if since > timezone.now():
        raise SensorRefused("in_the_future_since", "since")
    if not possible(abs(offset), device.measure):
        raise SensorRefused("impossible_bound", "offset")
    made, new = SensorCalibration.objects.get_or_create(
        device=device, since=since,
        defaults={
            "offset": offset, "due_on": due_on, "certificate": certificate, "actor": actor,
        },
    )  # fmt: skip
    if not new:
        raise SensorRefused("calibration_known", "since")
    judge_again([device.pk], since=since)
    org.record(
        actor=actor, action="sensor.calibrated", subject=f"sensor:{code}",
        after={
            "offset": offset, "since": since.isoformat(), "certificate": certificate,
            "due_on": due_on.isoformat() if due_on else "",
        },
        unit_id=device.warehouse.unit_id,
    )  # fmt: skip
    return made


def judge_again(device_ids: list[int], *, since: datetime) -> None:
    """What these devices said since then is to be judged anew."""
    now = timezone.now()
    UnjudgedSpan.objects.bulk_create(
        UnjudgedSpan(device_id=pk, since=min(since, now), until=now) for pk in sorted(device_ids)
    )
