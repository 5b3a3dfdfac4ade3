"""A measure over days: the written figures of the past, and today as it is now.

The number of statements does not depend on the number of days, shops or warehouses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from insights.days import bounds
from insights.measures import Cut, Grain, Joined, Joins, Measure
from insights.models import Figure, FiguredDay
from insights.selectors.wording import names_of
from org.scope import Scope

MEAN_DAYS = 7
# More lines than these nobody tells apart; the table shows all.
LINES = 8

_COLUMN = {
    Cut.SHOP: "shop_id",
    Cut.WAREHOUSE: "warehouse_id",
    Cut.STORE: "unit_id",
    Cut.PART: "part",
}
Key = int | str | None
Cells = dict[tuple[date, Key], Joined]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which days, cut how, narrowed to what, and compared before and after which day."""

    since: date
    until: date
    by: Cut = Cut.DAY
    split: date | None = None
    shop_id: int | None = None
    warehouse_id: int | None = None
    unit_id: int | None = None

    def narrows(self) -> dict[str, int]:
        """Columns and the only value they may have."""
        said = {"shop_id": self.shop_id, "warehouse_id": self.warehouse_id,
                "unit_id": self.unit_id}  # fmt: skip
        return {column: value for column, value in said.items() if value is not None}


@dataclass(frozen=True)
class Line:
    """One line of the chart: its values along the axis, and the figure of all days together."""

    label: str
    values: tuple[float | None, ...]
    total: float | None


@dataclass(frozen=True)
class Series:
    """What the page draws and the table lists. `axis` are days (ISO) or the names of parts."""

    axis: tuple[str, ...]
    lines: tuple[Line, ...]
    # Mean of the seven days up to each day; empty when the axis has no days.
    mean: tuple[float | None, ...] = ()
    before: float | None = None
    after: float | None = None
    # The last day is today and not over.
    is_open: bool = False
    # Days that nobody has figured yet.
    unknown: int = 0
    stacks: bool = False
    hidden: tuple[Line, ...] = field(default=())

    @property
    def every_line(self) -> tuple[Line, ...]:
        """Also those that the chart leaves out."""
        return self.lines + self.hidden


def series(measure: Measure, asked: Asked, *, scope: Scope, now: datetime) -> Series:
    """The measure along its days or parts. Five statements, one of them the measure's own."""
    today = timezone.localdate(now)
    first = asked.since - timedelta(days=MEAN_DAYS - 1)
    cut = asked.by if asked.by in measure.cuts else Cut.DAY
    cells = _written(measure, cut, asked, scope, first)
    known = set(
        FiguredDay.objects.filter(
            measure=measure.code, day__gte=first, day__lte=asked.until
        ).values_list("day", flat=True)
    )
    if first <= today <= asked.until:
        _put_today(cells, measure, cut, asked, scope, now)
        known.add(today)
    whole = _whole(cells)
    if cut is Cut.PART and measure.parts_are_axis:
        return _along_parts(measure, cells, asked, known, today)
    days = list(_days(asked.since, asked.until))
    values = {day: _value(measure, whole.get(day), day in known) for day in _days(first, days[-1])}
    lines = _lines(measure, cut, cells, days, known, scope)
    return Series(
        axis=tuple(day.isoformat() for day in days),
        lines=tuple(lines[:LINES]),
        hidden=tuple(lines[LINES:]),
        mean=tuple(_mean([values.get(d) for d in _days(_back(day), day)]) for day in days),
        before=_mean([values[d] for d in days if asked.split and d < asked.split]),
        after=_mean([values[d] for d in days if asked.split and d >= asked.split and d != today]),
        is_open=today in days,
        unknown=sum(day not in known for day in days),
        stacks=cut is Cut.PART and measure.joins is Joins.SUM,
    )


def mean_of_days(
    measure: Measure, asked: Asked, days: Sequence[date], *, scope: Scope
) -> float | None:
    """The mean of what was written down on these figured days. One statement."""
    whole = _whole(_written(measure, Cut.DAY, asked, scope, asked.since))
    return _mean([_value(measure, whole.get(day), True) for day in days])


def _back(day: date) -> date:
    return day - timedelta(days=MEAN_DAYS - 1)


def _days(since: date, until: date) -> Iterator[date]:
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _value(measure: Measure, joined: Joined | None, is_known: bool) -> float | None:
    """The figure of a day; a known day on which nothing happened is zero where that means zero."""
    if not is_known:
        return None
    return (joined or Joined()).figure(measure)


def _rows(measure: Measure, asked: Asked, scope: Scope, first: date) -> QuerySet[Figure]:
    rows = Figure.objects.filter(measure=measure.code, day__gte=first, day__lte=asked.until)
    return scope.limit(rows.filter(**asked.narrows()), "unit")


def _written(measure: Measure, cut: Cut, asked: Asked, scope: Scope, first: date) -> Cells:
    """What was written down, joined by day and key."""
    cells: Cells = {}
    rows: Any = _rows(measure, asked, scope, first)
    column = _COLUMN.get(cut)
    named = rows.annotate(key=F(column)) if column else rows
    names = ["day", "key"] if column else ["day"]
    if measure.joins is Joins.SPREAD:
        found = named.values_list(*names, "value", "count", "spread")
    else:
        summed = named.values_list(*names).annotate(value_sum=Sum("value"), cases=Sum("count"))
        found = summed.order_by()
    for row in found:
        day, key = row[0], row[1] if column else None
        value, count = row[len(names)], row[len(names) + 1]
        spread = row[len(names) + 2] if measure.joins is Joins.SPREAD else {}
        said = Grain(float(value), count, spread={int(b): n for b, n in spread.items()})
        cells.setdefault((day, key), Joined()).add(said)
    return cells


def _put_today(
    cells: Cells, measure: Measure, cut: Cut, asked: Asked, scope: Scope, now: datetime
) -> None:
    """Today's figures as they are now, in place of what was written down earlier today."""
    today = timezone.localdate(now)
    for earlier in [each for each in cells if each[0] == today]:
        del cells[earlier]
    column = _COLUMN.get(cut)
    for grain in measure.compute(scope, bounds(today)[0], now):
        if all(getattr(grain, name) == value for name, value in asked.narrows().items()):
            key: Key = getattr(grain, column) if column else None
            cells.setdefault((today, key), Joined()).add(grain)


def _whole(cells: Cells) -> dict[date, Joined]:
    whole: dict[date, Joined] = {}
    for (day, _key), joined in cells.items():
        whole.setdefault(day, Joined()).add(_as_grain(joined))
    return whole


def _as_grain(joined: Joined) -> Grain:
    return Grain(joined.value, joined.count, spread=joined.spread)


def _lines(
    measure: Measure, cut: Cut, cells: Cells, days: Sequence[date], known: set[date], scope: Scope
) -> list[Line]:
    """A line for each key, the largest first; for durations by day the middle and the slow end."""
    if cut is Cut.DAY:
        whole = _whole(cells)
        if measure.joins is Joins.SPREAD:
            return [
                _line(measure, label, {day: whole[day] for day in days if day in whole}, days,
                      known, part)
                for label, part in ((_("half took at most"), 0.5), (_("95 % took at most"), 0.95))
            ]  # fmt: skip
        return [_line(measure, str(measure.name), whole, days, known)]
    keys = sorted({key for _day, key in cells}, key=str)
    names = names_of(measure, cut, keys, scope)
    lines = [
        _line(
            measure, names[key], {day: cells[day, key] for day in days if (day, key) in cells},
            days, known,
        )
        for key in keys
    ]  # fmt: skip
    if measure.parts and cut is Cut.PART:
        order = {name: number for number, name in enumerate(measure.parts().values())}
        return sorted(lines, key=lambda line: order.get(line.label, len(order)))
    return sorted(lines, key=lambda line: -(line.total or 0.0))


def _line(
    measure: Measure,
    label: str,
    by_day: dict[date, Joined],
    days: Sequence[date],
    known: set[date],
    part: float = 0.95,
) -> Line:
    values = tuple(
        by_day.get(day, Joined()).figure(measure, part=part) if day in known else None
        for day in days
    )
    return Line(label, values, _total(measure, by_day, days, part))


def _total(
    measure: Measure, by_day: dict[date, Joined], days: Sequence[date], part: float
) -> float | None:
    """All days together: flows are joined, of a level the last day stands."""
    shown = [day for day in days if day in by_day]
    if measure.is_level:
        return by_day[shown[-1]].figure(measure, part=part) if shown else None
    joined = Joined()
    for day in shown:
        joined.add(_as_grain(by_day[day]))
    return joined.figure(measure, part=part)


def _along_parts(
    measure: Measure, cells: Cells, asked: Asked, known: set[date], open_day: date
) -> Series:
    """The parts stand on the axis: the last day against the mean of all days."""
    assert measure.parts is not None, "A measure with an axis of parts names them."
    names = measure.parts()
    every = [day for day in _days(asked.since, asked.until) if day in known]
    last = every[-1:] or [asked.until]
    # A day that is not over would pull the mean down, unless there is no other.
    days = every[:-1] if open_day in every and len(every) > 1 else every
    today = [cells.get((last[0], part), Joined()).figure(measure) for part in names]
    sums = [[cells.get((day, part), Joined()).figure(measure) for day in days] for part in names]
    means = [_mean(values) for values in sums]
    return Series(
        axis=tuple(names.values()),
        lines=(
            Line(last[0].isoformat(), tuple(today), sum(value or 0.0 for value in today)),
            Line(
                _("mean of %(count)s days") % {"count": len(days)}, tuple(means),
                sum(value or 0.0 for value in means),
            ),
        ),
        unknown=(asked.until - asked.since).days + 1 - len(every),
    )  # fmt: skip
