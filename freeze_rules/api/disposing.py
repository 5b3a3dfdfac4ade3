"""What becomes of frozen goods, for programs and people over REST as on the page of the freeze."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.disposal_forms import FIELDS_OF
from freeze_rules.services.consent import LetGo, dispose
from freeze_rules.services.disposal_lines import Disposal, Way
from freeze_rules.services.orders import FreezeRefused
from freeze_rules.services.outlook import Outlook, look_ahead
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.api.describing import Maybe, described
from org.api.faults import Fault, Faulty
from org.api.shapes import Field, Shape, number, text, texts, word
from org.scope import Scope
from org.services.approvals import ApprovalRefused

DECISION = Shape(
    (
        Field("way", word(*Way.values), required=True),
        Field("qty", number(1, 1_000_000_000), about="Base units; all of the freeze when missing."),
        Field("why", text(200, least=1), required=True),
        Field("grade", text(16), about="The new grade, of REGRADE."),
        Field("supplier", text(80), about="Where they go back to, of RETURN."),
        Field("paper", text(40), about="The document they go back under, of RETURN."),
        Field("location", text(32), "place", about="Where the units lie, if the freeze says not."),
        Field("serials", texts, about="Which pieces, of goods with serial numbers."),
    ),
    Disposal,
)
DONE: dict[str, Any] = {
    "document": str, "way": tuple(Way.values), "units": int, "open": int, "repeated": bool,
}  # fmt: skip
ASKED: dict[str, Any] = {"code": ("approval_needed",), "document": str, "approval": str}
OUTLOOK: dict[str, Any] = {
    "sentence": str, "units": int, "value": Decimal,
    "figures": [{"label": str, "before": int, "after": int}],
    "consent": Maybe({"policy": str, "steps": [{"names": [str], "all": bool}]}),
}  # fmt: skip
EXAMPLE = {"way": "REGRADE", "grade": "XS", "qty": 5, "why": "Boxes are dented"}
# The freeze is not as the decision needs it; the rest is wrong as it stands.
CONFLICTS = {"part_of_recall", "in_rework", "same_grade", "in_no_cell", "nobody_to_ask"}
FORBIDDEN = {"not_allowed", "rule_asks_more", "reason_not_by_hand"}


class OfDisposal(Reporting):
    """What both addresses share."""

    permission = roles.STOCK_RELEASE

    def hold(self, hold_id: int) -> stock.HoldView:
        """The freeze, if the caller may release there."""
        found = stock.holds(scope=self.scope(), ids=[hold_id], closed=True, limit=1)
        if not found:
            raise Http404
        return found[0]


class FreezeDisposal(OfDisposal):
    """Decide."""

    @described(
        "Decide what becomes of frozen goods", body=DECISION, answer=DONE,
        more_answers={202: ASKED}, also=(404, 409), example=EXAMPLE,
    )  # fmt: skip
    def post(self, request: Request, hold_id: int) -> Response:
        """Back for sale, another grade, rework, back to the supplier, or scrap; all or part of it.

        Where a policy wants consent of a person, nothing is booked and the answer is 202 with the
        request for approval; a program acts within its permissions.
        """
        decision: Disposal = DECISION.must(request.data)
        before = self.hold(hold_id)

        def work() -> Response:
            done = dispose(
                key=self.attempt()[:40], hold_id=hold_id, disposal=decision, by=self.caller
            )
            return _answer(done, decision, before)

        try:
            return self.done(work)
        except (FreezeRefused, inventory.Refused, ApprovalRefused) as refused:
            raise _faulty(refused) from None


class FreezeDisposalPreview(OfDisposal):
    """What would it do?"""

    needs_key = False

    @described(
        "Preview what becomes of frozen goods", body=DECISION, answer=OUTLOOK, also=(404, 409),
        example=EXAMPLE,
    )  # fmt: skip
    def post(self, request: Request, hold_id: int) -> Response:
        """Nothing is written: the sums are those of the ledger, with whose consent it needs."""
        decision: Disposal = DECISION.must(request.data)
        hold = self.hold(hold_id)
        try:
            with transaction.atomic(durable=True):
                told = look_ahead(hold=hold, disposal=decision, by=self.caller)
                # It was done to be looked at: nothing of it stays.
                transaction.set_rollback(True)
        except (FreezeRefused, inventory.Refused, ApprovalRefused) as refused:
            raise _faulty(refused) from None
        return Response(_told(told))


def _answer(done: LetGo, decision: Disposal, before: stock.HoldView) -> Response:
    if done.released is None:
        body = {
            "code": "approval_needed", "document": done.document,
            "approval": f"AP-{done.approval_id}",
        }  # fmt: skip
        return Response(body, status=202)
    [left] = stock.holds(scope=Scope.everything(), ids=[before.id], closed=True, limit=1)
    return Response(
        {
            "document": done.document,
            "way": decision.way,
            "units": decision.qty or before.open - left.open,
            "open": left.open,
            "repeated": done.released.repeated,
        }
    )


def _told(told: Outlook) -> dict[str, Any]:
    needed = told.needed
    return {
        "sentence": told.sentence,
        "units": told.units,
        "value": f"{told.value:.2f}",
        "figures": [
            {"label": str(each.label), "before": each.before, "after": each.after}
            for each in told.figures
        ],
        "consent": needed
        and {
            "policy": needed.policy.name,
            "steps": [
                {"names": [str(name) for name in step.names], "all": step.all_of_them}
                for step in needed.steps
            ],
        },
    }


def _faulty(refused: FreezeRefused | inventory.Refused | ApprovalRefused) -> Faulty:
    if refused.code == "unknown_hold":
        raise Http404 from None
    if isinstance(refused, inventory.Refused) or refused.code in CONFLICTS:
        status = 409
    else:
        status = 403 if refused.code in FORBIDDEN else 422
    field = FIELDS_OF.get(refused.code)
    field = "location" if field == "place" else field
    return Faulty(Fault(code=refused.code, field=field, said=str(refused), status=status))
