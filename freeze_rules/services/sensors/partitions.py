"""The days of the table of readings: made ahead, dropped when they are old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from django.db import connection

TABLE = "freeze_rules_sensorreading"


def name_of(day: date) -> str:
    """The table of one day (UTC)."""
    return f"{TABLE}_{day:%Y%m%d}"


def ensure(days: Collection[date]) -> int:
    """Make the tables of these days that are not there yet; joins the caller's transaction.

    A table is made by itself and then attached, so that nobody who writes readings waits for it.

    Returns:
        How many were made.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    missing = _missing(days)
    if not missing:
        return 0
    with connection.cursor() as cursor:
        # One maker at a time, or two would make the same table.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))", [TABLE]
        )
        made = _missing(missing)
        for day in made:
            ends = day + timedelta(days=1)
            # Names are made of dates alone.
            cursor.execute(f"CREATE TABLE {name_of(day)} (LIKE {TABLE} INCLUDING ALL)")
            cursor.execute(
                f"ALTER TABLE {TABLE} ATTACH PARTITION {name_of(day)} "
                f"FOR VALUES FROM ('{day} 00:00+00') TO ('{ends} 00:00+00')"
            )
    return len(made)


def _missing(days: Collection[date]) -> list[date]:
    ordered = sorted(set(days))
    with connection.cursor() as cursor:
        # Reads the catalogue itself: `to_regclass` goes on answering from this connection's cache
        # after somebody else made the table.
        cursor.execute(
            """SELECT n FROM unnest(%s::text[]) AS n WHERE NOT EXISTS (
                   SELECT FROM pg_class c WHERE c.relname = n
                     AND c.relnamespace = current_schema()::regnamespace)""",
            [[name_of(day) for day in ordered]],
        )
        names = {name for (name,) in cursor.fetchall()}
    return [day for day in ordered if name_of(day) in names]


def drop_before(day: date) -> list[date]:
    """Drop the tables of all days before this one; the excursions found in them stay.

    Waits two seconds at most for readers, then leaves it for the next time (an OperationalError).

    Returns:
        The days that are gone.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass(%s) ORDER BY c.relname",
            [TABLE],
        )
        days = [_day_of(name) for (name,) in cursor.fetchall()]
        old = [each for each in days if each < day]
        for each in old:
            cursor.execute(f"DROP TABLE {name_of(each)}")
    return old


def _day_of(name: str) -> date:
    return datetime.strptime(name.removeprefix(f"{TABLE}_"), "%Y%m%d").replace(tzinfo=UTC).date()
