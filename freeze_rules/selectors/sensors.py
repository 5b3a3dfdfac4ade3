"""Devices, bounds and quarantined readings as pages and programs see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from freeze_rules.measuring import SCALES, dose_written, written
from freeze_rules.models import (
    Excursion,
    Measure,
    QuarantinedReading,
    SensorBound,
    SensorCalibration,
    SensorDevice,
    SensorPlace,
)
from inventory import selectors as stock
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceView:
    """One device; values are thousandths of `sign`, moments are those of its readings."""

    id: int
    code: str
    name: str
    measure: str
    measure_label: str
    unit: str
    sign: str
    warehouse_id: int
    warehouse_code: str
    # Where it hangs now; both empty: nowhere, and nothing is judged.
    zone_code: str
    location_code: str
    period_s: int
    in_service: bool
    last_at: datetime | None
    last_value: int | None
    # Nothing was heard for three periods.
    silent: bool
    # Excursions that last.
    open_excursions: int
    calibration_due_on: date | None
    overdue: bool

    @property
    def shown(self) -> str:
        """The last value with its unit."""
        return written(self.last_value, self.measure)

    @property
    def place(self) -> str:
        """Where it hangs, in one word."""
        return self.zone_code or self.location_code

    @property
    def state_label(self) -> str:
        """How it is, in words."""
        return self._state[0]

    @property
    def tone(self) -> str:
        """The tone of its state's chip."""
        return self._state[1]

    @property
    def _state(self) -> tuple[str, str]:
        if not self.in_service:
            return _("Out of service"), ""
        if self.open_excursions:
            return _("Out of bounds"), "bad"
        if self.silent:
            return _("Silent"), "warn"
        return (_("In order"), "ok") if self.last_at else (_("Nothing heard yet"), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundView:
    """What is allowed; values are thousandths of `sign`."""

    id: int
    measure: str
    measure_label: str
    sign: str
    warehouse_code: str
    zone_code: str
    sku_code: str
    sku_class: str
    lower: int | None
    upper: int | None
    hysteresis: int
    grace_minutes: int | None
    dose_limit: int | None
    since: datetime

    @property
    def target(self) -> str:
        """What it is for, in one word."""
        zone = f"{self.warehouse_code} · {self.zone_code}" if self.zone_code else ""
        return zone or self.sku_code or class_label(self.sku_class)

    @property
    def span(self) -> str:
        """From lower to upper: "2 °C – 8 °C"."""
        if self.lower is None:
            return f"≤ {written(self.upper, self.measure)}"
        if self.upper is None:
            return f"≥ {written(self.lower, self.measure)}"
        return f"{written(self.lower, self.measure)} – {written(self.upper, self.measure)}"

    @property
    def hysteresis_shown(self) -> str:
        """With its unit; empty for none."""
        return written(self.hysteresis, self.measure) if self.hysteresis else "–"

    @property
    def dose(self) -> str:
        """The dose allowed, with its unit."""
        return dose_written(self.dose_limit, self.measure)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuarantineView:
    """A reading that nobody relies on, and why."""

    id: int
    device: str
    at: str
    value: str
    code: str
    warehouse_code: str
    actor: str
    received_at: datetime
    settled_at: datetime | None
    settled_as: str


Devices = QuerySet[SensorDevice]


@dataclass(frozen=True, kw_only=True)
class DeviceNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `shelf` is "trouble" (silent, or with an excursion that lasts), "due" (its calibration was to
    be renewed before today) or "retired" (out of service). `words` stand in the code or name.
    """

    shelf: str = ""
    words: str = ""
    measure: str = ""
    warehouse_id: int | None = None


def devices_of(*, scope: Scope, narrowing: DeviceNarrowing) -> Devices:
    """The devices of a filter, unordered; each with `due_on`, its next calibration."""
    rows = _dated(scope)
    if narrowing.shelf == "trouble":
        rows = rows.filter(_in_trouble())
    elif narrowing.shelf == "due":
        rows = rows.filter(Q(due_on__lt=timezone.localdate()), in_service=True)
    elif narrowing.shelf == "retired":
        rows = rows.filter(in_service=False)
    if narrowing.measure:
        rows = rows.filter(measure=narrowing.measure)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    words = narrowing.words
    return rows.filter(Q(code__icontains=words) | Q(name__icontains=words)) if words else rows


def _dated(scope: Scope) -> Devices:
    due = SensorCalibration.objects.filter(device=OuterRef("pk")).order_by("-since")
    rows = scope.limit(SensorDevice.objects.all(), "warehouse__unit")
    return rows.annotate(due_on=Subquery(due.values("due_on")[:1]))


def _in_trouble() -> Q:
    lasting = Excursion.objects.filter(
        device=OuterRef("pk"), ended_at__isnull=True, withdrawn_at__isnull=True
    )
    return Q(clock__silent_since__isnull=False) | Q(Exists(lasting))


def devices(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    codes: Collection[str] | None = None,
    measure: str = "",
    trouble: bool = False,
    after: str = "",
    limit: int = 200,
) -> list[DeviceView]:
    """Devices by code. Three statements.

    Args:
        trouble: only those that are silent or have an excursion that lasts.
        after: the code of the last row shown.
    """
    rows = _dated(scope)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    if measure:
        rows = rows.filter(measure=measure)
    if after:
        rows = rows.filter(code__gt=after)
    if trouble:
        rows = rows.filter(_in_trouble())
    lasting = Count(
        "excursions",
        filter=Q(excursions__ended_at__isnull=True, excursions__withdrawn_at__isnull=True),
    )
    rows = rows.annotate(lasting=lasting)
    found = list(rows.select_related("warehouse", "clock").order_by("code")[:limit])
    places = {
        place.device_id: place
        for place in SensorPlace.objects.filter(device__in=found, until__isnull=True)
        .select_related("zone", "location")
    }  # fmt: skip
    now, today = timezone.now(), timezone.localdate()
    return [_device_view(row, places.get(row.pk), now, today) for row in found]


def _device_view(
    row: SensorDevice, place: SensorPlace | None, now: datetime, today: date
) -> DeviceView:
    last = row.clock.last_at
    due_on: date | None = getattr(row, "due_on", None)
    late = last is not None and now - last > timedelta(seconds=row.silent_after_s)
    return DeviceView(
        id=row.pk,
        code=row.code,
        name=row.name,
        measure=row.measure,
        measure_label=row.get_measure_display(),
        unit=row.unit,
        sign=SCALES[row.measure].sign,
        warehouse_id=row.warehouse_id,
        warehouse_code=row.warehouse.code,
        zone_code=place.zone.code if place and place.zone else "",
        location_code=place.location.code if place and place.location else "",
        period_s=row.period_s,
        in_service=row.in_service,
        last_at=last,
        last_value=row.clock.last_value,
        silent=row.in_service and late,
        open_excursions=getattr(row, "lasting", 0),
        calibration_due_on=due_on,
        overdue=due_on is not None and due_on < today,
    )


def bounds(
    *, scope: Scope, measure: str = "", ids: Collection[int] | None = None
) -> list[BoundView]:
    """Bounds in force: those of classes, of SKUs, and of the zones within the scope."""
    rows = SensorBound.objects.filter(until__isnull=True)
    if ids is not None:
        rows = SensorBound.objects.filter(pk__in=ids)
    if measure:
        rows = rows.filter(measure=measure)
    if not scope.is_everything:
        houses = [view.id for view in stock.warehouses(scope=scope, active=False)]
        rows = rows.filter(Q(zone__isnull=True) | Q(zone__warehouse__in=houses))
    found = rows.select_related("zone__warehouse", "sku").order_by(
        "measure", "sku_class", "sku__code", "zone__warehouse__code", "zone__code"
    )
    return [bound_view(row) for row in found]


def bound_view(row: SensorBound) -> BoundView:
    """One bound; its zone and SKU should be loaded."""
    return BoundView(
        id=row.pk,
        measure=row.measure,
        measure_label=str(row.get_measure_display()),
        sign=SCALES[row.measure].sign,
        warehouse_code=row.zone.warehouse.code if row.zone else "",
        zone_code=row.zone.code if row.zone else "",
        sku_code=row.sku.code if row.sku else "",
        sku_class=row.sku_class,
        lower=row.lower,
        upper=row.upper,
        hysteresis=row.hysteresis,
        grace_minutes=row.grace_minutes,
        dose_limit=row.dose_limit,
        since=row.since,
    )


def quarantined(
    *,
    scope: Scope,
    settled: bool = False,
    device: str = "",
    code: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[QuarantineView]:
    """Readings in quarantine, the newest first; those of unknown devices for everybody's."""
    rows = quarantine_rows(scope=scope, settled=settled)
    if device:
        rows = rows.filter(device_code=device)
    if code:
        rows = rows.filter(code=code)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [
        QuarantineView(
            id=row.pk,
            device=row.device_code,
            at=row.at_told,
            value=row.value_told,
            code=row.code,
            warehouse_code=row.warehouse.code if row.warehouse else "",
            actor=row.actor,
            received_at=row.received_at,
            settled_at=row.settled_at,
            settled_as=row.settled_as,
        )
        for row in rows.select_related("warehouse").order_by("-id")[:limit]
    ]


def quarantine_rows(*, scope: Scope, settled: bool = False) -> QuerySet[QuarantinedReading]:
    """The rows behind it: a reading of no known device belongs to whoever sees everything."""
    rows = QuarantinedReading.objects.filter(settled_at__isnull=not settled)
    return scope.limit(rows, "warehouse__unit")


def measures() -> Sequence[tuple[str, str | Promise]]:
    """What can be measured, with its name."""
    return Measure.choices


def class_label(name: str) -> str:
    """What a class of SKUs is called."""
    labels = {
        "AMBIENT": _("Ambient"),
        "COOL": _("Cool (8-15 °C)"),
        "CHILLED": _("Chilled (0-8 °C)"),
        "FROZEN": _("Frozen (below -18 °C)"),
        "LIGHT_SENSITIVE": _("Light-sensitive"),
    }
    return labels.get(name, name)
