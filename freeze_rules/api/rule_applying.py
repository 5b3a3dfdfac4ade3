"""A person has a rule applied to goods or a place, over REST as on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.services import applying
from freeze_rules.services.applying import ApplyRefused, Wish
from freeze_rules.services.reports.naming import named
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.api.describing import described
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import plain
from org.api.shapes import Field, Shape, number, text

add_texts({f"apply_{code}": said for code, said in applying.SENTENCES.items()})
GOODS = (
    Field("warehouse", text(32, least=1), required=True),
    Field("location", text(32), about="Without a SKU all that lies there."),
    Field("sku", text(64), about="Code or barcode."),
    Field("lot", text(64)),
    Field("qty", number(1, 1_000_000_000), about="Units; all that lies there when missing."),
)
PREVIEW = Shape(GOODS)
APPLY = Shape(
    (
        *GOODS,
        Field("why", text(200, least=1), required=True),
        Field("seen", text(40), about="Of the preview: then exactly that is frozen, or nothing."),
    )
)
EXAMPLE = {"warehouse": "WH-SH", "sku": "MILK-1", "lot": "L1"}


class OfApplying(Reporting):
    """What both addresses share."""

    permission = roles.STOCK_HOLD

    def wish(self, told: Mapping[str, Any]) -> Wish:
        """To what the rule is applied.

        Raises:
            Faulty: what is named is not known.
        """
        codes = {name: told.get(name, "") for name in ("warehouse", "location", "sku", "lot")}
        try:
            what = named(scope=self.scope(), **codes)
        except ReportRefused as refused:
            raise Faulty(self._fault(refused)) from None
        return Wish(what=what, qty=told.get("qty"), why=told.get("why", ""))


def _faulty(refused: ApplyRefused) -> Faulty:
    if refused.code == "unknown_rule":
        raise Http404 from None
    status = {"not_allowed": 403, "world_moved": 409}.get(refused.code, 422)
    return Faulty(Fault(code=f"apply_{refused.code}", status=status))


class RuleApplyPreview(OfApplying):
    """What would it do here?"""

    needs_key = False

    @described(
        "Preview a freeze rule for certain goods", body=PREVIEW, answer=applying.Shown,
        also=(404,), example=EXAMPLE,
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """Nothing is written. Of a rule that runs and begins when a person asks for it."""
        told, person = PREVIEW.must(request.data), self.person()
        try:
            found = applying.preview(rule_id=rule_id, wish=self.wish(told), person=person)
        except ApplyRefused as refused:
            raise _faulty(refused) from None
        return Response(plain(found))


class RuleApply(OfApplying):
    """Have it done."""

    @described(
        "Apply a freeze rule to certain goods", body=APPLY, answer=applying.Applied, status=201,
        also=(404, 409), example={**EXAMPLE, "why": "Boxes are wet"},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """The event is for this rule alone and judged at once; its limits count."""
        told, person = APPLY.must(request.data), self.person()

        def work() -> Response:
            done = applying.apply(
                rule_id=rule_id, wish=self.wish(told), person=person,
                key=self.attempt(), seen=told.get("seen", ""),
            )  # fmt: skip
            return Response(plain(done), status=201)

        try:
            return self.done(work)
        except ApplyRefused as refused:
            raise _faulty(refused) from None
