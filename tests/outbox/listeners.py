"""Handlers for the tests: what they hear is written to the audit trail, in their transaction."""

from __future__ import annotations

import threading

from org.models import AuditRecord

HEARS = "tests.outbox.listeners:hears"
HEARS_TOO = "tests.outbox.listeners:hears_too"
CHOKES = "tests.outbox.listeners:chokes_on_poison"
SLOW = "tests.outbox.listeners:hears_slowly"

began = threading.Event()
may_end = threading.Event()


def hears(*, keys: list[str]) -> None:
    _write("hears", keys)


def hears_too(*, keys: list[str]) -> None:
    _write("hears_too", keys)


def chokes_on_poison(*, keys: list[str]) -> None:
    """Writes first and fails afterwards, so a missing rollback would show."""
    _write("chokes", keys)
    if any(key.startswith("poison") for key in keys):
        raise ValueError("张三 13812345678 is the receiver")


def hears_slowly(*, keys: list[str]) -> None:
    """Hears, then stays inside its transaction until the test lets it go."""
    _write("slow", keys)
    began.set()
    assert may_end.wait(60)


def _write(action: str, keys: list[str]) -> None:
    AuditRecord.objects.bulk_create(
        [AuditRecord(actor="system:test", action=action, subject=key) for key in keys]
    )


def heard(action: str) -> list[str]:
    """What a handler heard, in the order it heard it."""
    rows = AuditRecord.objects.filter(action=action).order_by("id")
    return list(rows.values_list("subject", flat=True))
