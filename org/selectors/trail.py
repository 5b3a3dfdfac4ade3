"""Questions about what was done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from org import machines
from org.models import AuditRecord, Person
from org.scope import Scope

MOST_PEOPLE = 50
# Kinds of subjects that people leave out when they look for one.
SUBJECTS = (
    "unit", "person", "role", "sku", "lot", "location", "warehouse", "shop", "listing", "job",
    "client", "policy", "approval-policy", "zone", "reason",
)  # fmt: skip


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
    unit: str = ""


def audit_trail(
    *, subject: str | None = None, scope: Scope | None = None, limit: int = 200
) -> list[AuditView]:
    """The latest records, newest first, of one subject or of all; with a scope, only inside it."""
    rows = _inside(scope or Scope.everything())
    if subject is not None:
        rows = rows.filter(subject=subject)
    return _views(rows.order_by("-id")[:limit])


def records_about(subject: str, *, scope: Scope, limit: int = 50) -> list[AuditView]:
    """The latest records of one subject, newest first: of the scope, and of the whole company."""
    rows = AuditRecord.objects.select_related("unit").filter(subject=subject)
    if not scope.is_everything:
        rows = rows.filter(Q(unit=None) | scope.inside(AuditRecord, "unit"))
    return _views(rows.order_by("-id")[:limit])


def records(
    *,
    scope: Scope,
    actors: Collection[str] = (),
    actions: Sequence[str] = (),
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AuditView]:
    """Records newest first, narrowed.

    Args:
        scope: who sees the whole house sees all; others what concerns their units.
        actors: only by these; none means everybody.
        actions: whole ("receiver.reveal") or beginnings that end with a dot ("receiver.").
        subject: exactly this one, with or without its kind ("unit:HQ", "HQ").
        since, until: from, and before.
        before: only ids below.
    """
    rows = _inside(scope)
    if actors:
        rows = rows.filter(actor__in=sorted(actors))
    if actions:
        wanted = Q()
        for action in actions:
            wanted |= Q(action__startswith=action) if action.endswith(".") else Q(action=action)
        rows = rows.filter(wanted)
    if subject:
        rows = rows.filter(subject__in=[subject, *(f"{kind}:{subject}" for kind in SUBJECTS)])
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _views(rows.order_by("-id")[:limit])


def audit_record(record_id: int, *, scope: Scope) -> AuditView | None:
    """One record, if it concerns the scope."""
    return next(iter(_views(_inside(scope).filter(pk=record_id))), None)


def actors_named(words: str) -> list[str]:
    """Actor strings of people and machines whose name contains these words, in any case."""
    people = Person.objects.filter(Q(display_name__icontains=words) | Q(username__icontains=words))
    ids = people.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE]
    known = [name for name, label in machines.NAMES.items() if words.lower() in str(label).lower()]
    return [*(f"person:{pk}" for pk in ids), *known]


def _inside(scope: Scope) -> QuerySet[AuditRecord]:
    rows = AuditRecord.objects.select_related("unit")
    return rows if scope.unit_ids is None else scope.limit(rows, "unit")


def _views(rows: QuerySet[AuditRecord]) -> list[AuditView]:
    return [
        AuditView(
            id=row.pk,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            before=row.before,
            after=row.after,
            unit=row.unit.name if row.unit else "",
        )
        for row in rows
    ]


def said_in(
    *, xids: Collection[int], subjects: Collection[str]
) -> list[tuple[int, str, dict[str, Any] | None]]:
    """What these transactions wrote about these subjects: transaction, subject, as it is after."""
    rows = AuditRecord.objects.filter(xid__in=xids, subject__in=subjects).order_by("id")
    return list(rows.values_list("xid", "subject", "after"))
