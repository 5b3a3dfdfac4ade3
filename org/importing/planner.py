"""Tell the planner of tables that an import fills: with figures of yesterday it plans badly."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

# The planner must hear of it when a table has grown this many times over since it last looked
# (tenfold is where plans turn bad), and before and after many rows. Not before when a table is this
# small: where the planner knows nothing, it takes the index, where it knows of a handful of rows,
# it reads them all, and goes on so when there are thousands.
GROWN = 4
SMALL_PAGES = 10
MANY = 10_000


def before_many(tables: Sequence[str]) -> None:
    """Have another look at tables of some size, before many rows are booked."""
    look_at(_over(tables, times=0, pages=SMALL_PAGES))


def grown(tables: Sequence[str]) -> list[str]:
    """Tables that are several times what they were at the planner's last look."""
    return _over(tables, times=GROWN, pages=GROWN)


def look_at(tables: Sequence[str]) -> None:
    """Have the planner look.

    Always in one order: ANALYZE keeps its locks, and two imports must not wait for each other.
    """
    if tables:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE " + ", ".join(sorted(tables)))


def _over(tables: Sequence[str], *, times: int, pages: int) -> list[str]:
    """Tables of so many pages, and so many times as many as at the planner's last look.

    By their files' sizes, which are true at once; other counters come late.
    """
    if not tables:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
               WHERE oid = ANY(%s::text[]::regclass[]) AND pg_relation_size(oid)
                   >= greatest(%s * relpages::bigint, %s) * current_setting('block_size')::bigint
               ORDER BY relname""",
            [list(tables), times, pages],
        )
        return [row[0] for row in cursor.fetchall()]
