"""Reports for programs: customs, suppliers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.models import CustomsStep, SupplierBlock
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import customs, suppliers
from freeze_rules.services.reports.naming import named
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.api.describing import described
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, text, word
from org.callers import SignedIn

STATES = customs.STATES
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


class Customs(Reporting):
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


class SuppliersBlocked(Reporting):
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


class SuppliersAllowed(Reporting):
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
