"""Each night: compare yesterday's orders with every platform."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from channels_sync.connectors.interface import ConnectorError
from channels_sync.services import comparison, inbox
from channels_sync.tasks.talking import Line, note

log = logging.getLogger(__name__)

FORGOTTEN_AT_ONCE = 20_000


@shared_task(name="channels_sync.tasks.nightly_compare")
def nightly_compare(**_: object) -> None:
    """Compare yesterday for every shop that has not been; several runs a night are harmless."""
    compare_day(day=comparison.day_of(timezone.now()) - timedelta(days=1))
    forgotten = FORGOTTEN_AT_ONCE
    while forgotten == FORGOTTEN_AT_ONCE:
        with transaction.atomic(durable=True):
            forgotten = inbox.forget_old_pushes(limit=FORGOTTEN_AT_ONCE)


def compare_day(*, day: date) -> int:
    """Compare one day for all shops not compared yet; gives how many orders were missing."""
    missing = 0
    for shop_id in comparison.shops_to_compare(day=day):
        try:
            missing += compare_shop(shop_id=shop_id, day=day)
        except ConnectorError as error:
            note(shop_id, error)
    return missing


def compare_shop(*, shop_id: int, day: date) -> int:
    """Compare one shop's day; gives how many orders were missing.

    Raises:
        ConnectorError: the platform does not answer; the day stays to be compared.
    """
    since, until = comparison.bounds(day)
    numbers = Line(shop_id).say(
        lambda connector: [
            number for page in connector.list_numbers(since=since, until=until) for number in page
        ]
    )
    with transaction.atomic(durable=True):
        missing = comparison.record(shop_id=shop_id, day=day, numbers=numbers)
    if missing:
        log.warning("Shop %s lacked %s orders of %s", shop_id, missing, day)
    return missing
