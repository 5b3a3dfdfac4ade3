"""Promotions for programs: listed with their reserves, planned, ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.models import Promotion
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import promotions
from org import roles
from org.api import shapes
from org.api.cursors import Page, read_cursor
from org.api.describing import Maybe, described
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, listed, moment, number, text, word
from org.scope import Scope

PROMOTION = {
    "id": int, "number": str, "name": str, "state": tuple(Promotion.State.values),
    "opens_at": str, "closes_at": str, "shops": [int],
    "lines": [{"sku": str, "warehouse": str, "qty": int, "reserved": int, "left": int}],
}  # fmt: skip
LINE = Shape(
    (
        Field("sku", text(64, least=1), required=True),
        Field("warehouse", text(32, least=1), required=True),
        Field("qty", number(1, 1_000_000_000), required=True),
    ),
    lambda sku, warehouse, qty: (sku, warehouse, qty),
)
NEW = Shape(
    (
        Field("name", text(80, least=1), required=True),
        Field("opens_at", moment, required=True),
        Field("closes_at", moment, required=True),
        Field("shops", listed(number(1, 2**62)), about="Their numbers; every shop when missing."),
        Field("lines", shapes.lines(LINE, promotions.MOST_LINES), required=True),
    )
)
CLOSE, CALL_OFF = "close", "call_off"
END = Shape((Field("how", word(CLOSE, CALL_OFF), required=True),))


class Promotions(Reporting):
    """Promotions and what is left of their reserves."""

    permission_to_change = roles.STOCK_HOLD

    @described(
        "List promotions",
        takes={"cursor": str, "limit": int},
        answer={"promotions": [PROMOTION], "cursor": Maybe(str)},
    )
    def get(self, request: Request) -> Response:
        """The newest first, with the lines in the caller's warehouses."""
        query = Query(request, ("cursor", "limit"))
        after, limit = read_cursor(query.text("cursor", 400), int), query.limit(20)
        scope = self.scope()
        rows = asked.promotions(scope=scope, before=after[0] if after else None, limit=limit + 1)
        page = Page.cut(rows, limit=limit, key=lambda row: (row.pk,))
        return Response({"promotions": _shown(page.rows, scope), "cursor": page.cursor})

    @described(
        "Plan a promotion",
        body=NEW,
        answer=PROMOTION,
        status=201,
        example={
            "name": "Double Eleven", "opens_at": "2026-11-10T20:00:00+08:00",
            "closes_at": "2026-11-11T23:59:00+08:00",
            "lines": [{"sku": "WINE-1", "warehouse": "WH-SH", "qty": 40}],
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """It opens and closes by itself; a line in error is named and nothing is planned."""
        told = NEW.must(request.data)

        def work() -> Response:
            scope = self.scope()
            wish = promotions.PromotionWish(
                name=told["name"], opens_at=told["opens_at"], closes_at=told["closes_at"],
                shops=told.get("shops", ()),
                lines=promotions.lines_of(told["lines"], scope=scope),
            )  # fmt: skip
            row = promotions.plan(key=self.attempt(), wish=wish, by=self.caller)
            return Response(_shown([row], scope)[0], status=201)

        return self.done(work)


class PromotionEnd(Reporting):
    """A promotion ends before its minute, or never opens."""

    permission = roles.STOCK_HOLD

    @described("End a promotion", body=END, answer=PROMOTION, also=(404,), example={"how": CLOSE})
    def post(self, request: Request, promotion_id: int) -> Response:
        """`close` one that runs: what is left is for everybody; `call_off` one that is planned."""
        told = END.must(request.data)
        end = promotions.close_now if told["how"] == CLOSE else promotions.call_off

        def work() -> Response:
            row = end(promotion_id=promotion_id, by=self.caller)
            return Response(_shown([row], self.scope())[0])

        return self.done(work)


def _shown(rows: Sequence[Promotion], scope: Scope) -> list[dict[str, Any]]:
    lines = asked.promotion_lines(rows, scope=scope)
    return [_one(row, lines[row.pk]) for row in rows]


def _one(row: Promotion, lines: Sequence[asked.ReserveLine]) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "id": row.pk, "number": row.number, "name": row.name, "state": row.state,
            "opens_at": row.opens_at, "closes_at": row.closes_at, "shops": row.shops,
            "lines": [
                {
                    "sku": line.sku_code, "warehouse": line.warehouse_code, "qty": line.qty,
                    "reserved": line.reserved, "left": line.left,
                }
                for line in lines
            ],
        }
    )  # fmt: skip
    return said
