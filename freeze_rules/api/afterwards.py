"""What follows a freeze, for programs: recalls, leases, what is frozen how long, the journal."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.models import JournalLine, NextStep, Recall
from freeze_rules.selectors import ageing, journal, laws
from freeze_rules.selectors import leases as lease_questions
from freeze_rules.selectors import recalls as asked
from freeze_rules.services import leases, recall_consent, recalls
from inventory import services as inventory
from inventory.selectors.genealogy import Cone, Promised, Shipped, Step, SuspectCell, SuspectLot
from org import roles
from org.api.cursors import Page, read_cursor
from org.api.describing import described, joined
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, moment, number, text, word
from org.callers import SignedIn
from org.models import Person
from org.services import approvals

add_texts({f"recall_{code}": said for code, said in recalls.SENTENCES.items()})
add_texts({f"lease_{code}": said for code, said in leases.SENTENCES.items()})
# A later moment may answer these differently; the rest is wrong as it stands.
CONFLICTS = {"world_moved", "lifted_already", "closed", "own_recall"}
FORBIDDEN = {"not_allowed", "everywhere_only"}
MISSING = {"unknown_recall", "unknown_hold"}
POLICIES = (inventory.Policy.DISPLACE.value, inventory.Policy.LET_FINISH.value)
ROOT = (
    Field("root", word(*Recall.Root.values), required=True),
    Field("lot_id", number(1, 2**62), about="The lot, when it starts from one."),
    Field("document", text(64), about="The delivery or order, when it starts from one."),
    Field("policy", word(*POLICIES), about="What happens to promised units; DISPLACE if missing."),
)
PREVIEW = Shape(ROOT)
NEW = Shape(
    (
        *ROOT,
        Field("why", text(400, least=1), required=True),
        Field("seen", text(64), about="Of the preview: then exactly that is frozen, or nothing."),
    )
)
LIFT = Shape((Field("why", text(400, least=1), required=True),))
LEASE = Shape(
    (
        Field("review_at", moment),
        Field("owner", number(1, 2**62), "owner_id", about="A person's id."),
        Field("next_step", word(*NextStep.values)),
        Field("why", text(200), about="Needed for a new date or owner."),
    )
)
CONE: dict[str, Any] = {
    "units": int, "at_customers": int, "scrapped": int, "to_supplier": int, "lost": int,
    "lots": [SuspectLot], "cells": [SuspectCell], "shipped": [Shipped], "promised": [Promised],
    "steps": [Step],
}  # fmt: skip
LINE: dict[str, Any] = {
    "id": int, "at": datetime, "kind": str, "units": int, "value": Decimal, "reason": str,
    "safety": bool, "document": str, "hold": int, "posting": int, "warehouse": str | None,
    "cause": tuple(JournalLine.Cause.values), "actor": str,
    "rule": str | None, "why": str, "facts": {str: Any},
}  # fmt: skip
AGED: dict[str, Any] = {
    "hold": int, "document": str, "reason": str, "safety": bool, "warehouse": str,
    "supplier": str, "goods": str, "owner": str, "next_step": str, "since": datetime,
    "days": int, "review_at": datetime | None, "overdue": bool, "units": int, "value": Decimal,
    "capital": Decimal, "expiry": Decimal, "missed": Decimal, "cost": Decimal,
}  # fmt: skip


def _faulty(prefix: str, code: str) -> Faulty:
    status = (
        409 if code in CONFLICTS else 403 if code in FORBIDDEN else 404 if code in MISSING else 422
    )
    return Faulty(Fault(code=f"{prefix}_{code}", status=status))


def cone_shown(cone: Cone) -> dict[str, Any]:
    """Everything a recall reaches."""
    return {name: plain(getattr(cone, name)) for name in CONE}


class ByPerson(Endpoint):
    """Something that a person answers for, not a program."""

    permission = roles.STOCK_VIEW
    permission_to_change = roles.STOCK_HOLD

    def person(self) -> Person:
        """Who asks. Raises Faulty: people_only."""
        if isinstance(self.caller, SignedIn):
            return self.caller.person
        raise Faulty(Fault(code="people_only", status=403))

    def key(self) -> str:
        """One attempt: the caller's Idempotency-Key, or one of its own."""
        return (self.asked.key or uuid.uuid4().hex)[:64]


class Recalls(ByPerson):
    """?open=true&cursor=&limit= ; POST calls goods back."""

    @described(
        "List recalls",
        takes={"open": bool, "cursor": str, "limit": int},
        answer={"recalls": [asked.RecallView], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = Query(request, ("open", "cursor", "limit"))
        place = read_cursor(query.text("cursor", 400), int)
        limit = min(query.limit(50), 200)
        rows = asked.recalls(
            open_only=query.flag("open"), before=place[0] if place else None, limit=limit + 1
        )
        page = Page.cut(rows, limit=limit, key=lambda row: (row.id,))
        return Response({"recalls": plain(page.rows), "cursor": page.cursor})

    @described(
        "Call goods back",
        body=NEW,
        answer={"number": str, "id": int, "holds": [int], "repeated": bool},
        example={"root": "LOT", "lot_id": 1, "why": "Glass found"},
    )
    def post(self, request: Request) -> Response:
        """All that came from the root is frozen, or nothing."""
        said = NEW.must(request.data)
        person = self.person()

        def lay() -> Response:
            try:
                done = recalls.recall(
                    key=self.key(), order=_order(said), person=person, seen=said.get("seen", "")
                )
            except recalls.RecallRefused as refused:
                raise _faulty("recall", refused.code) from None
            except inventory.Refused as refused:
                raise Faulty(Fault(code=refused.code, status=422)) from None
            return Response(
                {
                    "number": done.number, "id": done.recall_id, "holds": list(done.hold_ids),
                    "repeated": done.repeated,
                }
            )  # fmt: skip

        return self.once(lay)


def _order(said: dict[str, Any]) -> recalls.RecallOrder:
    lot = said["root"] == Recall.Root.LOT
    return recalls.RecallOrder(
        root=said["root"],
        lot_id=said.get("lot_id") if lot else None,
        document="" if lot else said.get("document", ""),
        why=said.get("why", ""),
        policy=inventory.Policy(said.get("policy") or inventory.Policy.DISPLACE),
    )


class RecallPreview(ByPerson):
    """What a recall would reach; nothing is written."""

    permission = roles.STOCK_HOLD
    needs_key = False
    http_method_names = ["post", "options"]

    @described(
        "Preview a recall",
        body=PREVIEW,
        answer=joined({"seen": str, "freezes": int}, CONE),
        example={"root": "LOT", "lot_id": 1},
    )
    def post(self, request: Request) -> Response:
        """Where the goods are, who got them, who is promised them."""
        said = PREVIEW.must(request.data)
        try:
            found = recalls.preview(order=_order(said), person=self.person())
        except recalls.RecallRefused as refused:
            raise _faulty("recall", refused.code) from None
        return Response({"seen": found.seen, "freezes": found.freezes, **cone_shown(found.cone)})


class RecallOne(ByPerson):
    """One recall and its cone as it is now, with the caller's warehouses."""

    @described("Read a recall", answer=joined(asked.RecallView, {"cone": CONE}), also=(404,))
    def get(self, request: Request, recall_id: int) -> Response:
        """With every document that suspect units left under."""
        Query(request, ())
        rows = asked.recalls(ids=[recall_id])
        if not rows:
            raise Faulty(Fault(code="not_found", status=404))
        view = rows[0]
        order = recalls.RecallOrder(root=view.root, lot_id=view.lot_id, document=view.document)
        cone = recalls.trace(order, scope=self.scope())
        return Response({**plain(view), "cone": cone_shown(cone)})


class RecallLift(ByPerson):
    """Let go of all of a recall, or ask for consent."""

    permission_to_change = roles.STOCK_RELEASE
    permission = roles.STOCK_RELEASE
    http_method_names = ["post", "options"]

    @described(
        "Lift a recall",
        body=LIFT,
        answer={"number": str, "freezes": int, "approval": str | None},
        also=(404,),
        example={"why": "The laboratory found nothing"},
    )
    def post(self, request: Request, recall_id: int) -> Response:
        """Whoever called the goods back does not lift the recall."""
        said = LIFT.must(request.data)
        person = self.person()

        def lift() -> Response:
            try:
                done = recall_consent.lift(
                    key=self.key()[:40], recall_id=recall_id, why=said["why"], person=person
                )
            except recalls.RecallRefused as refused:
                raise _faulty("recall", refused.code) from None
            except approvals.ApprovalRefused as refused:
                raise Faulty(Fault(code=refused.code, status=422)) from None
            number = f"AP-{done.approval_id}" if done.approval_id else None
            return Response({"number": done.number, "freezes": done.freezes, "approval": number})

        return self.once(lift)


class LeaseOne(ByPerson):
    """Whose a freeze is, when it is looked at, what happens next."""

    http_method_names = ["post", "options"]
    permission = roles.STOCK_HOLD

    @described(
        "Change the lease of a freeze",
        body=LEASE,
        answer=lease_questions.LeaseView,
        also=(404,),
        example={"next_step": "INSPECT"},
    )
    def post(self, request: Request, hold_id: int) -> Response:
        """A new date or owner needs a reason."""
        said = LEASE.must(request.data)
        person = self.person()

        def change() -> Response:
            try:
                leases.change(hold_id=hold_id, person=person, **said)
            except leases.LeaseRefused as refused:
                raise _faulty("lease", refused.code) from None
            return Response(plain(lease_questions.lease_of(hold_id)))

        return self.once(change)


class Ageing(Endpoint):
    """Every open freeze with its age and cost per day, the dearest first."""

    permission = roles.STOCK_VIEW

    @described("List frozen stock by age", takes={"limit": int}, answer={"freezes": [AGED]})
    def get(self, request: Request) -> Response:
        """Money is a day's, but for `value`."""
        query = Query(request, ("limit",))
        rows = ageing.aged(scope=self.scope(), now=timezone.now())[: query.limit(200)]
        return Response({"freezes": [_aged_shown(row) for row in rows]})


def _aged_shown(row: ageing.AgedFreeze) -> dict[str, Any]:
    one = row.freeze
    amounts = {
        name: f"{getattr(one, name):.2f}"
        for name in ("value", "capital", "expiry", "missed", "cost")
    }
    return {
        "hold": one.hold_id, "document": one.document, "reason": one.reason,
        "safety": one.is_safety, "warehouse": row.warehouse, "supplier": one.supplier,
        "goods": row.sku, "owner": row.owner, "next_step": row.next_step,
        "since": plain(one.since), "days": row.days, "review_at": plain(one.review_at),
        "overdue": row.overdue, "units": one.units, **amounts,
    }  # fmt: skip


class FreezeJournal(Endpoint):
    """?q=&turn=frozen|released&cause=&reason=&since=&until=&cursor=&limit="""

    permission = roles.STOCK_VIEW

    @described(
        "Read the journal of freezes",
        takes={
            "q": str, "turn": ("", "frozen", "released"),
            "cause": ("", *JournalLine.Cause.values), "reason": str, "since": date, "until": date,
            "cursor": str, "limit": int,
        },
        answer={"lines": [LINE], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = Query(
            request, ("q", "turn", "cause", "reason", "since", "until", "cursor", "limit")
        )
        place = read_cursor(query.text("cursor", 400), int)
        limit = min(query.limit(100), 500)
        rows = journal.lines(
            scope=self.scope(),
            words=query.text("q"),
            turn=query.one_of("turn", "", "frozen", "released"),
            cause=query.one_of("cause", "", *JournalLine.Cause.values),
            reason=query.text("reason"),
            since=query.day("since"),
            until=query.day("until"),
        )
        if place:
            rows = rows.filter(id__lt=place[0])
        found = list(rows.select_related("warehouse").order_by("-id")[: limit + 1])
        page = Page.cut(found, limit=limit, key=lambda row: (row.pk,))
        return Response({"lines": [_line_shown(row) for row in page.rows], "cursor": page.cursor})


def _line_shown(row: JournalLine) -> dict[str, Any]:
    return {
        "id": row.pk, "at": plain(row.at), "kind": row.kind, "units": row.units,
        "value": str(row.value), "reason": row.reason, "safety": row.is_safety,
        "document": row.document, "hold": row.hold_id, "posting": row.posting_id,
        "warehouse": row.warehouse.code if row.warehouse else None, "cause": row.cause,
        "actor": row.actor, "rule": row.rule_version or None, "why": row.why, "facts": row.facts,
    }  # fmt: skip


class Laws(Endpoint):
    """What may never be true of freezes; nothing is right."""

    permission = roles.AUDIT_VIEW

    @described(
        "Read what was shipped without inspection", answer={"shipped_uninspected": [laws.Unproved]}
    )
    def get(self, request: Request) -> Response:
        """Goods whose freeze could only end with a passed inspection, and left without one."""
        Query(request, ())
        return Response({"shipped_uninspected": plain(laws.unproved(scope=self.scope()))})
