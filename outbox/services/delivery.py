"""Let handlers hear their news.

The only services that open transactions themselves: each batch, and each row set apart from a
failed batch, is one transaction of its own in which the handler works and the rows go away.
"""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from outbox.models import News
from outbox.subscribers import handler_named

log = logging.getLogger(__name__)

BATCH = 500
# Rows that failed before are heard one by one, so few of them at a time.
RETRIES = 50
BUDGET_S = 20.0
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 3_600
# With the waits above: given up about two and a half hours after the first failure.
LAST_ATTEMPT = 12


@dataclass(frozen=True)
class Delivered:
    """What a delivery did. Counts rows; `more` says the handler may have more to hear now."""

    heard: int
    failed: int
    more: bool


def deliver(*, handler: str, seconds: float = BUDGET_S) -> Delivered:
    """Deliver batch after batch until nothing is due or the time is used up."""
    until = time.monotonic() + seconds
    heard = failed = 0
    while True:
        batch = deliver_batch(handler=handler, until=until)
        heard, failed = heard + batch.heard, failed + batch.failed
        if not batch.more or time.monotonic() >= until:
            return Delivered(heard, failed, batch.more)


def deliver_batch(*, handler: str, limit: int = BATCH, until: float | None = None) -> Delivered:
    """Deliver up to `limit` fresh rows together, then a few that failed before, one by one.

    When the handler fails on a batch nothing of the batch is kept, and each of its rows is heard
    alone: the poisonous ones are put aside with a growing wait, the others get through.

    Args:
        handler: `module:function` from the settings.
        limit: rows of one batch.
        until: `time.monotonic()` after which no further single row is begun.
    """
    claimed, error = _hear_together(handler, limit)
    heard, failed, alone = len(claimed), 0, _due_again(handler)
    if error is not None:
        log.warning("%s failed on a batch of %s: %s", handler, len(claimed), _place(error))
        heard, alone = 0, claimed + alone
    begun = 0
    for row_id in alone:
        if until is not None and time.monotonic() >= until:
            break
        begun += 1
        outcome = _hear_alone(handler, row_id)
        heard += outcome is True
        failed += outcome is False
    return Delivered(heard, failed, more=len(claimed) == limit or begun < len(alone))


def _hear_together(handler: str, limit: int) -> tuple[list[int], Exception | None]:
    """Claim fresh rows and let the handler hear them in one transaction.

    Returns the claimed ids, and the error when the handler (or its commit) failed.
    """
    claimed: list[tuple[int, str]] = []
    try:
        with transaction.atomic(durable=True):
            claimed = list(_claimable(handler).filter(attempts=0).values_list("id", "key")[:limit])
            if claimed:
                handler_named(handler)(keys=list(dict.fromkeys(key for _, key in claimed)))
                News.objects.filter(id__in=[row_id for row_id, _ in claimed]).delete()
    except Exception as error:
        if not claimed:  # the database, not the handler
            raise
        return [row_id for row_id, _ in claimed], error
    return [row_id for row_id, _ in claimed], None


def _hear_alone(handler: str, row_id: int) -> bool | None:
    """Hear one row; True when heard, False when it failed, None when somebody else has it."""
    try:
        with transaction.atomic(durable=True):
            key = (
                _claimable(handler)
                .filter(id=row_id, not_before__lte=Now())
                .values_list("key", flat=True)
                .first()
            )
            if key is None:
                return None
            handler_named(handler)(keys=[key])
            News.objects.filter(id=row_id).delete()
    except Exception as error:
        _put_aside(row_id, error)
        return False
    return True


def _claimable(handler: str) -> QuerySet[News]:
    rows = News.objects.select_for_update(skip_locked=True)
    return rows.filter(handler=handler, dead_at__isnull=True).order_by("id")


def _due_again(handler: str) -> list[int]:
    rows = News.objects.filter(
        handler=handler, dead_at__isnull=True, attempts__gt=0, not_before__lte=Now()
    )
    return list(rows.order_by("not_before").values_list("id", flat=True)[:RETRIES])


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 s, doubling, at most one hour."""
    return timedelta(seconds=min(FIRST_WAIT_S * 2 ** (attempts - 1), LONGEST_WAIT_S))


def _put_aside(row_id: int, error: Exception) -> None:
    """Count the failed attempt; after the last one the row is dead, and stays to be seen."""
    with transaction.atomic(durable=True):
        row = News.objects.select_for_update().filter(id=row_id, dead_at__isnull=True).first()
        if row is None:
            return
        attempts = row.attempts + 1
        dead = attempts >= LAST_ATTEMPT
        News.objects.filter(id=row_id).update(
            attempts=attempts,
            last_error=_place(error),
            not_before=Now() + wait_after(attempts),
            dead_at=Now() if dead else None,
        )
    level = logging.ERROR if dead else logging.WARNING
    log.log(level, "%s failed on news %s, attempt %s: %s",
            row.handler, row_id, attempts, _place(error))  # fmt: skip


def _place(error: Exception) -> str:
    """Kind of error and where; never its text, which may hold a receiver's data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"[:200]
