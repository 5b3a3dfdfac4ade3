"""Who stands in for whom, and who could."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from org.approving import kinds as all_kinds
from org.models import Delegation, Person
from org.selectors import approvers


def deciders(*, without: Collection[int] = ()) -> list[tuple[int, str]]:
    """People who may approve at all, by name: to hand over to, or to stand in."""
    rows = approvers.able_people().exclude(pk__in=list(without))
    return [(row.pk, str(row)) for row in rows.order_by("display_name", "pk")[:500]]


@dataclass(frozen=True, kw_only=True)
class DelegationView:
    """Somebody stands in for somebody; a hand-over names its request."""

    id: int
    from_name: str
    to_name: str
    starts_at: datetime
    ends_at: datetime | None
    kinds: tuple[str, ...]
    request_id: int | None
    why: str
    running: bool
    over: bool


def delegations(
    *, from_person: Person | None = None, to_person: Person | None = None, limit: int = 50
) -> list[DelegationView]:
    """Delegations of somebody or to somebody, newest first; hand-overs of closed ones left out."""
    rows = Delegation.objects.select_related("from_person", "to_person").exclude(
        request__closed_at__isnull=False
    )
    if from_person is not None:
        rows = rows.filter(from_person=from_person)
    if to_person is not None:
        rows = rows.filter(to_person=to_person)
    now = timezone.now()
    names = {each.code: str(each.name) for each in all_kinds()}
    return [
        DelegationView(
            id=row.pk,
            from_name=str(row.from_person),
            to_name=str(row.to_person),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            kinds=tuple(names.get(code, code) for code in row.kinds),
            request_id=row.request_id,
            why=row.why,
            running=not row.ended_early
            and row.starts_at <= now
            and (row.ends_at is None or row.ends_at > now),
            over=row.ended_early or (row.ends_at is not None and row.ends_at <= now),
        )
        for row in rows.order_by("-pk")[:limit]
    ]
