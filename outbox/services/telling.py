"""Say that something happened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from outbox.bells import nudge
from outbox.subscribers import doorbells_of, handlers_of

DELIVER = "outbox.tasks.deliver"


def tell(*, topic: str, keys: Sequence[str]) -> None:
    """Have every handler of the topic hear these names, exactly once per transaction that tells.

    Joins the caller's transaction, costs one statement. News carries names, never amounts: the
    handler looks up what is true when it hears. Delivery order is not promised. Handlers hear it
    at once, or with the next sweep when the topic is one of `settings.NEWS_GATHERED`.

    Raises:
        UnknownTopic: the topic is not in `settings.NEWS`.
    """
    assert connection.in_atomic_block, "News is told in the transaction that made it true."
    handlers = list(handlers_of(topic))
    wanted = sorted(set(keys))
    assert all(0 < len(key) <= 200 for key in wanted), "A key is a short name."
    if not handlers or not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_news (handler, key, attempts, last_error)"
            " SELECT handler, key, 0, ''"
            " FROM unnest(%s::text[]) AS handler CROSS JOIN unnest(%s::text[]) AS key",
            [handlers, wanted],
        )
    if topic in settings.NEWS_GATHERED:
        return
    for handler in handlers:
        transaction.on_commit(partial(nudge, task=DELIVER, args=(handler,)), robust=True)


def ring(*, topic: str) -> None:
    """On commit, wake the tasks of a doorbell. Only right where a sweep finds the work anyway.

    Raises:
        UnknownTopic: the topic is not in `settings.DOORBELLS`.
    """
    for task in doorbells_of(topic):
        transaction.on_commit(partial(nudge, task=task), robust=True)
