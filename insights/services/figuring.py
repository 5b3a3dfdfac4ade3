"""Figure days: flows for any past day, levels as they are now. Doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from insights.days import bounds
from insights.measures import MEASURES, Grain, Measure
from insights.models import Figure, FiguredDay
from org.scope import Scope

BATCH = 2000
Key = tuple[str, int | None, int | None, int | None]


def figure_day(*, measure: Measure, day: date) -> int:
    """Write a past day of a flow down, in place of what stood there; gives the figures' number.

    Raises:
        ValueError: the measure is a level: its past cannot be figured, only its present.
    """
    if measure.is_level:
        raise ValueError(f"{measure.code} is a level: only its present can be figured.")
    begins, ends = bounds(day)
    return _write(measure, day, measure.compute(Scope.everything(), begins, ends))


def figure_now(*, measure: Measure, now: datetime) -> int:
    """Write a level down as today's; the last one of a day is the day's."""
    today = timezone.localdate(now)
    return _write(measure, today, measure.compute(Scope.everything(), bounds(today)[0], now))


def owed_days(*, until: date, days: int) -> list[tuple[Measure, date]]:
    """Flows and past days of the last `days` that nobody has figured yet, oldest first."""
    since = until - timedelta(days=days)
    known = set(
        FiguredDay.objects.filter(day__gte=since, day__lt=until).values_list("measure", "day")
    )
    return [
        (measure, day)
        for day in (since + timedelta(days=number) for number in range(days))
        for measure in MEASURES.values()
        if not measure.is_level and (measure.code, day) not in known
    ]


def _write(measure: Measure, day: date, grains: Sequence[Grain]) -> int:
    assert connection.in_atomic_block, "The edge opens the transaction."
    # The day's row is the lock: two figurings of one day go one after the other.
    marked, _ = FiguredDay.objects.select_for_update().get_or_create(measure=measure.code, day=day)
    rows = _rows(measure, day, grains)
    Figure.objects.filter(measure=measure.code, day=day).delete()
    Figure.objects.bulk_create(rows, batch_size=BATCH)
    marked.rows, marked.figured_at = len(rows), Now()
    marked.save(update_fields=["rows", "figured_at"])
    return len(rows)


def _rows(measure: Measure, day: date, grains: Sequence[Grain]) -> list[Figure]:
    """One row a cut: a measure may give several grains of one."""
    joined: dict[Key, Figure] = {}
    for grain in grains:
        key = (grain.part, grain.unit_id, grain.warehouse_id, grain.shop_id)
        row = joined.get(key)
        if row is None:
            row = joined[key] = Figure(
                measure=measure.code, day=day, part=grain.part, unit_id=grain.unit_id,
                warehouse_id=grain.warehouse_id, shop_id=grain.shop_id, value=Decimal(0), count=0,
                spread={},
            )  # fmt: skip
        row.value += Decimal(str(round(grain.value, 6)))
        row.count += grain.count
        for bucket, cases in grain.spread.items():
            row.spread[str(bucket)] = row.spread.get(str(bucket), 0) + cases
    return list(joined.values())
