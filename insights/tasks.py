"""Doorbells of the boards: days that nobody has figured yet, levels of today."""

import time

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from insights.measures import MEASURES
from insights.operations import warning
from insights.services import figure_day, figure_now, owed_days
from outbox.periodic import once

# How far back a house that stood still looks for days it has not figured.
DAYS_BACK = 35
# A run ends in seconds, the next tick goes on.
SECONDS = 20.0


@shared_task(name="insights.tasks.figure_days")
def figure_days(**_: object) -> None:
    """Every ten minutes: past days that are owed, each in a transaction of its own."""
    ends = time.monotonic() + SECONDS
    # The latest days first: they are what people look at.
    for measure, day in reversed(owed_days(until=timezone.localdate(), days=DAYS_BACK)):
        if time.monotonic() > ends:
            return
        with once(name="insights.figure") as alone:
            if not alone:
                return
            figure_day(measure=measure, day=day)


@shared_task(name="insights.tasks.warn_of_dead_letters")
def warn_of_dead_letters(**_: object) -> None:
    """Every minute: IT hears of what was given up since."""
    with once(name="insights.dead_letters") as alone:
        if alone:
            warning.warn_of_dead_letters()


@shared_task(name="insights.tasks.figure_levels")
def figure_levels(**_: object) -> None:
    """Every half hour: what is now; the last one of a day stays as the day's figure."""
    for measure in MEASURES.values():
        if measure.is_level:
            with transaction.atomic(durable=True):
                figure_now(measure=measure, now=timezone.now())
