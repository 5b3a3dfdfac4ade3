"""Questions about what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from org.models import AuditRecord


@dataclass(frozen=True)
class AuditView:
    """One line of the audit trail."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any


def audit_trail(*, subject: str | None = None, limit: int = 200) -> list[AuditView]:
    """The latest records, newest first, of one subject or of all."""
    rows = AuditRecord.objects.all() if subject is None else (
        AuditRecord.objects.filter(subject=subject)
    )  # fmt: skip
    found = rows.order_by("-id").values_list(
        "id", "at", "actor", "action", "subject", "before", "after"
    )
    return [AuditView(*row) for row in found[:limit]]
