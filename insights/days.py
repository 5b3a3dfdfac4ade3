"""Days of the company's clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day of the company's clock, and of the day after."""
    zone = timezone.get_current_timezone()
    after = day + timedelta(days=1)
    return (
        datetime(day.year, day.month, day.day, tzinfo=zone),
        datetime(after.year, after.month, after.day, tzinfo=zone),
    )
