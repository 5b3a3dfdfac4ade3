"""Say yes or no. The last yes does it, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.functions import Now

from org.approving import CannotApply, Granted, kind_of
from org.models import ApprovalDecision, ApprovalRequest, ApprovalState, Person, RequestStep
from org.roles import APPROVALS_DECIDE
from org.selectors import approvers
from org.services.approvals import events
from org.services.approvals.asking import LONGEST_WHY, locked, open_step
from org.services.approvals.events import ACTOR, W
from org.services.approvals.refusals import ApprovalRefused

APPROVE, REJECT = ApprovalDecision.Verdict.APPROVE, ApprovalDecision.Verdict.REJECT
LONGEST_KEY = 64


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a decision led to; `repeated` when it had been taken before."""

    request: ApprovalRequest
    repeated: bool = False

    @property
    def voided(self) -> bool:
        """True when it was not decided, because the facts had changed."""
        return bool(self.request.state == ApprovalState.VOIDED)


def seen_of(request: ApprovalRequest) -> str:
    """What somebody had before their eyes: the step, and the request with its question."""
    return f"{request.step}.{request.fingerprint[:16]}"


def decide(
    *,
    request_id: int,
    person: Person,
    verdict: str,
    key: str,
    why: str = "",
    seen: str = "",
) -> Decided:
    """Approve or reject the open step. Joins the caller's transaction, one request in each.

    The last approval does the action in the same transaction; when that is refused, the request
    says so and may be tried again. An approval of what has changed since it was asked is not
    taken: the request becomes void, and whoever asked is told.

    Args:
        request_id: which one.
        person: who decides, perhaps in somebody's place.
        verdict: APPROVE or REJECT.
        key: one attempt of this person; a resend decides once.
        why: needed to reject.
        seen: `seen_of` what was shown; when it has moved on, nothing is decided.

    Raises:
        ApprovalRefused: unknown_request, not_allowed, own_request, decided_already, not_asked,
            closed, moved_on, why_missing, key_reused, bad_key.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise ApprovalRefused("bad_key")
    request = locked(request_id)
    word = ApprovalDecision.Verdict(verdict)
    own_key = f"{person.pk}:{request.pk}:{key}"
    known = ApprovalDecision.objects.filter(key=own_key).first()
    if known is not None:
        if known.verdict != word:
            raise ApprovalRefused("key_reused")
        return Decided(request=request, repeated=True)
    step, principal = may_decide(request, person)
    if seen and seen != seen_of(request):
        raise ApprovalRefused("moved_on")
    if word == REJECT and not why.strip():
        raise ApprovalRefused("why_missing")
    if word == APPROVE and not _still_the_same(request):
        return Decided(request=request)
    ApprovalDecision.objects.create(
        key=own_key, request=request, step=step, maker_id=request.maker_id,
        again_allowed=request.again_allowed, person=person, principal_id=principal, verdict=word,
        why=why.strip()[:LONGEST_WHY], fingerprint=request.fingerprint,
    )  # fmt: skip
    if word == REJECT:
        events.change(
            request, request.reject, W.REJECTED, actor=person.actor, why=why.strip()[:LONGEST_WHY]
        )
        events.tell(request, "approval.rejected", [request.maker_id])
        return Decided(request=request)
    events.note(
        request, W.AGREED, actor=person.actor, why=why.strip()[:LONGEST_WHY],
        principal="" if principal == person.pk else f"person:{principal}", position=step.position,
    )  # fmt: skip
    if step.agreement == "ANY" or not approvers.people_of_open_step(request, step):
        _finish_step(request, step, person)
    return Decided(request=request)


def may_decide(request: ApprovalRequest, person: Person) -> tuple[RequestStep, int]:
    """The open step and in whose name.

    Raises:
        ApprovalRefused: not_allowed, own_request, decided_already, not_asked, closed.
    """
    if request.maker_id == person.pk:
        raise ApprovalRefused("own_request")
    if not person.may(APPROVALS_DECIDE):
        raise ApprovalRefused("not_allowed")
    if request.state != ApprovalState.SUBMITTED:
        raise ApprovalRefused("closed")
    step = (
        RequestStep.objects.select_related("request", "manager_unit")
        .filter(request=request, opened_at__isnull=False, closed_at__isnull=True)
        .first()
    )
    if step is None:
        raise ApprovalRefused("closed")
    principal = approvers.principal_for(person, step=step)
    if principal is None:
        took_part = request.decisions.filter(person=person) | request.decisions.filter(
            principal=person
        )
        raise ApprovalRefused("decided_already" if took_part.exists() else "not_asked")
    return step, principal


def _still_the_same(request: ApprovalRequest) -> bool:
    """True when the action would do what it would have done when it was asked; else it is void.

    Locks what the kind reads, so that it stays the same until the transaction ends.
    """
    if kind_of(request.kind).fingerprint(request.payload, True) == request.fingerprint:
        return True
    events.change(request, request.void, W.VOIDED, actor=ACTOR)
    events.tell(request, "approval.voided", [request.maker_id])
    return False


def _finish_step(request: ApprovalRequest, step: RequestStep, person: Person) -> None:
    step.closed_at = Now()
    step.save(update_fields=["closed_at"])
    if open_step(request) is not None:
        events.note(request, W.STEP_DONE, actor=person.actor, position=step.position)
        return
    events.change(request, request.approve, W.APPROVED, actor=person.actor)
    _apply(request, actor=person.actor)


def _apply(request: ApprovalRequest, *, actor: str) -> None:
    """Do it, or say why it could not be done."""
    kind = kind_of(request.kind)
    deciders = [row.person for row in request.decisions.select_related("person").order_by("id")]
    granted = Granted(
        number=request.number,
        key=f"approval:{request.pk}",
        maker=request.maker,
        deciders=tuple(deciders),
    )
    try:
        with transaction.atomic():
            kind.apply(request.payload, granted)
    except CannotApply as refused:
        request.failure = str(refused)[:400]
        events.change(request, request.fail, W.APPLY_FAILED, actor=actor, why=request.failure)
        events.tell(request, "approval.failed", events.everybody(request))
        return
    request.failure = ""
    events.change(request, request.finish, W.APPLIED, actor=actor)
    events.tell(request, "approval.done", [request.maker_id])


def retry(*, request_id: int, person: Person) -> Decided:
    """Try again to do what was approved. Joins the caller's transaction.

    For whoever asked and whoever decided. When the facts have changed meanwhile, it is void.

    Raises:
        ApprovalRefused: unknown_request, not_yours, not_failed.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    request = locked(request_id)
    if person.pk not in events.everybody(request):
        raise ApprovalRefused("not_yours")
    if request.state == ApprovalState.APPLIED:
        return Decided(request=request, repeated=True)
    if request.state != ApprovalState.APPLY_FAILED:
        raise ApprovalRefused("not_failed")
    if _still_the_same(request):
        _apply(request, actor=person.actor)
    return Decided(request=request)
