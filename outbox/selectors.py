"""Questions about waiting news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Max

from outbox.models import News
from outbox.subscribers import known_handlers


@dataclass(frozen=True)
class Depth:
    """How much one handler has not heard. `oldest_age_s` is 0.0 when nothing waits."""

    waiting: int
    retrying: int
    dead: int
    oldest_age_s: float


@dataclass(frozen=True)
class DeadLetter:
    """News a handler failed to hear too often."""

    id: int
    handler: str
    key: str
    told_at: datetime
    attempts: int
    last_error: str
    dead_at: datetime | None


def depths() -> dict[str, Depth]:
    """Per handler: every one in the settings, and any other that still has rows.

    `waiting` counts rows not yet given up, `retrying` those of them that failed before.
    """
    found = {handler: Depth(0, 0, 0, 0.0) for handler in known_handlers()}
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT handler,
                   count(*) FILTER (WHERE dead_at IS NULL),
                   count(*) FILTER (WHERE dead_at IS NULL AND attempts > 0),
                   count(*) FILTER (WHERE dead_at IS NOT NULL),
                   coalesce(extract(epoch FROM clock_timestamp()
                       - min(told_at) FILTER (WHERE dead_at IS NULL)), 0)::float8
            FROM outbox_news GROUP BY handler
        """)
        for handler, waiting, retrying, dead, age in cursor.fetchall():
            found[handler] = Depth(waiting, retrying, dead, age)
    return found


def newest_death() -> datetime | None:
    """When news was last given up; None when none is dead."""
    found: datetime | None = News.objects.filter(dead_at__isnull=False).aggregate(
        newest=Max("dead_at")
    )["newest"]
    return found


def handlers_with_due_news() -> list[str]:
    """Handlers in the settings that have something to hear now; one index probe each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT handler FROM unnest(%s::text[]) AS handler
            WHERE EXISTS (SELECT FROM outbox_news n WHERE n.handler = handler.handler
                          AND n.dead_at IS NULL AND n.attempts = 0)
               OR EXISTS (SELECT FROM outbox_news n WHERE n.handler = handler.handler
                          AND n.dead_at IS NULL AND n.attempts > 0
                          AND n.not_before <= statement_timestamp())
            ORDER BY handler
            """,
            [known_handlers()],
        )
        return [handler for (handler,) in cursor.fetchall()]


def dead_letters(*, handlers: Sequence[str] | None = None, limit: int = 200) -> list[DeadLetter]:
    """The latest news that was given up, newest first."""
    rows = News.objects.filter(dead_at__isnull=False)
    if handlers is not None:
        rows = rows.filter(handler__in=handlers)
    found = rows.order_by("-id").values_list(
        "id", "handler", "key", "told_at", "attempts", "last_error", "dead_at"
    )
    return [DeadLetter(*row) for row in found[:limit]]
