"""What judging a batch of devices needs, read in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from freeze_rules.measuring import SCALES
from freeze_rules.models import (
    Excursion,
    SensorBound,
    SensorCalibration,
    SensorClock,
    SensorDevice,
    SensorPlace,
)
from freeze_rules.services.sensors.partitions import TABLE
from freeze_rules.windows import Limits, Point, corrected
from inventory.selectors import exposure

# What was judged after a late reading is looked at again so far.
AFTERWARDS = timedelta(days=1)
_CLAIM = """
    SELECT c.device_id FROM freeze_rules_sensorclock c
    WHERE EXISTS (SELECT 1 FROM freeze_rules_unjudgedspan s WHERE s.device_id = c.device_id)
    ORDER BY c.device_id LIMIT %s FOR UPDATE OF c SKIP LOCKED"""
_READ = f"""
    SELECT r.device_id, r.at, r.value
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS k(device, low, high)
    JOIN {TABLE} r ON r.device_id = k.device AND r.at BETWEEN k.low AND k.high
    WHERE r.at BETWEEN %s AND %s
    ORDER BY r.device_id, r.at"""  # noqa: S608


@dataclass
class Case:
    """One device: what came since it was judged, and everything that bears on it."""

    device: SensorDevice
    clock: SensorClock
    # New readings lie in here; judged is from `low` to `high`.
    since: datetime
    until: datetime
    low: datetime
    high: datetime
    places: list[SensorPlace] = field(default_factory=list)
    offsets: list[tuple[datetime, int]] = field(default_factory=list)
    excursions: list[Excursion] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def reach(self) -> None:
        """Begin where an excursion began that the new readings fall into; end where one ended."""
        self.high = max(self.high, self.until + AFTERWARDS)
        for each in sorted(self.excursions, key=lambda one: one.started_at, reverse=True):
            if each.started_at <= self.low and (each.ended_at is None or each.ended_at >= self.low):
                self.low = each.started_at
        for each in sorted(self.excursions, key=lambda one: one.started_at):
            if each.started_at <= self.high:
                self.high = max(self.high, each.ended_at or self.clock.last_at or self.high)


@dataclass
class CaseFile:
    """A batch of devices that nobody else judges now."""

    cases: list[Case]
    bounds: list[SensorBound]
    zones: Mapping[int, int | None]
    needs: dict[tuple[str, int], set[exposure.Needs]] = field(default_factory=dict)

    def zone_of(self, place: SensorPlace) -> int | None:
        """The zone that the place is, or is in."""
        if place.zone_id is not None:
            return place.zone_id
        return self.zones.get(place.location_id) if place.location_id else None

    def own_skus(self, measure: str) -> frozenset[int]:
        """SKUs with a bound of their own."""
        return frozenset(
            bound.sku_id
            for bound in self.bounds
            if bound.measure == measure and bound.sku_id is not None
        )


def open_file(*, limit: int) -> CaseFile | None:
    """Claim devices that have readings nobody judged; None when there are none."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [limit])
        ids = [device for (device,) in cursor.fetchall()]
        if not ids:
            return None
        cursor.execute(
            "DELETE FROM freeze_rules_unjudgedspan WHERE device_id = ANY(%s) "
            "RETURNING device_id, since, until",
            [ids],
        )
        spans: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for device, since, until in cursor.fetchall():
            spans[device].append((since, until))
    if not spans:
        # The other judge has just taken what waited.
        return None
    clocks = SensorClock.objects.in_bulk(ids)
    cases = []
    for device in SensorDevice.objects.filter(pk__in=spans).order_by("pk"):
        since = min(low for low, _ in spans[device.pk])
        until = max(high for _, high in spans[device.pk])
        cases.append(Case(device, clocks[device.pk], since, until, since, until))
    _gather(cases)
    _read(cases)
    return _with_bounds(cases)


def _gather(cases: Sequence[Case]) -> None:
    by_id = {case.device.pk: case for case in cases}
    oldest = min(case.since for case in cases)
    places = SensorPlace.objects.filter(device__in=by_id)
    for place in places.filter(Q(until__isnull=True) | Q(until__gte=oldest)):
        by_id[place.device_id].places.append(place)
    for told in SensorCalibration.objects.filter(device__in=by_id).order_by("since"):
        by_id[told.device_id].offsets.append((told.since, told.offset))
    lasting = Excursion.objects.filter(device__in=by_id, withdrawn_at__isnull=True)
    for each in lasting.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=oldest)):
        by_id[each.device_id].excursions.append(each)
    for case in cases:
        case.reach()


def _read(cases: Iterable[Case]) -> None:
    chosen = list(cases)
    by_id = {case.device.pk: case for case in chosen}
    lows, highs = [case.low for case in chosen], [case.high for case in chosen]
    found: dict[int, list[Point]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(by_id), lows, highs, min(lows), max(highs)])
        for device, at, value in cursor.fetchall():
            found[device].append(Point(at, value))
    for case in chosen:
        case.points = corrected(found[case.device.pk], case.offsets)


def read_on(cases: Sequence[Case], *, until: datetime) -> None:
    """Read these devices up to that moment: what late readings began may not have ended."""
    for case in cases:
        case.high = until
    _read(cases)


def _with_bounds(cases: list[Case]) -> CaseFile:
    oldest = min(case.low for case in cases)
    rows = SensorBound.objects.filter(measure__in={case.device.measure for case in cases})
    bounds = list(rows.filter(Q(until__isnull=True) | Q(until__gte=oldest)).order_by("pk"))
    places = [place for case in cases for place in case.places]
    spots = {place.location_id for place in places if place.location_id is not None}
    return CaseFile(cases, bounds, exposure.zones_of(spots) if spots else {})


def limits_of(bound: SensorBound, device: SensorDevice) -> Limits:
    """The bound in the words of `windows`."""
    scale = SCALES[bound.measure]
    return Limits(
        lower=bound.lower,
        upper=bound.upper,
        hysteresis=bound.hysteresis,
        grace_minutes=bound.grace_minutes,
        dose_limit=bound.dose_limit,
        whole=scale.whole,
        dose_unit_s=scale.dose_unit_s,
        silent_after_s=device.silent_after_s,
    )
