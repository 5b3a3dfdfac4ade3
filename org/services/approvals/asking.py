"""Ask for consent, take it back, ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from org.approving import ApprovalKind, Facts, kind_of
from org.models import (
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
    Asked,
    Person,
    RequestStep,
    Unit,
)
from org.selectors import approvers
from org.services.approvals import events
from org.services.approvals.events import W
from org.services.approvals.refusals import ApprovalRefused

LONGEST_WHY = 400


@dataclass(frozen=True, kw_only=True)
class StepAhead:
    """One step as it would be asked: the names, and whether one of them is enough."""

    names: tuple[str, ...]
    all_of_them: bool
    deadline_hours: int | None


@dataclass(frozen=True, kw_only=True)
class Needed:
    """The policy that decides about an action, and whom it would ask, step by step."""

    policy: ApprovalPolicy
    steps: tuple[StepAhead, ...]

    @property
    def possible(self) -> bool:
        """True when every step asks at least one person."""
        return bool(self.steps) and all(step.names for step in self.steps)


def has_policy(*, kind: str) -> bool:
    """True when some policy in force is about such actions: the cheap question before `needed`."""
    return ApprovalPolicy.objects.filter(kind=kind, is_active=True).exists()


def limits_reach(*, kind: str) -> bool:
    """True when some policy in force asks how far such actions reach: only then it is counted."""
    return (
        ApprovalPolicy.objects.filter(kind=kind, is_active=True)
        .exclude(min_share_pct=None, min_skus=None, min_places=None)
        .exists()
    )


def needed(
    *,
    kind: str,
    facts: Facts,
    unit_id: int,
    person: Person | None,
    warehouse_id: int | None = None,
    shop_id: int | None = None,
) -> Needed | None:
    """Whether an action of this size needs consent, and whose; None when nobody need be asked.

    Args:
        kind: a key of `settings.APPROVALS`.
        facts: what `summarize` of the kind says of it.
        unit_id: the unit that it is about.
        person: who would ask; nobody is asked about their own request.
        warehouse_id, shop_id: the one warehouse or shop of the unit that all of it is about.
    """
    policy = approvers.policy_for(kind=kind, unit_id=unit_id, facts=facts)
    if policy is None:
        return None
    where = approvers.Where(Unit.objects.get(pk=unit_id), warehouse_id, shop_id)
    without = [] if person is None else [person.pk]
    steps = []
    for step in policy.steps.all():
        managed = None
        if step.asked == Asked.MANAGER:
            managed = approvers.manager_unit(where=where, without=without)
        people = approvers.people_asked(step, where=where, managed=managed, without=without)
        steps.append(
            StepAhead(
                names=tuple(events.name_of(each) for each in people),
                all_of_them=step.agreement == "ALL",
                deadline_hours=step.deadline_hours,
            )
        )
    return Needed(policy=policy, steps=tuple(steps))


def ask(
    *,
    kind: str,
    payload: Mapping[str, Any],
    unit_id: int,
    person: Person,
    key: str,
    why: str = "",
    document: str = "",
    policy: ApprovalPolicy | None = None,
    warehouse_id: int | None = None,
    shop_id: int | None = None,
) -> ApprovalRequest:
    """Ask for consent to an action. Joins the caller's transaction.

    The same key asks once; with another content it is refused.

    Args:
        kind: a key of `settings.APPROVALS`.
        payload: all that the kind needs to do it, as JSON.
        unit_id: the unit that it is about.
        person: who asks; may never decide about it.
        key: one attempt of one person.
        why: the reason, for whoever decides.
        document: the document of the room that asks.
        policy: the one that decides; without, the one that applies now.
        warehouse_id, shop_id: the one warehouse or shop of the unit that all of it is about.

    Raises:
        ApprovalRefused: nobody_to_ask, key_reused.
        LookupError: no policy applies; ask `needed` first.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    found = kind_of(kind)
    known = ApprovalRequest.objects.filter(key=key).first()
    if known is not None:
        if (known.kind, known.payload, known.maker_id) != (kind, dict(payload), person.pk):
            raise ApprovalRefused("key_reused")
        return known
    facts = found.summarize(payload)
    if policy is None:
        policy = approvers.policy_for(kind=kind, unit_id=unit_id, facts=facts)
    if policy is None:
        raise LookupError(kind)
    try:
        with transaction.atomic():
            request = _create(
                found, payload, facts, key=key, maker=person, policy=policy, document=document,
                why=why, unit_id=unit_id, warehouse_id=warehouse_id, shop_id=shop_id,
            )  # fmt: skip
    except IntegrityError:
        return ApprovalRequest.objects.get(key=key)
    events.change(request, lambda: None, W.SUBMITTED, actor=person.actor, why=request.why)
    _copy_steps(request, policy)
    open_step(request)
    return request


def _create(
    kind: ApprovalKind,
    payload: Mapping[str, Any],
    facts: Facts,
    *,
    policy: ApprovalPolicy,
    why: str,
    **columns: Any,
) -> ApprovalRequest:
    return ApprovalRequest.objects.create(
        kind=kind.code,
        policy=policy,
        again_allowed=policy.again_allowed,
        payload=dict(payload),
        fingerprint=kind.fingerprint(payload, False),
        facts=facts.as_json(),
        amount=facts.amount,
        qty=facts.qty,
        why=why.strip()[:LONGEST_WHY],
        **columns,
    )


def _copy_steps(request: ApprovalRequest, policy: ApprovalPolicy) -> None:
    """The steps as they are today; whoever could decide none of them is noticed now.

    Raises:
        ApprovalRefused: nobody_to_ask.
    """
    rows, where = [], approvers.Where.of(request)
    for step in policy.steps.all().order_by("position"):
        row = RequestStep(
            request=request, position=step.position, agreement=step.agreement, asked=step.asked,
            permission=step.permission, role=step.role, person_ids=step.person_ids,
            deadline_hours=step.deadline_hours, escalate_role=step.escalate_role,
        )  # fmt: skip
        if step.asked == Asked.MANAGER:
            row.manager_unit = approvers.manager_unit(where=where, without=[request.maker_id])
        people = approvers.people_asked(
            row, where=where, managed=row.manager_unit, without=[request.maker_id]
        )
        if not people:
            raise ApprovalRefused("nobody_to_ask")
        rows.append(row)
    if not rows:
        raise ApprovalRefused("nobody_to_ask")
    RequestStep.objects.bulk_create(rows)


def open_step(request: ApprovalRequest) -> RequestStep | None:
    """Open the first step that has not been asked yet; None when all are through.

    A manager who has decided an earlier step is passed over for the manager above.
    """
    step = (
        RequestStep.objects.filter(request=request, opened_at__isnull=True)
        .select_related("manager_unit")
        .order_by("position")
        .first()
    )
    if step is None:
        return None
    took_part = {request.maker_id}
    if not request.again_allowed:
        for row in request.decisions.all():
            took_part |= {row.person_id, row.principal_id}
    if step.asked == Asked.MANAGER:
        step.manager_unit = (
            approvers.manager_unit(where=approvers.Where.of(request), without=took_part)
            or step.manager_unit
        )
    now = timezone.now()
    step.opened_at = now
    if step.deadline_hours is not None:
        step.due_at = now + timedelta(hours=step.deadline_hours)
    step.save(update_fields=["opened_at", "due_at", "manager_unit"])
    request.step = step.position
    request.save(update_fields=["step"])
    events.tell_asked(request, step)
    return step


def locked(request_id: int) -> ApprovalRequest:
    """The request, locked until the transaction ends.

    Raises:
        ApprovalRefused: unknown_request.
    """
    found = (
        ApprovalRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "maker")
        .filter(pk=request_id)
        .first()
    )
    if found is None:
        raise ApprovalRefused("unknown_request")
    return found


def withdraw(*, request_id: int, person: Person, why: str = "") -> ApprovalRequest:
    """Take one's own request back; again changes nothing. Joins the caller's transaction.

    Raises:
        ApprovalRefused: unknown_request, not_yours, closed.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    request = locked(request_id)
    if request.maker_id != person.pk:
        raise ApprovalRefused("not_yours")
    if request.state == ApprovalState.WITHDRAWN:
        return request
    if request.state not in {ApprovalState.SUBMITTED, ApprovalState.APPLY_FAILED}:
        raise ApprovalRefused("closed")
    events.change(request, request.withdraw, W.WITHDRAWN, actor=person.actor, why=why.strip())
    return request


def settle(*, request_id: int, actor: str) -> ApprovalRequest:
    """What was asked for has come about, or cannot any more: the request waits for nobody.

    For the room that asked. Whoever asked is told; what is over stays as it is. Joins the caller's
    transaction.

    Raises:
        ApprovalRefused: unknown_request.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    request = locked(request_id)
    if request.state in {ApprovalState.SUBMITTED, ApprovalState.APPLY_FAILED}:
        events.change(request, request.void, W.VOIDED, actor=actor)
        events.tell(request, "approval.voided", [request.maker_id])
    return request


def ask_again(*, request_id: int, person: Person) -> ApprovalRequest:
    """Ask anew for what came to nothing, with the facts of today. Again gives the same request.

    Joins the caller's transaction.

    Raises:
        ApprovalRefused: unknown_request, not_yours, still_open, nobody_to_ask.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    old = locked(request_id)
    if old.maker_id != person.pk:
        raise ApprovalRefused("not_yours")
    if old.closed_at is None or old.state == ApprovalState.APPLIED:
        raise ApprovalRefused("still_open")
    facts = kind_of(old.kind).summarize(old.payload)
    policy = approvers.policy_for(kind=old.kind, unit_id=old.unit_id, facts=facts)
    return ask(
        kind=old.kind, payload=old.payload, unit_id=old.unit_id, person=person,
        key=f"again:{old.pk}", why=old.why, document=old.document, policy=policy or old.policy,
        warehouse_id=old.warehouse_id, shop_id=old.shop_id,
    )  # fmt: skip


def request_under(key: str) -> int | None:
    """The request that was asked under this key; None when there was none."""
    return ApprovalRequest.objects.filter(key=key).values_list("pk", flat=True).first()


def request_of(document: str) -> int | None:
    """The newest request about a document of the room that asks; None when there was none."""
    rows = ApprovalRequest.objects.filter(document=document).order_by("-pk")
    return rows.values_list("pk", flat=True).first()
