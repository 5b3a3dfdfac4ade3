"""Approvals: the lists of the page, one request, and a person's decision."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from org import roles
from org.api.cursors import Page, read_cursor
from org.api.describing import described, joined, sparse
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, only, plain
from org.api.shapes import Field, Shape, text, word
from org.approving import Facts
from org.callers import SignedIn
from org.models import ApprovalState
from org.selectors import approvals as asked
from org.services import approvals
from org.services.approvals.refusals import SENTENCES

STATES = tuple(ApprovalState.values)
SHOWN: dict[str, Any] = {
    "number": str,
    "kind": str,
    "subject": str,
    "state": STATES,
    "unit": str,
    "amount": Decimal,
    "qty": int,
    "asked_by": str,
    "why": str,
    "asked_at": datetime,
    "due_at": datetime | None,
    "escalated": bool,
    "question_open": bool,
    "seen": str,
}
WHOLE: dict[str, Any] = {
    "document": str | None,
    "policy": str,
    "failure": str | None,
    "changed_since": bool,
    "may_decide": bool,
    "changes": [{"what": str, "where": str, "before": int | None, "after": int | None}],
    "steps": [
        {
            "step": int,
            "all_of_them": bool,
            "open": bool,
            "asks": [str],
            "decided_by": [str],
            "due_at": datetime | None,
        }
    ],
    "events": [{"at": datetime, "what": str, "who": str, "note": str}],
}
ROW = tuple(SHOWN)
LISTED = ("box", "kind", "state", "cursor", "limit", "fields")
DECISION = Shape(
    (
        Field("verdict", word("APPROVE", "REJECT"), required=True),
        Field("why", text(400)),
        Field("seen", text(40, least=1)),
    )
)
# A later moment may answer these differently; the rest is wrong as it stands.
CONFLICTS = {"closed", "moved_on", "decided_already"}
FORBIDDEN = {"own_request", "not_asked", "not_allowed"}
add_texts(SENTENCES)


def of_refusal(refusal: approvals.ApprovalRefused) -> Fault:
    """A refusal of approvals."""
    status = 409 if refusal.code in CONFLICTS else 403 if refusal.code in FORBIDDEN else 422
    return Fault(code=refusal.code, status=status)


def row_shown(row: asked.RequestView) -> dict[str, Any]:
    """A request's row. `seen` goes back with a decision: it is then about what was shown."""
    return {
        "number": row.number,
        "kind": row.kind,
        "subject": row.subject,
        "state": row.state,
        "unit": row.unit_name,
        "amount": str(row.amount),
        "qty": row.qty,
        "asked_by": row.maker_name,
        "why": row.why,
        "asked_at": plain(row.created_at),
        "due_at": plain(row.due_at),
        "escalated": row.escalated,
        "question_open": row.question_open,
        "seen": row.seen,
    }


class ApprovalList(Endpoint):
    """?box=&kind=&state=&cursor=&limit=&fields="""

    permission = roles.APPROVALS_VIEW

    @described(
        "List requests for approval",
        takes={
            "box": asked.BOXES, "kind": str, "state": ("", *STATES), "cursor": str, "limit": int,
            "fields": str,
        },
        answer={"approvals": [sparse(SHOWN)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What waits comes oldest first, everything else newest first. Programs see `all`."""
        query = Query(request, LISTED)
        chosen = query.chosen(ROW)
        place = read_cursor(query.text("cursor", 400), int)
        limit = min(query.limit(50), 200)
        narrowing: dict[str, Any] = {
            "kind": query.text("kind", 40),
            "state": query.one_of("state", "", *ApprovalState.values),
            "before": place[0] if place else None,
            "limit": limit + 1,
        }
        if isinstance(self.caller, SignedIn):
            box = query.one_of("box", *asked.BOXES)
            rows = asked.requests(person=self.caller.person, box=box, **narrowing)
        else:
            query.one_of("box", "all")
            rows = asked.requests_in(scope=self.scope(), **narrowing)
        page = Page.cut(rows, limit=limit, key=lambda row: (row.id,))
        shown = [only(row_shown(row), chosen) for row in page.rows]
        return Response({"approvals": shown, "cursor": page.cursor})


class PersonsRequest(Endpoint):
    """One request that the signed-in person may read."""

    permission = roles.APPROVALS_VIEW

    def one(self, number: str) -> tuple[SignedIn, asked.RequestPage]:
        """The caller and the request.

        Raises:
            Faulty: people_only, not_found.
        """
        if not isinstance(self.caller, SignedIn):
            raise Faulty(Fault(code="people_only", status=403))
        letters, _dash, digits = number.upper().partition("-")
        found = None
        if letters == "AP" and digits.isascii() and digits.isdigit() and len(digits) < 18:
            found = asked.request_page(int(digits), person=self.caller.person)
        if found is None:
            raise Faulty(Fault(code="not_found", status=404))
        return self.caller, found


class ApprovalOne(PersonsRequest):
    """One request: what would change, its steps and its timeline."""

    @described("Read a request for approval", answer=joined(SHOWN, WHOLE), also=(404,))
    def get(self, request: Request, number: str) -> Response:
        """As the page shows it to this person."""
        Query(request, ())
        _caller, page = self.one(number)
        return Response(page_shown(page))


def page_shown(page: asked.RequestPage) -> dict[str, Any]:
    """All of a request."""
    return row_shown(page.row) | {
        "document": page.document or None,
        "policy": page.policy_name,
        "failure": page.failure or None,
        "changed_since": page.changed,
        "may_decide": page.may_decide,
        "changes": _changes(page.facts),
        "steps": [
            {
                "step": step.position,
                "all_of_them": step.all_of_them,
                "open": step.is_open,
                "asks": list(step.names),
                "decided_by": list(step.decided),
                "due_at": plain(step.due_at),
            }
            for step in page.steps
        ],
        "events": [
            {"at": plain(each.at), "what": each.what, "who": each.who, "note": each.note}
            for each in page.events
        ],
    }


def _changes(facts: Facts) -> list[dict[str, Any]]:
    return [
        {"what": each.what, "where": each.where, "before": each.before, "after": each.after}
        for each in facts.changes
    ]


class ApprovalDecide(PersonsRequest):
    """{"verdict": "APPROVE" or "REJECT", "why": "...", "seen": "..."}: one decision.

    The answer's `state` says what it led to: SUBMITTED (others are still asked), APPLIED, REJECTED,
    APPLY_FAILED, or VOIDED when the facts had changed and nothing was done.
    """

    permission = roles.APPROVALS_VIEW
    permission_to_change = roles.APPROVALS_DECIDE

    @described(
        "Approve or reject",
        body=DECISION,
        answer={"number": str, "state": STATES, "failure": str | None},
        also=(404,),
        example={"verdict": "APPROVE"},
    )
    def post(self, request: Request, number: str) -> Response:
        """With an Idempotency-Key a resend gets the first answer."""
        said = DECISION.must(request.data)
        caller, page = self.one(number)

        def decide() -> Response:
            try:
                done = approvals.decide(
                    request_id=page.row.id,
                    person=caller.person,
                    verdict=said["verdict"],
                    key=(self.asked.key or uuid.uuid4().hex)[:64],
                    why=said.get("why", ""),
                    seen=said.get("seen", ""),
                )
            except approvals.ApprovalRefused as refused:
                raise Faulty(of_refusal(refused)) from None
            return Response(
                {
                    "number": done.request.number,
                    "state": str(done.request.state),
                    "failure": done.request.failure or None,
                }
            )

        return self.once(decide)
