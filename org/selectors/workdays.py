"""On which days the company works: weekdays, but for public holidays and make-up days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from org.models import CalendarDay

SATURDAY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Exceptional:
    """A day that is not what its weekday says."""

    day: date
    works: bool
    name: str


def weekday_works(day: date) -> bool:
    """What the weekday alone says."""
    return day.weekday() < SATURDAY


@dataclass
class Workdays:
    """Asks the calendar once, when the first day is asked; made anew for each piece of work."""

    _known: dict[date, bool] | None = field(default=None, repr=False)

    def __call__(self, day: date) -> bool:
        """True when the company works on that day."""
        if self._known is None:
            self._known = dict(CalendarDay.objects.values_list("day", "works"))
        return self._known.get(day, weekday_works(day))


def exceptions(*, year: int | None = None) -> list[Exceptional]:
    """The days that are kept, the earliest first; none of a year that no calendar has."""
    rows = CalendarDay.objects.order_by("day")
    if year is not None and not date.min.year <= year <= date.max.year:
        return []
    if year is not None:
        rows = rows.filter(day__year=year)
    return [Exceptional(day=row.day, works=row.works, name=row.name) for row in rows]


def years() -> list[int]:
    """Years that have such days, the latest first."""
    return sorted({day.year for day in CalendarDay.objects.dates("day", "year")}, reverse=True)
