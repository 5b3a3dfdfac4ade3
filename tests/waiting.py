"""Waiting for what another thread does, and never for time alone."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

# On a machine that is busy; nothing waits longer than it must.
PATIENCE_S = 60


def waiters() -> int:
    """How many connections of this database wait for a lock."""
    with connection.cursor() as cursor:
        # Within one transaction the view would show the same picture for ever.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def until(condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fails when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "It never came to that."
        time.sleep(0.01)
