"""The till: sold now from a store's own stock, and brought back; safe to send again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory.api import shapes as named
from inventory.api.codes import Codes
from inventory.api.faults import of_refusal
from inventory.requests import Line, Refused
from inventory.services import till
from inventory.services.masters import clean_code
from org import roles
from org.api.batches import Item, answered, bodies_in, read_items
from org.api.describing import Raw, any_of, described, results
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.shapes import Field, Shape, lines, moment, text, texts

MOST = 100
add_texts(
    {
        "unknown_barcode": _("No SKU has this barcode."),
        "sku_or_barcode": _("Name a SKU or a barcode, not both."),
        "no_lines": _("Nothing is sold or brought back here."),
        "no_place_for_returns": _("This warehouse has no receiving location: name a location."),
    }
)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A line as the till says it; a barcode may stand for a pack."""

    qty: int
    sku_id: int | None = None
    barcode: str = ""
    lot_id: int | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sale or a return as the till says it."""

    warehouse_id: int
    number: str
    lines: tuple[Rung, ...]
    sale: str = ""
    location_id: int | None = None
    occurred_at: datetime | None = None


RUNG = Shape(
    (
        Field("sku", named.sku, "sku_id"),
        Field("barcode", text(least=1), about="Instead of the SKU; a pack counts its pieces."),
        Field("qty", named.qty(), required=True, about="Pieces, or packs of the barcode."),
        Field("lot", named.lot, "lot_id"),
        Field("serials", texts),
    ),
    Rung,
)
WAREHOUSE = Field("warehouse", named.warehouse, "warehouse_id", required=True)
NUMBER = Field("number", text(24, least=1), required=True, about="The till's own, used once.")
LINES = Field("lines", lines(RUNG), required=True)
WHEN = Field("occurred_at", moment, about="When the goods left, for a till without connection.")
SALE = Shape((WAREHOUSE, NUMBER, LINES, WHEN), Told)
RETURN = Shape(
    (
        WAREHOUSE,
        NUMBER,
        Field("sale", text(24, least=1), required=True, about="Number of the sale."),
        Field("location", named.location(), "location_id", about="The receiving place if missing."),
        LINES,
        WHEN,
    ),
    Told,
)


def one_or_many(shape: Shape) -> Raw:
    """One such body, or many of them."""
    many = {"type": "array", "items": shape.schema, "minItems": 1, "maxItems": MOST}
    return any_of(shape, {"items": Raw(many)})


class Till(Endpoint):
    """Each item is a transaction of its own, known by its number: sent again it is done once."""

    permission = roles.STORE_SELL
    needs_key = False
    shape = SALE

    def served(self, request: Request) -> Response:
        """One body, or `{"items": [...]}` with what a till kept while it had no connection."""
        body = request.data
        single = not isinstance(body, dict) or "items" not in body
        bodies = [body] if single else bodies_in(request, most=MOST)
        codes = Codes(self.scope())
        codes.gather(bodies)
        codes.find()
        items = read_items(bodies, self.shape, codes=codes)
        self._find_barcodes(items)
        houses = {
            house.id: house.code for house in stock.warehouses(scope=self.scope(), active=True)
        }
        for item in items:
            if not item.faults:
                self._serve(item, houses[item.made.warehouse_id])
        if not single:
            return answered(items)
        if items[0].faults:
            raise Faulty(*items[0].faults)
        return Response(items[0].answer, status=items[0].status)

    def _find_barcodes(self, items: list[Item]) -> None:
        """Put SKUs and pieces in the place of barcodes; one statement or two."""
        good = [item for item in items if not item.faults]
        asked = {clean_code(rung.barcode) for item in good for rung in item.made.lines}
        known = stock.sku_ids_by_barcode(asked - {""}) if asked - {""} else {}
        for item in good:
            rungs = []
            faults = []
            if not item.made.lines:
                faults.append(Fault(code="no_lines", field="lines"))
            for at, rung in enumerate(item.made.lines):
                if (rung.sku_id is None) == (not rung.barcode):
                    faults.append(Fault(code="sku_or_barcode", line=at, field="sku"))
                    continue
                sku_id, units = known.get(clean_code(rung.barcode), (rung.sku_id, 1))
                if sku_id is None:
                    faults.append(
                        Fault(code="unknown_barcode", line=at, field="barcode", asked=rung.barcode)
                    )
                rungs.append(replace(rung, sku_id=sku_id, qty=rung.qty * units))
            if faults:
                for fault in faults:
                    item.refuse(fault)
            else:
                item.made = replace(item.made, lines=tuple(rungs))

    def _serve(self, item: Item, warehouse: str) -> None:
        told: Told = item.made
        try:
            item.answer, item.status = self._committed(told, warehouse)
        except Refused as refusal:
            skus = [rung.sku_id or 0 for rung in told.lines]
            item.refuse(of_refusal(refusal, item=item.number, skus_by_line=skus))
        except Faulty as faulty:
            for fault in faulty.faults:
                item.refuse(fault)

    def _committed(self, told: Told, warehouse: str) -> tuple[dict[str, Any], int]:
        """Two copies that arrive at once: the second finds what the first did."""
        try:
            with transaction.atomic(durable=True):
                return self.work(told, warehouse)
        except IntegrityError:
            with transaction.atomic(durable=True):
                return self.work(told, warehouse)

    def work(self, told: Told, warehouse: str) -> tuple[dict[str, Any], int]:
        """Sell. Raises Refused, or Faulty with what there was for each line that lacks."""
        sale = till.Sale(
            warehouse_id=told.warehouse_id,
            warehouse=warehouse,
            number=told.number,
            lines=_lines(told),
            occurred_at=told.occurred_at,
        )
        try:
            repeated = till.sell(sale, actor=self.caller.actor)
        except Refused as refusal:
            if refusal.code != "insufficient_stock":
                raise
            lacking = [
                Fault(
                    code="insufficient_stock", line=at, field="qty", asked=line.qty, there=there,
                    status=409,
                )
                for at, (line, there) in enumerate(
                    zip(sale.lines, till.there_for(sale), strict=True)
                )
                if there < line.qty
            ]  # fmt: skip
            if not lacking:
                raise
            raise Faulty(*lacking) from None
        return _done(sale.document, told, repeated)


DONE = {"number": str, "document": str, "units": int, "repeated": bool}


class Sales(Till):
    """Sold now: held and shipped in one transaction."""

    @described(
        "Sell over the counter",
        body=one_or_many(SALE),
        answer=DONE,
        status=201,
        more_answers={200: any_of(DONE, results(DONE))},
    )
    def post(self, request: Request) -> Response:
        """200 when it was done before, and for many."""
        return self.served(request)


class Returns(Till):
    """Brought back by a customer, into the receiving location unless another is named."""

    shape = RETURN

    @described(
        "Take back what was sold",
        body=one_or_many(RETURN),
        answer=DONE,
        status=201,
        more_answers={200: any_of(DONE, results(DONE))},
    )
    def post(self, request: Request) -> Response:
        """200 when it was done before, and for many."""
        return self.served(request)

    def work(self, told: Told, warehouse: str) -> tuple[dict[str, Any], int]:
        """Take back. Raises Refused, Faulty."""
        place = told.location_id or stock.staging_location(
            warehouse_id=told.warehouse_id, kind="RECEIVING"
        )
        if place is None:
            raise Faulty(Fault(code="no_place_for_returns", field="location"))
        outcome = till.take_back(
            warehouse_id=told.warehouse_id,
            warehouse=warehouse,
            number=told.number,
            sale=told.sale,
            location_id=place,
            lines=_lines(told),
            occurred_at=told.occurred_at,
            actor=self.caller.actor,
        )
        return _done(outcome.document, told, outcome.repeated)


def _lines(told: Told) -> tuple[Line, ...]:
    return tuple(
        Line(sku_id=rung.sku_id or 0, qty=rung.qty, lot_id=rung.lot_id, serials=rung.serials)
        for rung in told.lines
    )


def _done(document: str, told: Told, repeated: bool) -> tuple[dict[str, Any], int]:
    answer = {
        "number": told.number,
        "document": document,
        "units": sum(rung.qty for rung in told.lines),
        "repeated": repeated,
    }
    return answer, 200 if repeated else 201
