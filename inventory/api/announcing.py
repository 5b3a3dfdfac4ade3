"""Receipts that are announced, changed and closed before they come; recipes of kits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory import services
from inventory.api import shapes as named
from inventory.api.codes import Codes
from inventory.api.commands import one_or_many, told_in
from inventory.api.faults import of_refusal
from inventory.api.queries import StockQuery
from inventory.api.verbs import GRADE, QTY, SKU, WAREHOUSE
from inventory.requests import Refused
from inventory.selectors import reach
from inventory.selectors.incoming import IncomingView
from inventory.unpacking import KitRecipe
from org import roles
from org.api import shapes
from org.api.describing import Needed, described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import plain
from org.api.shapes import Field, Shape, Spot, Wrong

ANNOUNCED = Shape(
    (
        Field("document", shapes.text(least=1), required=True),
        WAREHOUSE,
        SKU,
        QTY,
        Field("due_at", shapes.moment, required=True),
        GRADE,
    ),
    services.Announcement,
)
CLOSED = Shape((Field("document", shapes.text(least=1), required=True),))
RECIPE = Shape(
    (
        Field("sku", named.sku, "kit_sku_id", required=True),
        Field(
            "parts",
            shapes.lines(Shape((SKU, QTY), lambda sku_id, qty: (sku_id, qty))),
            required=True,
        ),
    )
)


ANNOUNCEMENT = {
    "document": "PO-1", "warehouse": "WH1", "sku": "TEA", "qty": 500,
    "due_at": "2026-12-01T09:00:00+08:00",
}  # fmt: skip


class Announcing(Endpoint):
    """Many at once, all or none: an announcement that half arrived would promise too little."""

    permission = roles.STOCK_RECEIVE

    def read(self, request: Request, shape: Shape) -> list[Any]:
        """Raises Faulty with every fault of every item."""
        bodies, _single = told_in(request, keyed=False)
        codes = Codes(self.scope())
        codes.gather(bodies)
        codes.find()
        made, faults = [], []
        for number, body in enumerate(bodies):
            spot = Spot(codes, item=number)
            try:
                made.append(shape.read(body, spot))
            except Wrong as wrong:
                spot.wrong(wrong.code, "", body)
            faults += spot.faults
        if faults:
            raise Faulty(*faults)
        return made

    def done(self, work: Callable[[], dict[str, Any]]) -> Response:
        """Do it in one transaction and answer what the work gives; a refusal names the item."""
        try:
            return self.once(lambda: Response(work()))
        except Refused as refusal:
            fault = of_refusal(refusal, item=int(refusal.params.get("line") or 0))
            raise Faulty(fault) from None


class Incoming(Announcing):
    """What should arrive."""

    @described(
        "List what is announced",
        takes={
            "sku": [str], "warehouse": [str], "document": [str], "closed": bool, "limit": int,
        },
        answer={"incoming": [IncomingView]},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """?sku=&warehouse=&document=&closed=true ; the next due first."""
        query = StockQuery(
            request, self.scope(), ("sku", "warehouse", "document", "closed", "limit")
        )
        found = stock.incoming(
            scope=self.scope(),
            sku_ids=query.skus(),
            warehouse_ids=query.some_houses(),
            documents=query.texts("document") or None,
            closed=query.flag("closed"),
            limit=query.limit(),
        )
        return Response({"incoming": plain(found)})

    @described(
        "Announce receipts",
        body=one_or_many(ANNOUNCED),
        answer={"announced": int, "new": int},
        example=ANNOUNCEMENT,
    )
    def post(self, request: Request) -> Response:
        """Announce; the same again changes nothing."""
        rows = self.read(request, ANNOUNCED)
        actor = self.caller.actor
        return self.done(
            lambda: {"announced": len(rows), "new": services.announce(rows, actor=actor)}
        )

    @described(
        "Change what is announced",
        body=one_or_many(ANNOUNCED),
        answer={"changed": int},
        example=ANNOUNCEMENT,
    )
    def put(self, request: Request) -> Response:
        """Another quantity or time for what is announced."""
        rows = self.read(request, ANNOUNCED)
        actor = self.caller.actor

        def change() -> dict[str, Any]:
            services.change_announced(rows, actor=actor)
            return {"changed": len(rows)}

        return self.done(change)


class IncomingClosed(Announcing):
    """Nothing more will come under these documents."""

    @described(
        "Close what is announced",
        body=one_or_many(CLOSED),
        answer={"closed": int},
        example={"document": "PO-1"},
    )
    def post(self, request: Request) -> Response:
        """Close them; documents that announce anything beyond the caller's reach are not there."""
        documents = sorted({row["document"] for row in self.read(request, CLOSED)})
        if not reach.announced_within(documents, scope=self.scope()):
            raise Faulty(Fault(code="not_announced", field="document"))
        return self.done(lambda: {"closed": services.close_announced(documents=documents)})


class Recipes(Announcing):
    """What kits are made of."""

    permission = roles.MASTERS_EDIT

    @described(
        "Read recipes of kits",
        takes={"sku": Needed([str])},
        answer={"recipes": {str: KitRecipe}},
    )
    def get(self, request: Request) -> Response:
        """?sku=SET"""
        query = StockQuery(request, self.scope(), ("sku",))
        found = stock.recipes(query.must("sku", query.skus()))
        return Response({"recipes": plain(found)})

    @described(
        "Write what a kit is made of",
        body=RECIPE,
        answer={"recipe": int},
        example={"sku": "GIFT-SET", "parts": [{"sku": "TEA", "qty": 2}]},
    )
    def post(self, request: Request) -> Response:
        """A new version, or the newest one when it says the same. One kit at a time."""
        if not self.scope().is_everything:
            # A recipe holds for every warehouse of the company.
            raise Faulty(Fault(code="not_allowed", status=403))
        rows = self.read(request, RECIPE)
        if len(rows) != 1:
            raise Faulty(Fault(code="too_many_commands", there=1))
        actor = self.caller.actor
        [row] = rows
        return self.done(
            lambda: {
                "recipe": services.write_recipe(
                    kit_sku_id=row["kit_sku_id"], parts=row["parts"], actor=actor
                )
            }
        )
