"""Somebody stands in while one is away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from org.approving import UnknownKind, kind_of
from org.models import Delegation, Person
from org.roles import APPROVALS_DECIDE
from org.selectors.belonging import unit_of_person
from org.services.approvals.refusals import ApprovalRefused
from org.services.audit import record

LONGEST = timedelta(days=366)
# The lock under which delegations are made, so that two at once do not close a circle.
LOCK = 1_735_004


def delegate(
    *,
    person: Person,
    to: Person,
    starts_at: datetime,
    ends_at: datetime,
    kinds: Collection[str] = (),
    why: str = "",
) -> int:
    """Have somebody decide in one's place from then until then. Joins the caller's transaction.

    Args:
        person: who is away; may still decide.
        to: who stands in, with `approvals.decide`.
        starts_at: the first moment.
        ends_at: the moment it ends.
        kinds: only requests of these kinds; empty for all.
        why: for those who wonder.

    Raises:
        ApprovalRefused: to_yourself, unknown_person, bad_time, too_long, unknown_kind, loop.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if to.pk == person.pk:
        raise ApprovalRefused("to_yourself")
    if not to.is_active or not to.may(APPROVALS_DECIDE):
        raise ApprovalRefused("unknown_person")
    if ends_at <= starts_at or ends_at <= timezone.now():
        raise ApprovalRefused("bad_time")
    if ends_at - starts_at > LONGEST:
        raise ApprovalRefused("too_long")
    try:
        wanted = sorted({kind_of(each).code for each in kinds})
    except UnknownKind:
        raise ApprovalRefused("unknown_kind") from None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if _leads_back(person.pk, to.pk, starts_at, ends_at, frozenset(wanted)):
        raise ApprovalRefused("loop")
    made = Delegation.objects.create(
        from_person=person, to_person=to, starts_at=starts_at, ends_at=ends_at, kinds=wanted,
        why=why.strip()[:200],
    )  # fmt: skip
    record(
        actor=person.actor, action="approval.delegated", subject=f"delegation:{made.pk}",
        unit_id=unit_of_person(person.pk),
        after={
            "to": to.actor, "from": starts_at.isoformat(), "until": ends_at.isoformat(),
            "kinds": wanted,
        },
    )  # fmt: skip
    return made.pk


def _leads_back(
    home: int, to: int, starts_at: datetime, ends_at: datetime, kinds: frozenset[str]
) -> bool:
    """True when, at some moment of that time, whoever stands in has it handed back to `home`."""
    ends, known = {to}, {to}
    while ends:
        rows = Delegation.objects.filter(
            Q(starts_at__lt=ends_at, ends_at__gt=starts_at),
            from_person_id__in=ends,
            request__isnull=True,
            ended_early=False,
        )
        ends = {
            row.to_person_id for row in rows if not row.kinds or not kinds or kinds & set(row.kinds)
        } - known
        known |= ends
        if home in known:
            return True
    return False


def end_delegation(*, delegation_id: int, person: Person) -> None:
    """Take one's delegation back before its end; again changes nothing.

    Joins the caller's transaction.

    Raises:
        ApprovalRefused: unknown_delegation.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    row = (
        Delegation.objects.select_for_update(no_key=True)
        .filter(pk=delegation_id, from_person=person)
        .first()
    )
    if row is None:
        raise ApprovalRefused("unknown_delegation")
    if not row.ended_early:
        row.ended_early = True
        row.save(update_fields=["ended_early"])
        record(
            actor=person.actor, action="approval.delegation_ended",
            subject=f"delegation:{row.pk}", before={"to": f"person:{row.to_person_id}"},
            unit_id=unit_of_person(person.pk),
        )  # fmt: skip
