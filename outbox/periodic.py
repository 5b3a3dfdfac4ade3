"""Periodic tasks that two beats may start at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def once(*, name: str, one_moment: bool = False) -> Iterator[bool]:
    """Open the task's transaction; True inside when nobody else is in the one of that name.

    The lock belongs to the transaction, so it also holds behind PgBouncer and ends with it. It
    keeps runs apart, it does not count them: what is due is still said by rows. With `one_moment`
    all statements inside see the same moment (REPEATABLE READ).

        with once(name="nightly comparison") as alone:
            if alone:
                ...
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if one_moment:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Advisory locks know no schemas, companies that share a database must not meet.
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock("
            "hashtextextended(current_schema() || ' once ' || %s, 0))",
            [name],
        )
        yield cursor.fetchone() == (True,)
