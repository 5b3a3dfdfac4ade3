"""What is allowed where and for what. A changed bound is a new one: the past keeps the old."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from freeze_rules.measuring import SCALES, possible
from freeze_rules.models import SensorBound, SensorPlace
from freeze_rules.services.sensors.refusals import SensorRefused
from freeze_rules.services.sensors.registry import judge_again
from inventory import selectors as stock
from inventory.selectors import exposure
from org import services as org
from org.scope import Scope

# Classes of SKUs that a bound can be for.
CLASSES = {
    "TEMPERATURE": ("AMBIENT", "COOL", "CHILLED", "FROZEN"),
    "LIGHT": ("LIGHT_SENSITIVE",),
}


@dataclass(frozen=True, kw_only=True)
class BoundWish:
    """A bound of a zone (by warehouse id and code), a SKU (by code) or a class; thousandths."""

    measure: str
    warehouse_id: int | None = None
    zone: str = ""
    sku: str = ""
    sku_class: str = ""
    lower: int | None = None
    upper: int | None = None
    hysteresis: int = 0
    grace_minutes: int | None = None
    dose_limit: int | None = None


def set_bound(wish: BoundWish, *, actor: str, scope: Scope) -> SensorBound:
    """Set or change a bound, from now on. Joins the caller's transaction, leaves an audit record.

    A bound of a SKU or a class holds everywhere: whoever sets it answers for every warehouse.

    Raises:
        SensorRefused: bound_of_one_thing, bound_empty, bound_crossed, bound_by_nothing,
            dose_unknown, impossible_bound, no_such_place, no_such_sku, no_such_class,
            no_such_warehouse, not_everywhere.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    _check(wish)
    zone_id, sku_id = _target(wish, scope)
    now = timezone.now()
    rows = SensorBound.objects.filter(
        Q(zone=None) if zone_id is None else Q(zone=zone_id),
        Q(sku=None) if sku_id is None else Q(sku=sku_id),
        measure=wish.measure,
        sku_class=wish.sku_class,
        until__isnull=True,
    )
    before = rows.select_for_update().first()
    limits = {
        "lower": wish.lower, "upper": wish.upper, "hysteresis": wish.hysteresis,
        "grace_minutes": wish.grace_minutes, "dose_limit": wish.dose_limit,
    }  # fmt: skip
    if before is not None:
        if all(getattr(before, name) == value for name, value in limits.items()):
            return before
        before.until = now
        before.save(update_fields=["until"])
    made = SensorBound.objects.create(
        measure=wish.measure, zone_id=zone_id, sku_id=sku_id, sku_class=wish.sku_class, since=now,
        **limits,
    )  # fmt: skip
    _judge_those_under(made)
    org.record(
        actor=actor, action="sensor.bound_set", subject=subject_of(wish),
        before={name: getattr(before, name) for name in limits} if before else None, after=limits,
        unit_id=_unit(made),
    )  # fmt: skip
    return made


def end_bound(*, bound_id: int, actor: str, scope: Scope) -> None:
    """From now on nothing is bound by it.

    Raises:
        SensorRefused: no_such_bound.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = SensorBound.objects.filter(until__isnull=True, pk=bound_id)
    bound = rows.select_for_update(of=("self",)).first()
    if bound is None or not _within(bound, scope):
        raise SensorRefused("no_such_bound")
    bound.until = timezone.now()
    bound.save(update_fields=["until"])
    _judge_those_under(bound)
    org.record(
        actor=actor, action="sensor.bound_ended", subject=f"bound:{bound.pk}", unit_id=_unit(bound)
    )


def _unit(bound: SensorBound) -> int | None:
    """A zone is somebody's; SKUs and classes are the whole company's."""
    return None if bound.zone is None else bound.zone.warehouse.unit_id


def subject_of(wish: BoundWish) -> str:
    """How the audit trail names it."""
    target = wish.sku or wish.sku_class or f"zone:{wish.warehouse_id}:{wish.zone}"
    return f"bound:{wish.measure}:{target}"


def _within(bound: SensorBound, scope: Scope) -> bool:
    if bound.zone is None:
        return scope.is_everything
    return bool(stock.warehouses(scope=scope, ids=[bound.zone.warehouse_id], active=False))


def _check(wish: BoundWish) -> None:
    if sum(map(bool, (wish.zone, wish.sku, wish.sku_class))) != 1:
        raise SensorRefused("bound_of_one_thing", "zone")
    if wish.lower is None and wish.upper is None:
        raise SensorRefused("bound_empty", "upper")
    for name, value in (("lower", wish.lower), ("upper", wish.upper)):
        if value is not None and not possible(value, wish.measure):
            raise SensorRefused("impossible_bound", name)
    both = wish.lower is not None and wish.upper is not None
    if both and wish.lower >= wish.upper - wish.hysteresis:  # type: ignore[operator]
        raise SensorRefused("bound_crossed", "lower")
    if wish.grace_minutes is None and wish.dose_limit is None:
        raise SensorRefused("bound_by_nothing", "grace_minutes")
    if wish.dose_limit is not None and not SCALES[wish.measure].dose_sign:
        raise SensorRefused("dose_unknown", "dose_limit")


def _target(wish: BoundWish, scope: Scope) -> tuple[int | None, int | None]:
    """The ids of zone and SKU."""
    if wish.zone:
        house = wish.warehouse_id
        if house is None or not stock.warehouses(scope=scope, ids=[house]):
            raise SensorRefused("no_such_warehouse", "warehouse")
        place = exposure.place_named(warehouse_id=house, zone=wish.zone)
        if place is None:
            raise SensorRefused("no_such_place", "zone")
        return place.zone_id, None
    if not scope.is_everything:
        raise SensorRefused("not_everywhere", "sku")
    if wish.sku_class:
        if wish.sku_class not in CLASSES.get(wish.measure, ()):
            raise SensorRefused("no_such_class", "sku_class")
        return None, None
    sku_id = stock.sku_ids_by_code([wish.sku]).get(wish.sku)
    if sku_id is None:
        raise SensorRefused("no_such_sku", "sku")
    return None, sku_id


def _judge_those_under(bound: SensorBound) -> None:
    """Devices that the bound may concern: those of its zone, or all that measure so."""
    rows = SensorPlace.objects.filter(device__measure=bound.measure, until__isnull=True)
    if bound.zone_id is not None:
        places = exposure.locations_of(zone_id=bound.zone_id)
        rows = rows.filter(zone_id=bound.zone_id) | rows.filter(location_id__in=places)
    judge_again(sorted(set(rows.values_list("device_id", flat=True))), since=timezone.now())
