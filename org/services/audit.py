"""Write the audit trail."""

from __future__ import annotations

from typing import Any

from django.db import connection

from org.models import AuditRecord


def record(
    *,
    actor: str,
    action: str,
    subject: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    unit_id: int | None = None,
) -> None:
    """Record an action in the transaction that does it, so neither exists without the other.

    Args:
        actor: "person:3" or "system:pull".
        action: dotted verb, "unit.created".
        subject: what it was done to, "unit:HQ" or "SO-1042".
        before: what changed, as it was; never secrets or receiver data.
        after: what changed, as it is now.
        unit_id: whose part of the company it concerns: people who read the trail there only see
            it by this. None: whoever reads the trail of the whole house.
    """
    assert connection.in_atomic_block, "The record belongs to the transaction of the action."
    AuditRecord.objects.create(
        actor=actor, action=action, subject=subject, before=before, after=after, unit_id=unit_id
    )
