"""The dose of goods: their stays in each place times what the sensors there said meanwhile.

A bound's excursions of the last days, in all places, are one account: goods that wandered through
two warm rooms collect both. Where several devices watch a place, the highest counts.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db import connection
from django.db.models import Q

from freeze_rules.measuring import SCALES
from freeze_rules.models import Excursion, SensorBound
from freeze_rules.windows import HIGH, LOW, Limits
from inventory.selectors import exposure
from inventory.selectors.exposure import Concern
from inventory.selectors.wandering import Collected, Parcel, collected

_MICROSECOND = timedelta(microseconds=1)
_READINGS = """
    SELECT r.at, r.value + coalesce(c.offset, 0)
    FROM freeze_rules_sensorreading r
    LEFT JOIN LATERAL (
        SELECT k.offset FROM freeze_rules_sensorcalibration k
        WHERE k.device_id = r.device_id AND k.since <= r.at
        ORDER BY k.since DESC LIMIT 1) c ON true
    WHERE r.device_id = %s AND r.at BETWEEN %s AND %s ORDER BY r.at"""


def remembered() -> timedelta:
    """How far back doses are counted; never further than readings are kept."""
    return timedelta(days=min(settings.SENSOR_DOSE_DAYS, settings.SENSOR_RETENTION_DAYS))


@dataclass(frozen=True, kw_only=True)
class Doses:
    """Thousandths of the measure's dose, by cell and by what has left."""

    cells: dict[int, int]
    shipped: dict[Parcel, int]


@dataclass
class _Curve:
    """What is beyond the bound at the moments of one device's readings, in order of time."""

    moments: list[datetime] = field(default_factory=list)
    excess: list[int] = field(default_factory=list)

    def area(self, since: datetime, until: datetime) -> int:
        """Doubled thousandths times microseconds, as `windows` counts them."""
        found = 0
        first = max(bisect.bisect_right(self.moments, since) - 1, 0)
        for at, (begin, end) in enumerate(pairwise(self.moments[first:]), start=first):
            if begin >= until:
                break
            low, high = max(begin, since), min(end, until)
            if high > low:
                at_low, at_high = self._value(at, low), self._value(at, high)
                found += (at_low + at_high) * ((high - low) // _MICROSECOND)
        return found

    def _value(self, at: int, moment: datetime) -> int:
        """On the straight line between two readings."""
        begin, end = self.moments[at], self.moments[at + 1]
        before, after = self.excess[at], self.excess[at + 1]
        if moment == begin:
            return before
        if moment == end:
            return after
        return before + (after - before) * ((moment - begin) // _MICROSECOND) // max(
            (end - begin) // _MICROSECOND, 1
        )


def account_of(bound: SensorBound) -> Q:
    """Excursions that count together: of the SKU, of the class, or of zones' own bounds."""
    if bound.zone_id is not None:
        return Q(bound__measure=bound.measure, bound__zone__isnull=False)
    return Q(
        bound__measure=bound.measure, bound__zone=None, bound__sku=bound.sku_id,
        bound__sku_class=bound.sku_class,
    )  # fmt: skip


def excursions_of(bound: SensorBound, *, now: datetime) -> list[Excursion]:
    """The excursions of the bound's account remembered at `now`, the first one first."""
    rows = Excursion.objects.filter(
        account_of(bound), withdrawn_at=None, last_at__gte=now - remembered()
    )
    rows = rows.select_related("bound", "place", "device__warehouse")
    return list(rows.order_by("started_at"))


def doses_of(excursions: Sequence[Excursion], *, concern: Concern, now: datetime) -> Doses:
    """What goods have collected in these excursions of one account, wherever they are now."""
    if not excursions:
        return Doses(cells={}, shipped={})
    curves: dict[tuple[str, int], dict[int, list[_Curve]]] = defaultdict(lambda: defaultdict(list))
    for each in excursions:
        spot = each.place
        key = ("zone", spot.zone_id) if spot.zone_id else ("location", spot.location_id or 0)
        curves[key][each.device_id].append(_curve(each))
    zones: dict[int, int | None] = {}

    def area(location: int, since: datetime, until: datetime) -> int:
        if location not in zones:
            zones.update(exposure.zones_of([location]))
        keys = (("zone", zones.get(location) or 0), ("location", location))
        return max(
            (
                sum(curve.area(since, until) for curve in of_device)
                for key in keys if key in curves
                for of_device in curves[key].values()
            ),
            default=0,
        )  # fmt: skip

    found: Collected = collected(
        zone_ids=[pk for kind, pk in curves if kind == "zone"],
        location_ids=[pk for kind, pk in curves if kind == "location"],
        since=min(each.started_at for each in excursions),
        now=now,
        concern=concern,
        collects=area,
    )
    unit = 2 * SCALES[excursions[0].bound.measure].dose_unit_s * 1_000_000
    return Doses(
        cells={cell: each // unit for cell, each in found.cells.items()},
        shipped={parcel: each // unit for parcel, each in found.shipped.items()},
    )


def _curve(excursion: Excursion) -> _Curve:
    bound = excursion.bound
    limits = Limits(
        lower=bound.lower, upper=bound.upper, whole=SCALES[bound.measure].whole,
        dose_unit_s=SCALES[bound.measure].dose_unit_s,
    )  # fmt: skip
    side = HIGH if excursion.side == "HIGH" else LOW
    found = _Curve()
    with connection.cursor() as cursor:
        until = excursion.ended_at or excursion.last_at
        cursor.execute(_READINGS, [excursion.device_id, excursion.started_at, until])
        for at, value in cursor.fetchall():
            found.moments.append(at)
            found.excess.append(limits.excess(value, side))
    return found
