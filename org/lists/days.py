"""Local days as bounds of moments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

_Row = TypeVar("_Row", bound=Model)


def within_days(
    rows: QuerySet[_Row], field: str, *, since: date | None, until: date | None
) -> QuerySet[_Row]:
    """The rows whose moment lies on these local days, both included; None bounds nothing."""
    if since is not None:
        rows = rows.filter(**{f"{field}__gte": begin_of(since)})
    if until is not None:
        rows = rows.filter(**{f"{field}__lt": begin_of(until + timedelta(days=1))})
    return rows


def begin_of(day: date) -> datetime:
    """The first moment of a local day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The last whole second of a local day, for what holds until the day is over."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
