"""Requests for approval as people read them: lists, one, and what may be done with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from org.approving import Facts, UnknownKind, kind_of
from org.models import (
    ApprovalDecision,
    ApprovalEvent,
    ApprovalRequest,
    ApprovalState,
    Person,
    RequestStep,
)
from org.roles import APPROVALS_DECIDE, APPROVALS_VIEW
from org.scope import Scope
from org.selectors import approvers
from org.selectors.attachments import FileView, file_of_document, files_of
from org.selectors.people import names_of_actors, scope_of

BOXES = ("waiting", "mine", "decided", "all")
TONES = {
    ApprovalState.SUBMITTED: "warn",
    ApprovalState.APPROVED: "info",
    ApprovalState.APPLIED: "ok",
    ApprovalState.REJECTED: "bad",
    ApprovalState.APPLY_FAILED: "bad",
    ApprovalState.VOIDED: "muted",
    ApprovalState.EXPIRED: "muted",
    ApprovalState.WITHDRAWN: "muted",
}
# Counting stops here: a number beyond it says only that there are many.
COUNT_TO = 1_000


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """One request in a list. Amounts are in the company's currency, quantities base units."""

    id: int
    number: str
    kind: str
    kind_name: str
    subject: str
    amount: Decimal
    qty: int
    unit_id: int
    unit_name: str
    maker_id: int
    maker_name: str
    state: str
    state_label: str
    tone: str
    why: str
    created_at: datetime
    due_at: datetime | None
    overdue: bool
    escalated: bool
    question_open: bool
    # What was shown, so that a decision is about that: see `approvals.seen_of`.
    seen: str


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step: whom it asks, who has decided, and where it stands."""

    position: int
    all_of_them: bool
    is_open: bool
    is_done: bool
    names: tuple[str, ...]
    decided: tuple[str, ...]
    due_at: datetime | None
    escalated: bool


@dataclass(frozen=True, kw_only=True)
class EventView:
    """One line of the timeline."""

    at: datetime
    what: str
    title: str
    who: str
    note: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class RequestPage:
    """All of one request, and what this reader may do."""

    row: RequestView
    # Where it is about one warehouse.
    warehouse_id: int | None
    facts: Facts
    # True when the facts are those of now, not of the submission.
    live: bool
    changed: bool
    document: str
    failure: str
    policy_name: str
    steps: tuple[StepView, ...]
    events: tuple[EventView, ...]
    files: tuple[FileView, ...]
    may_decide: bool
    # In whose place, when not in their own.
    in_place_of: str
    may_withdraw: bool
    may_retry: bool
    may_ask_again: bool

    @property
    def is_open(self) -> bool:
        """True while somebody may still decide."""
        return self.row.state == ApprovalState.SUBMITTED


def _rows() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.select_related("unit", "maker").defer("payload")


def waiting_for(person: Person) -> QuerySet[ApprovalRequest]:
    """Requests whose open step this person may decide, also in somebody's place."""
    if not person.may(APPROVALS_DECIDE):
        return _rows().none()
    steps = RequestStep.objects.filter(approvers.steps_for(person))
    return _rows().filter(
        state=ApprovalState.SUBMITTED, pk__in=list(steps.values_list("request_id", flat=True))
    )


def seen_by(person: Person) -> QuerySet[ApprovalRequest]:
    """Requests that the person may read: their own, those they decide, and those in scope."""
    scope = (
        scope_of(person, permission=APPROVALS_VIEW)
        if person.may(APPROVALS_VIEW)
        else Scope.nothing()
    )
    if scope.is_everything:
        return _rows()
    took_part = ApprovalDecision.objects.filter(request=OuterRef("pk")).filter(
        Q(person=person) | Q(principal=person)
    )
    waits = waiting_for(person).values_list("pk", flat=True)
    return _rows().filter(
        Q(maker=person)
        | Q(pk__in=list(waits))
        | scope.inside(ApprovalRequest, "unit")
        | Exists(took_part)
    )


def _in_box(box: str, person: Person) -> QuerySet[ApprovalRequest]:
    if box == "waiting":
        return waiting_for(person)
    if box == "mine":
        return _rows().filter(maker=person)
    if box == "decided":
        mine = ApprovalDecision.objects.filter(request=OuterRef("pk"), person=person)
        return _rows().filter(Exists(mine))
    return seen_by(person)


def requests(
    *,
    person: Person,
    box: str = "waiting",
    kind: str = "",
    state: str = "",
    ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[RequestView]:
    """Requests of a box, newest first; what waits comes oldest first. Keyset by id.

    Args:
        person: who reads.
        box: "waiting" (for me), "mine", "decided" (by me) or "all" that I may see.
        kind: only of this kind.
        state: only in this state.
        ids: only these.
        before: the id of the last row shown.
        limit: how many.
    """
    rows = _in_box(box, person)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return _part(
        rows, kind=kind, state=state, before=before, limit=limit, oldest_first=box == "waiting"
    )


def requests_in(
    *, scope: Scope, kind: str = "", state: str = "", before: int | None = None, limit: int = 50
) -> list[RequestView]:
    """All requests of a scope, newest first, for programs. Keyset by id."""
    rows = scope.limit(_rows(), "unit")
    return _part(rows, kind=kind, state=state, before=before, limit=limit, oldest_first=False)


def _part(
    rows: QuerySet[ApprovalRequest],
    *,
    kind: str,
    state: str,
    before: int | None,
    limit: int,
    oldest_first: bool,
) -> list[RequestView]:
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__gt=before) if oldest_first else rows.filter(pk__lt=before)
    found = list(rows.order_by("pk" if oldest_first else "-pk")[:limit])
    return _views(found)


def counts(*, person: Person) -> dict[str, int]:
    """How many are in each box, up to a thousand each; "all" counts open ones only."""
    found = {}
    for box in BOXES:
        rows = _in_box(box, person)
        if box in {"mine", "all"}:
            rows = rows.filter(closed_at__isnull=True)
        found[box] = rows.order_by()[: COUNT_TO + 1].count()
    return found


def waiting_count(person: Person) -> int:
    """How many wait for this person, for the navigation."""
    return waiting_for(person).order_by()[: COUNT_TO + 1].count()


def _views(rows: Sequence[ApprovalRequest]) -> list[RequestView]:
    now = timezone.now()
    open_steps = {
        step.request_id: step
        for step in RequestStep.objects.filter(
            request__in=rows, opened_at__isnull=False, closed_at__isnull=True
        )
    }
    return [_view(row, open_steps.get(row.pk), now) for row in rows]


def _view(row: ApprovalRequest, step: RequestStep | None, now: datetime) -> RequestView:
    try:
        name = str(kind_of(row.kind).name)
    except UnknownKind:
        name = row.kind
    return RequestView(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_name=name,
        subject=row.facts["subject"],
        amount=row.amount,
        qty=row.qty,
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        maker_id=row.maker_id,
        maker_name=row.maker.display_name or row.maker.username,
        state=str(row.state),
        state_label=str(row.get_state_display()),
        tone=TONES[ApprovalState(row.state)],
        why=row.why,
        created_at=row.created_at,
        due_at=step.due_at if step else None,
        overdue=bool(step and step.due_at and step.due_at < now),
        escalated=bool(step and step.escalated_at),
        question_open=row.question_open,
        seen=f"{row.step}.{row.fingerprint[:16]}",
    )


def request_page(request_id: int, *, person: Person) -> RequestPage | None:
    """One request, if the person may read it."""
    row = seen_by(person).defer(None).select_related("policy").filter(pk=request_id).first()
    if row is None:
        return None
    steps = list(row.steps.select_related("manager_unit", "request").order_by("position"))
    open_step = next((step for step in steps if step.opened_at and not step.closed_at), None)
    facts, live, changed = _facts(row)
    principal = None
    if row.state == ApprovalState.SUBMITTED and open_step and person.may(APPROVALS_DECIDE):
        principal = approvers.principal_for(person, step=open_step)
    decisions = list(row.decisions.select_related("person", "principal").order_by("id"))
    took_part = {each.person_id for each in decisions} | {row.maker_id}
    return RequestPage(
        warehouse_id=row.warehouse_id,
        row=_view(row, open_step, timezone.now()),
        facts=facts,
        live=live,
        changed=changed,
        document=row.document,
        failure=row.failure,
        policy_name=row.policy.name,
        steps=tuple(_step_view(row, step, decisions) for step in steps),
        events=_events(row),
        files=files_of([row.number, row.document]),
        may_decide=principal is not None,
        in_place_of=_name(Person.objects.get(pk=principal))
        if principal not in (None, person.pk)
        else "",
        may_withdraw=row.maker_id == person.pk
        and row.state in {ApprovalState.SUBMITTED, ApprovalState.APPLY_FAILED},
        may_retry=row.state == ApprovalState.APPLY_FAILED and person.pk in took_part,
        may_ask_again=row.maker_id == person.pk
        and row.closed_at is not None
        and row.state != ApprovalState.APPLIED,
    )


def _name(person: Person) -> str:
    return person.display_name or person.username


def _facts(row: ApprovalRequest) -> tuple[Facts, bool, bool]:
    """The facts of now while it is open, else those of the submission; and whether they moved."""
    kept = Facts.from_json(row.facts)
    if row.state not in {ApprovalState.SUBMITTED, ApprovalState.APPLY_FAILED}:
        return kept, False, False
    kind = kind_of(row.kind)
    changed = kind.fingerprint(row.payload, False) != row.fingerprint
    return (kept, False, True) if changed else (kind.summarize(row.payload), True, False)


def _step_view(
    row: ApprovalRequest, step: RequestStep, decisions: Sequence[ApprovalDecision]
) -> StepView:
    done = [each for each in decisions if each.step_id == step.pk]
    is_open = row.state == ApprovalState.SUBMITTED and bool(step.opened_at and not step.closed_at)
    names: tuple[str, ...] = ()
    if is_open:
        names = tuple(_name(each) for each in approvers.people_of_open_step(row, step))
    elif row.state == ApprovalState.SUBMITTED and not step.opened_at:
        people = approvers.people_asked(
            step, where=approvers.Where.of(row), managed=step.manager_unit, without=[row.maker_id]
        )
        names = tuple(_name(each) for each in people)
    return StepView(
        position=step.position,
        all_of_them=step.agreement == "ALL",
        is_open=is_open,
        is_done=bool(done) and step.closed_at is not None,
        names=names,
        decided=tuple(
            _name(each.person)
            if each.person_id == each.principal_id
            else f"{_name(each.person)} ({_name(each.principal)})"
            for each in done
        ),
        due_at=step.due_at if is_open else None,
        escalated=step.escalated_at is not None,
    )


EVENT_TONES = {
    "SUBMITTED": "info", "AGREED": "ok", "APPROVED": "ok", "APPLIED": "ok", "REJECTED": "bad",
    "APPLY_FAILED": "bad", "VOIDED": "warn", "EXPIRED": "warn", "ESCALATED": "warn",
    "ASKED_BACK": "hold",
}  # fmt: skip


def _events(row: ApprovalRequest) -> tuple[EventView, ...]:
    rows: list[ApprovalEvent] = list(row.events.order_by("-id")[:200])
    actors = [each.actor for each in rows] + [each.principal for each in rows if each.principal]
    names = names_of_actors(actors)
    # The last yes and what it led to are one moment for whoever reads.
    return tuple(
        EventView(
            at=each.at,
            what=each.what,
            title=str(each.get_what_display()),
            who=_who(each, names),
            note=each.why,
            tone=EVENT_TONES.get(each.what, ""),
        )
        for each in rows
        if each.what != "STEP_DONE"
    )


def _who(event: ApprovalEvent, names: dict[str, str]) -> str:
    if not event.principal or event.what == ApprovalEvent.What.HANDED_OVER:
        return names[event.actor]
    return f"{names[event.actor]} ({names[event.principal]})"


def file_of_request(
    request_id: int, *, file_id: int, person: Person
) -> tuple[str, str, bytes] | None:
    """Name, content type and bytes of an attachment of a request that the person may read."""
    row = seen_by(person).filter(pk=request_id).first()
    if row is None:
        return None
    found = file_of_document(row.number, file_id=file_id)
    return found or (file_of_document(row.document, file_id=file_id) if row.document else None)


def pending_under(documents: Collection[str]) -> dict[str, int]:
    """The request that each of these documents waits under; one statement, none for none.

    Approved and not done yet is waiting too; documents that wait for nobody are missing.
    """
    if not documents:
        return {}
    rows = ApprovalRequest.objects.filter(document__in=documents, closed_at__isnull=True)
    return dict(rows.order_by("pk").values_list("document", "pk"))


def request_of_document(document: str) -> dict[str, Any] | None:
    """The newest request about a document: number, address, state."""
    row = ApprovalRequest.objects.filter(document=document).order_by("-pk").first()
    if row is None:
        return None
    return {
        "id": row.pk, "number": row.number, "state": str(row.state),
        "state_label": str(row.get_state_display()), "tone": TONES[ApprovalState(row.state)],
    }  # fmt: skip
