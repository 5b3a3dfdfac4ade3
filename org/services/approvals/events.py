"""Write down what happens to a request, and tell those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models.functions import Now

from org.models import ApprovalEvent, ApprovalRequest, ApprovalState, Person, RequestStep
from org.selectors import approvers
from org.services.audit import record
from org.services.notices import notify

ACTOR = "system:approvals"
W = ApprovalEvent.What
OPEN = frozenset({ApprovalState.SUBMITTED, ApprovalState.APPROVED, ApprovalState.APPLY_FAILED})


def note(
    request: ApprovalRequest,
    what: ApprovalEvent.What,
    *,
    actor: str,
    why: str = "",
    principal: str = "",
    position: int | None = None,
) -> None:
    """One event that leaves the state as it is."""
    ApprovalEvent.objects.create(
        request=request, what=what, actor=actor, why=why, principal=principal, position=position
    )


def change(
    request: ApprovalRequest,
    transition: Callable[[], None],
    what: ApprovalEvent.What,
    *,
    actor: str,
    why: str = "",
) -> None:
    """Change the state, close what closes, write the event and the trail."""
    before = "" if what == W.SUBMITTED else str(request.state)
    transition()
    if request.state not in OPEN:
        request.closed_at = Now()
        request.question_open = False
    request.save(update_fields=["state", "closed_at", "failure", "question_open"])
    if request.state != ApprovalState.SUBMITTED:
        RequestStep.objects.filter(
            request=request, opened_at__isnull=False, closed_at__isnull=True
        ).update(closed_at=Now())
    ApprovalEvent.objects.create(
        request=request, what=what, actor=actor, why=why, from_state=before,
        to_state=str(request.state), position=request.step,
    )  # fmt: skip
    record(
        actor=actor, action=f"approval.{what.lower()}", subject=request.number,
        before={"state": before},
        after={"state": str(request.state), "kind": request.kind, "why": why},
        unit_id=request.unit_id,
    )  # fmt: skip


def tell_asked(request: ApprovalRequest, step: RequestStep, *, escalated: bool = False) -> None:
    """Whoever the open step asks, and whoever stands in for them, learns that it waits."""
    people = approvers.people_of_open_step(request, step)
    ids = approvers.also_told(people, kind=request.kind, maker_id=request.maker_id)
    kind = "approval.escalated" if escalated else "approval.waiting"
    tell(request, kind, ids, urgent=escalated)


def tell(
    request: ApprovalRequest, kind: str, people: Iterable[int], *, urgent: bool = False
) -> None:
    """Notify people of something about a request."""
    words = {"subject": f"{request.number} {request.facts['subject']}"}
    if kind in {"approval.waiting", "approval.escalated"}:
        words["who"] = name_of(request.maker)
    notify(
        kind=kind, to=people, params=words, document=request.number,
        link=f"/approvals/{request.pk}/", urgent=urgent,
    )  # fmt: skip


def everybody(request: ApprovalRequest) -> set[int]:
    """Whoever asked, decided or was asked until now."""
    found = {request.maker_id}
    for row in request.decisions.all():
        found.add(row.person_id)
    return found


def person_of_actor(actor: str) -> int | None:
    """The id of a person by their word on the trail."""
    return int(actor[7:]) if actor.startswith("person:") else None


def name_of(person: Person) -> str:
    """What the timeline calls a person."""
    return person.display_name or person.username
