"""When a rule that searches the stock does so: five fields as in crontab, in the house's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab
from django.conf import settings

NIGHTLY = "10 3 * * *"


def next_due(cron: str, *, now: datetime) -> datetime:
    """The next moment of a time plan; of an empty one, of `NIGHTLY`.

    Raises:
        ValueError: it is no time plan, or none whose moment ever comes.
    """
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    minute, hour, day, month, weekday = (cron or NIGHTLY).split()
    try:
        plan = crontab(minute, hour, weekday, day, month, nowfun=lambda: local)
        # Its hours are the house's; otherwise they are the task queue's, which counts in UTC.
        plan.tz = local.tzinfo  # type: ignore[misc,assignment]
        return local + plan.remaining_estimate(local)
    except (ParseException, RuntimeError) as wrong:
        # Celery says ParseException of a field that it cannot read ("7x"), and RuntimeError when it
        # finds no such day in the years to come ("0 0 30 2 *").
        raise ValueError(str(wrong)) from wrong
