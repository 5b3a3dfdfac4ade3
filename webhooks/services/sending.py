"""Send what is due, outside of every transaction, and write down how it went."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from org.selectors.belonging import unit_of_client
from org.services import record
from webhooks.models import Message, Subscription
from webhooks.sender import post

log = logging.getLogger(__name__)

BATCH = 100
# So many answers are awaited at once: one slow server must not keep the others waiting.
AT_ONCE = 8
# Longer than any attempt can take; afterwards somebody else may try.
LEASE = timedelta(minutes=2)
# Waits before the second, third... attempt; three days together. Then the message is dead.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 300, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 57_600, 57_600, 44_665)
)


@dataclass(frozen=True)
class Sent:
    """What a round did; `more` says that others may be due."""

    delivered: int
    failed: int
    more: bool


@dataclass(frozen=True)
class _Letter:
    """A message that this worker has taken, with all that is needed to send it."""

    id: int
    name: str
    body: bytes
    url: str
    keys: tuple[str, ...]
    subscription_id: int


def send_due(*, limit: int = BATCH) -> Sent:
    """Take up to `limit` messages that are due, send them, and note each answer.

    The messages of one subscription go one after another, those of several side by side.
    """
    assert not connection.in_atomic_block, "Nobody waits for other people's servers with locks."
    letters = _take(limit)
    if not letters:
        return Sent(0, 0, more=False)
    by_server = [
        list(group) for _, group in groupby(letters, key=lambda each: each.subscription_id)
    ]
    with ThreadPoolExecutor(min(AT_ONCE, len(by_server))) as pool:
        answers = [each for part in pool.map(_send_all, by_server) for each in part]
    delivered = 0
    for letter, answer, took_ms in answers:
        good = answer.isdigit() and 200 <= int(answer) < 300
        delivered += good
        _note(letter, good=good, answer=answer, took_ms=took_ms)
    return Sent(delivered, len(answers) - delivered, more=len(letters) == limit)


def _take(limit: int) -> list[_Letter]:
    """Messages that are due and nobody else has; they are ours until the lease ends."""
    with transaction.atomic(durable=True):
        rows = list(
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=Now(), subscription__active=True)
            .select_related("subscription")
            .order_by("next_at")[:limit]
        )
        Message.objects.filter(id__in=[row.pk for row in rows]).update(next_at=Now() + LEASE)
    letters = [
        _Letter(
            row.pk, row.name, row.body.encode(), row.subscription.url,
            tuple(row.subscription.secrets), row.subscription_id,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(letters, key=lambda each: (each.subscription_id, each.id))


def _send_all(letters: list[_Letter]) -> list[tuple[_Letter, str, int]]:
    return list(_answers(letters))


def _answers(letters: list[_Letter]) -> Iterator[tuple[_Letter, str, int]]:
    for letter in letters:
        began = time.monotonic()
        answer = post(
            letter.url, name=letter.name, body=letter.body, keys=letter.keys,
            private=settings.WEBHOOKS_TO_PRIVATE_NETWORKS,
        )  # fmt: skip
        yield letter, answer, int((time.monotonic() - began) * 1000)


def _note(letter: _Letter, *, good: bool, answer: str, took_ms: int) -> None:
    with transaction.atomic(durable=True):
        row = (
            Message.objects.select_for_update()
            .filter(pk=letter.id, next_at__isnull=False)
            .values_list("attempts", flat=True)
            .first()
        )
        if row is None:  # meanwhile somebody else got it through
            return
        attempts = row + 1
        over = not good and attempts > len(WAITS)
        waits = None if good or over else Now() + WAITS[attempts - 1]
        Message.objects.filter(pk=letter.id).update(
            attempts=attempts,
            next_at=waits,
            delivered_at=Now() if good else None,
            dead_at=Now() if over else None,
            last_answer=answer,
            last_ms=took_ms,
        )
        mine = Subscription.objects.filter(pk=letter.subscription_id)
        if good:
            mine.filter(failing_since__isnull=False).update(failing_since=None)
        else:
            mine.update(failing_since=Coalesce(F("failing_since"), Now()))
        if answer == "410":
            # Gone: the receiver says that nobody is there any more.
            _end(mine)
    if not good:
        log.warning("Webhook message %s: %s, attempt %s", letter.name, answer, attempts)


def _end(mine: QuerySet[Subscription]) -> None:
    """The receiver answered 410, which in this format ends the subscription."""
    for row in mine.select_for_update().filter(active=True):
        row.active = False
        row.ended_at = timezone.now()
        row.save(update_fields=["active", "ended_at"])
        record(
            actor="system:webhooks", action="webhook.ended", subject=f"webhook:{row.pk}",
            after={"answer": 410}, unit_id=unit_of_client(row.client_id),
        )  # fmt: skip
