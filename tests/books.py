"""The audit after each test, asked so that it costs a few milliseconds in place of a hundred.

Its statements are those that `inventory.selectors.audit` really sends, taken down when it is asked
the first time. Planning them is what takes long, so each session of the database plans them once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from inventory import selectors as stock

_PLAN = "the_audit_of_a_test"
_sent: list[str] = []


def audit_finds_nothing() -> None:
    """Assert that the audit finds nothing in what the current transaction or database holds."""
    if connection.in_atomic_block and not _wrote():
        # What it would read was audited before it was cloned.
        return
    if not _sent:
        _sent.extend(_statements())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [_PLAN])
        if cursor.fetchone() is None:
            asked = ", ".join(f"EXISTS ({statement})" for statement in _sent)
            cursor.execute(f"PREPARE {_PLAN} AS SELECT ARRAY[{asked}]")
        cursor.execute(f"EXECUTE {_PLAN}")
        [found] = cursor.fetchone()
    if any(found):
        assert stock.audit() == []
        raise AssertionError(f"A row was found by: {_sent[found.index(True)]}")


def _wrote() -> bool:
    """False as long as the transaction has changed no row of any table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        [wrote] = cursor.fetchone()
    return bool(wrote)


def _statements() -> list[str]:
    """What the audit asks, with its parameters written out; any row is a difference."""
    taken: list[str] = []

    def take(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        raw = context["cursor"].cursor
        taken.append(raw.mogrify(sql, params).decode() if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take):
        stock.audit()
    return taken
