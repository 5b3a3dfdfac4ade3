"""Reports for programs: customs, suppliers, inspections, promotions, presets, evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import override
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.facts.registry import LANGUAGES
from freeze_rules.models import CustomsStep, SupplierBlock
from freeze_rules.presets import PRESETS
from freeze_rules.selectors import reports as asked
from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.services.reports import customs, suppliers
from freeze_rules.services.reports.naming import named
from freeze_rules.services.reports.refusals import SENTENCES, ReportRefused
from inventory import selectors as stock
from org import roles
from org.api.callers import SignedIn
from org.api.describing import Raw, described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, text, word

add_texts(SENTENCES)
STATES = customs.STATES
RESULTS = ("ASKED", "PASSED", "FAILED", "PARTIAL")
AT_CUSTOMS = {
    "sku": str, "lot": str, "customs": STATES, "declaration": str, "since": str,
    "cleared_at": str | None, "hours": int,
}  # fmt: skip
SAID = Shape(
    (
        Field("sku", text(64, least=1), required=True, about="Code or barcode."),
        Field("lot", text(64, least=1), required=True),
        Field("customs", word(*STATES), into="state", required=True),
        Field("declaration", text(64, least=1), required=True),
        Field("note", text(400)),
    )
)
BLOCK = {"supplier": str, "why": str, "blocked_at": str, "cleared_at": str | None}
OF_SUPPLIER = Shape(
    (
        Field("supplier", text(80, least=1), required=True, about="As it stands on its lots."),
        Field("why", text(400, least=1), required=True),
    )
)
INSPECTION = {
    "number": str, "warehouse": str, "sku": str, "lot": str | None, "document": str, "qty": int,
    "sample": int, "result": RESULTS, "passed": int, "failed": int, "report": str,
    "asked_at": str, "decided_at": str | None,
}  # fmt: skip
PROMOTION = {
    "number": str, "name": str, "state": ("PLANNED", "OPEN", "CLOSED", "CANCELLED"),
    "opens_at": str, "closes_at": str, "shops": [int],
    "lines": [{"sku": str, "warehouse": str, "qty": int, "reserved": int, "left": int}],
}  # fmt: skip
PRESET = {
    "code": str, "names": {"zh": str, "en": str}, "about": str,
    "definition": Raw({"type": "object"}), "parameters": Raw({"type": "object"}),
}  # fmt: skip
LEAF = {
    "label": str, "met": bool, "permission": str,
    "proofs": [{"number": str, "who": str, "at": str, "reference": str}],
}  # fmt: skip


class _Reported(Endpoint):
    """What the addresses below share."""

    permission = roles.STOCK_VIEW

    def done(self, work: Callable[[], Response]) -> Response:
        """The write, once; its refusals as faults."""
        try:
            return self.once(work)
        except ReportRefused as refused:
            status = 409 if refused.code.endswith("_already") else 422
            raise Faulty(
                Fault(code=refused.code, field=refused.field or None, status=status)
            ) from None


class Customs(_Reported):
    """What customs say of lots."""

    permission_to_change = roles.STOCK_INSPECT

    @described("List lots at customs", answer={"lots": [AT_CUSTOMS]})
    def get(self, request: Request) -> Response:
        """What customs said last of each lot, the newest first; hours until cleared, or now."""
        Query(request, ())
        rows = asked.at_customs(now=timezone.now())
        return Response({"lots": [_at_customs(row) for row in rows]})

    @described(
        "Say what customs say of a lot",
        body=SAID,
        answer=AT_CUSTOMS,
        example={"sku": "WINE-1", "lot": "L1", "customs": "CLEARED", "declaration": "5301202611"},
    )
    def post(self, request: Request) -> Response:
        """CLEARED lets go of what waits for it, by itself."""
        told = SAID.must(request.data)

        def work() -> Response:
            what = named(scope=self.scope(), sku=told["sku"], lot=told["lot"])
            if what.lot_id is None:
                raise ReportRefused("lot_missing", field="lot")
            step: CustomsStep = customs.set_state(
                lot_id=what.lot_id, sku_id=what.goods, state=told["state"],
                declaration=told["declaration"], note=told.get("note", ""),
                actor=self.caller.actor,
                person=self.caller.person if isinstance(self.caller, SignedIn) else None,
            )  # fmt: skip
            [row] = asked.at_customs(now=timezone.now(), lot_ids=[step.lot_id])
            return Response(_at_customs(row))

        return self.done(work)


def _at_customs(row: asked.AtCustoms) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "sku": row.sku_code, "lot": row.lot_code, "customs": row.state,
            "declaration": row.declaration, "since": row.since, "cleared_at": row.cleared_at,
            "hours": row.hours,
        }
    )  # fmt: skip
    return said


class SuppliersBlocked(_Reported):
    """Blocked suppliers."""

    permission_to_change = roles.STOCK_HOLD

    @described("List blocked suppliers", answer={"blocks": [BLOCK]})
    def get(self, request: Request) -> Response:
        """Those that are blocked first, then those that were."""
        Query(request, ())
        return Response({"blocks": [_block(row) for row in asked.supplier_blocks()]})

    @described("Block a supplier", body=OF_SUPPLIER, answer=BLOCK)
    def post(self, request: Request) -> Response:
        """For whoever may freeze in every warehouse."""
        told = OF_SUPPLIER.must(request.data)
        return self.done(
            lambda: Response(
                _block(suppliers.block(**told, actor=self.caller.actor, scope=self.scope()))
            )
        )


class SuppliersAllowed(_Reported):
    """A supplier is trusted again."""

    permission = roles.STOCK_HOLD

    @described("Allow a supplier again", body=OF_SUPPLIER, answer=BLOCK)
    def post(self, request: Request) -> Response:
        """Its lots are for sale again where nothing else holds them."""
        told = OF_SUPPLIER.must(request.data)
        return self.done(
            lambda: Response(
                _block(suppliers.allow(**told, actor=self.caller.actor, scope=self.scope()))
            )
        )


def _block(row: SupplierBlock) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "supplier": row.supplier, "why": row.why, "blocked_at": row.blocked_at,
            "cleared_at": row.cleared_at,
        }
    )  # fmt: skip
    return said


class Inspections(_Reported):
    """Inspections and their results."""

    @described(
        "List inspections",
        takes={"before": int, "limit": int},
        answer={"inspections": [INSPECTION]},
    )
    def get(self, request: Request) -> Response:
        """The newest first; `before` is the id behind the number of the last one read."""
        query = Query(request, ("before", "limit"))
        rows = asked.inspections(
            scope=self.scope(), before=query.number("before"), limit=query.limit()
        )
        return Response(
            {
                "inspections": plain(
                    [
                        {
                            "number": row.number, "warehouse": row.warehouse.code,
                            "sku": row.sku.code, "lot": row.lot.code if row.lot else None,
                            "document": row.document, "qty": row.qty, "sample": row.sample,
                            "result": row.result, "passed": row.passed, "failed": row.failed,
                            "report": row.reference, "asked_at": row.asked_at,
                            "decided_at": row.decided_at,
                        }
                        for row in rows
                    ]
                )
            }
        )  # fmt: skip


class Promotions(_Reported):
    """Promotions and what is left of their reserves."""

    @described("List promotions", answer={"promotions": [PROMOTION]})
    def get(self, request: Request) -> Response:
        """The newest first, with the lines in the caller's warehouses."""
        Query(request, ())
        found = []
        for row in asked.promotions(limit=20):
            lines = asked.promotion_lines(row, scope=self.scope())
            found.append(
                {
                    "number": row.number, "name": row.name, "state": row.state,
                    "opens_at": row.opens_at, "closes_at": row.closes_at, "shops": row.shops,
                    "lines": [
                        {
                            "sku": line.sku_code, "warehouse": line.warehouse_code,
                            "qty": line.qty, "reserved": line.reserved, "left": line.left,
                        }
                        for line in lines
                    ],
                }
            )  # fmt: skip
        return Response({"promotions": plain(found)})


class Presets(_Reported):
    """Rules that are ready to be taken."""

    permission = roles.RULES_VIEW

    @described("List presets of freeze rules", answer={"presets": [PRESET]})
    def get(self, request: Request) -> Response:
        """Each with its definition and parameters, as a new rule would have them."""
        Query(request, ())
        found = []
        for preset in PRESETS.values():
            names = {}
            for short, language in LANGUAGES.items():
                with override(language):
                    names[short] = str(preset.name)
            found.append(
                {
                    "code": preset.code, "names": names, "about": str(preset.about),
                    "definition": preset.definition, "parameters": preset.parameters,
                }
            )  # fmt: skip
        return Response({"presets": found})


class HoldEvidence(_Reported):
    """What a freeze waits for."""

    @described(
        "Show what lets go of a freeze",
        answer={"sentence": str, "regrade": str, "leaves": [LEAF]},
    )
    def get(self, request: Request, hold_id: int) -> Response:
        """Leaf by leaf: who or what proved it, when, on which paper."""
        Query(request, ())
        if not stock.holds(scope=self.scope(), ids=[hold_id], closed=True):
            raise Http404
        evidence = evidence_of(hold_id)
        if evidence is None:
            return Response({"sentence": "", "regrade": "", "leaves": []})
        return Response(
            plain(
                {
                    "sentence": evidence.sentence,
                    "regrade": evidence.regrade,
                    "leaves": [
                        {
                            "label": leaf.label, "met": leaf.met, "permission": leaf.permission,
                            "proofs": [
                                {
                                    "number": proof.number, "who": proof.who, "at": proof.at,
                                    "reference": proof.reference,
                                }
                                for proof in leaf.proofs
                            ],
                        }
                        for leaf in evidence.leaves
                    ],
                }
            )
        )  # fmt: skip
