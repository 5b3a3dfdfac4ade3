"""How much there is, for whom, why, and what comes."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory.api.queries import StockQuery
from inventory.models.books import Grade
from inventory.selectors import reach
from inventory.selectors.board import BoardRow, Narrowing, board
from inventory.selectors.explanations import Explanation as Explained
from inventory.selectors.figures import CellView
from inventory.selectors.forecast import Forecast
from inventory.selectors.holds import HoldView, ReasonView
from inventory.selectors.kits import KitExplanation
from inventory.selectors.lot_board import LotNarrowing, LotRow, lot_rows
from inventory.selectors.pieces import PieceView
from org import roles
from org.api.cursors import Page, read_cursor
from org.api.describing import Needed, Raw, described, joined, sparse
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import plain

OWNED = {"grade": tuple(Grade.values), "owner": str}
POOLED = {"pool": str, "sku": str, "available": int}
AVAILABLE = {
    "warehouse": str, "sku": str, "available": int, "publishable": int, "version": int,
}  # fmt: skip


class Asked(Endpoint):
    """A question anybody who sees stock may ask."""

    permission = roles.STOCK_VIEW


class Availability(Asked):
    """?sku=TEA&warehouse=WH1&for=SO-1&draw_from=PR-1&pool=EAST:WH1,WH2&grade=&owner="""

    @described(
        "What can be sold",
        takes={
            "sku": Needed([str]), "warehouse": [str], "for": str, "draw_from": str, "pool": [str],
            "fields": str, **OWNED,
        },
        answer={
            "availability": [
                Raw(
                    {
                        "anyOf": [
                            sparse({**AVAILABLE, "for_document": int}).schema,
                            sparse(POOLED).schema,
                        ]
                    }
                )
            ]
        },
        answer_example={
            "availability": [
                {"warehouse": "WH1", "sku": "TEA", "available": 7, "publishable": 7, "version": 3}
            ]
        },
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """A row for each warehouse and SKU that ever met; with pools, a row for each of those."""
        known = ("sku", "warehouse", "for", "draw_from", "pool", "grade", "owner", "fields")
        query = StockQuery(request, self.scope(), known)
        skus = query.must("sku", query.skus())
        where = {"grade": query.grade(), "owner": query.owner()}
        names = reach.sku_codes(skus)
        houses = {view.id: view.code for view in stock.warehouses(scope=self.scope(), active=False)}
        if request.query_params.getlist("pool"):
            pools = self._pools(request, {code: key for key, code in houses.items()})
            figures = stock.available_in_pools(sku_ids=skus, pools=pools, **where)
            rows = [
                {"pool": pool, "sku": names[sku], "available": free}
                for (pool, sku), free in sorted(figures.items())
            ]
            return Response({"availability": query.rows(rows, POOLED)})
        chosen = query.houses()
        seen = stock.publishable(
            sku_ids=skus, warehouse_ids=chosen, grade=where["grade"], owner=where["owner"]
        )
        document = query.text("for")
        own = (
            stock.available_for(
                document=document, sku_ids=skus, warehouse_ids=chosen,
                draw_from=query.text("draw_from"), **where,
            )
            if document
            else {}
        )  # fmt: skip
        rows = [
            {
                "warehouse": houses[house],
                "sku": names[sku],
                "available": figure.available,
                "publishable": figure.qty,
                "version": figure.version,
                **({"for_document": own.get((house, sku), 0)} if document else {}),
            }
            for (house, sku), figure in sorted(seen.items())
        ]
        there = {**AVAILABLE, "for_document": int} if document else AVAILABLE
        return Response({"availability": query.rows(rows, there)})

    def _pools(self, request: Request, known: dict[str, int]) -> dict[str, list[int]]:
        pools: dict[str, list[int]] = {}
        for told in request.query_params.getlist("pool")[:50]:
            name, _, codes = told.partition(":")
            for code in codes.split(","):
                if code not in known:
                    raise Faulty(Fault(code="unknown_warehouse", field="pool", asked=code))
                pools.setdefault(name[:64], []).append(known[code])
        return pools


class Future(Asked):
    """?sku=TEA&warehouse=WH1&until=2026-12-31&fields="""

    @described(
        "Availability by day",
        takes={
            "sku": Needed([str]),
            "warehouse": [str],
            "until": Needed(date),
            "fields": str,
            **OWNED,
        },
        answer={"future": [sparse(joined({"sku": str}, Forecast))]},
    )
    def get(self, request: Request) -> Response:
        """Availability by day, with what is announced and on its way."""
        known = ("sku", "warehouse", "until", "grade", "owner", "fields")
        query = StockQuery(request, self.scope(), known)
        found = stock.future(
            sku_ids=query.must("sku", query.skus()),
            warehouse_ids=query.houses(),
            until=query.must("until", query.day("until")),
            grade=query.grade(),
            owner=query.owner(),
        )
        names = reach.sku_codes(list(found))
        rows = [{"sku": names[sku], **plain(view)} for sku, view in sorted(found.items())]
        there = ["sku", *(each.name for each in fields(Forecast))]
        return Response({"future": query.rows(rows, there)})


class Board(Asked):
    """?words=&warehouse=&grade=&shelf=free|sold_out|frozen|kits&cursor=&limit=&fields="""

    @described(
        "List balances",
        takes={
            "words": str, "warehouse": [str], "grade": tuple(Grade.values),
            "shelf": ("free", "sold_out", "frozen", "kits"), "cursor": str, "limit": int,
            "fields": str,
        },
        answer={"rows": [sparse(BoardRow)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Balances in code order, a page at a time; or kits, and how many could be built."""
        known = ("words", "warehouse", "grade", "shelf", "cursor", "limit", "fields")
        query = StockQuery(request, self.scope(), known)
        houses = query.some_houses()
        page = board(
            scope=self.scope(),
            narrowing=Narrowing(
                words=query.text("words", 100),
                warehouse_id=houses[0] if houses else None,
                grade=query.grade(""),
                shelf=query.one_of("shelf", "", "free", "sold_out", "frozen", "kits"),
            ),
            cursor=query.text("cursor", 120),
            limit=query.limit(),
        )
        rows = query.rows(page.rows, BoardRow)
        return Response({"rows": rows, "cursor": page.after or None})


class Cells(Asked):
    """?sku=&warehouse=&location= (with its warehouse)&fields=; at most 500."""

    @described(
        "List cells with goods",
        takes={"sku": [str], "warehouse": [str], "location": str, "fields": str},
        answer={"cells": [sparse(CellView)]},
    )
    def get(self, request: Request) -> Response:
        """Cells with goods, first expiry first."""
        query = StockQuery(request, self.scope(), ("sku", "warehouse", "location", "fields"))
        skus, houses = query.skus(), query.some_houses()
        place = request.query_params.get("location")
        place_id = None
        if place is not None:
            house = query.needed("warehouse")
            place_id = query.codes.locations.get(place.upper(), house)
            if place_id is None:
                raise Faulty(Fault(code="unknown_location", field="location", asked=place))
        if not (skus or houses):
            raise Faulty(Fault(code="missing_field", field="sku"))
        found = stock.cells(
            scope=self.scope(),
            sku_id=skus[0] if skus else None,
            warehouse_id=houses[0] if houses else None,
            location_id=place_id,
        )
        return Response({"cells": query.rows(found, CellView)})


class Explanation(Asked):
    """?sku=TEA&warehouse=WH1&grade=ZP&owner=SELF"""

    @described(
        "Explain a figure",
        takes={"sku": Needed(str), "warehouse": Needed(str), **OWNED},
        answer=Explained,
        also=(404,),
    )
    def get(self, request: Request) -> Response:
        """From on hand to available, and what would free each unit."""
        query = StockQuery(request, self.scope(), ("sku", "warehouse", "grade", "owner"))
        found = stock.explain(
            sku_id=query.needed("sku"),
            warehouse_id=query.needed("warehouse"),
            grade=query.grade(),
            owner=query.owner(),
            scope=self.scope(),
        )
        if found is None:
            raise Faulty(Fault(code="not_found", status=404))
        return Response(plain(found))


class Holds(Asked):
    """?role=&reason=&document=&closed=true&overdue=true&sort=&cursor=&limit=&fields="""

    @described(
        "List claims",
        takes={
            "role": ("COMMITMENT", "FREEZE", "MARK"), "reason": str, "document": [str],
            "closed": bool, "overdue": bool, "sort": ("newest", "oldest", "review"),
            "cursor": str, "limit": int, "fields": str,
        },
        answer={"holds": [sparse(HoldView)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Claims, with the cursor of the next page."""
        known = ("role", "reason", "document", "closed", "overdue", "sort", "cursor", "limit")
        query = StockQuery(request, self.scope(), (*known, "fields"))
        limit = query.limit(50)
        sort = query.one_of("sort", "newest", "oldest", "review")
        documents = query.texts("document")
        found = stock.holds(
            scope=self.scope(),
            documents=documents or None,
            role=query.one_of("role", "", "COMMITMENT", "FREEZE", "MARK"),
            reason=query.text("reason"),
            closed=query.flag("closed"),
            overdue=query.flag("overdue"),
            sort=sort,
            after=query.text("cursor", 120),
            limit=limit + 1,
        )
        more = len(found) > limit
        return Response(
            {
                "holds": query.rows(found[:limit], HoldView),
                "cursor": stock.cursor_of(found[limit - 1], sort=sort) if more else None,
            }
        )


class HoldOne(Asked):
    """One claim, open or closed."""

    @described("Read a claim", answer=HoldView, also=(404,))
    def get(self, request: Request, hold_id: int) -> Response:
        """As the list shows it."""
        StockQuery(request, self.scope(), ())
        found = stock.holds(scope=self.scope(), ids=[hold_id], closed=True, limit=1)
        if not found:
            raise Faulty(Fault(code="not_found", status=404))
        return Response(plain(found[0]))


class StockLots(Asked):
    """?words=&shelf=expired|near&near_days=&cursor=&limit=&fields="""

    @described(
        "List what lies of lots",
        takes={
            "words": str,
            "shelf": ("", "expired", "near"),
            "near_days": int,
            "cursor": str,
            "limit": int,
            "fields": str,
        },
        answer={"lots": [sparse(LotRow)], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """Lots with goods in one's warehouses, first expiry first, with how much lies of each."""
        query = StockQuery(
            request, self.scope(), ("words", "shelf", "near_days", "cursor", "limit", "fields")
        )
        limit = query.limit()
        place = read_cursor(query.text("cursor", 400), str, int)
        rows = lot_rows(
            scope=self.scope(),
            narrowing=LotNarrowing(
                words=query.text("words", 100),
                shelf=query.one_of("shelf", "", "expired", "near"),
                near_days=query.number("near_days", 3_650) or 30,
            ),
            today=timezone.localdate(),
            after=f"{_day(place[0])} {place[1]}" if place else "",
            limit=limit + 1,
        )
        page = Page.cut(rows, limit=limit, key=lambda row: (str(row.expires_on or "-"), row.id))
        return Response({"lots": query.rows(page.rows, LotRow), "cursor": page.cursor})


def _day(told: str) -> str:
    """The day in a cursor, or the dash of lots without one.

    Raises:
        Faulty: bad_cursor.
    """
    if told != "-":
        try:
            date.fromisoformat(told)
        except ValueError:
            raise Faulty(Fault(code="bad_cursor", field="cursor")) from None
    return told


class Reasons(Asked):
    """Why stock is claimed, highest rank first; fields="""

    @described("List reasons", takes={"fields": str}, answer={"reasons": [sparse(ReasonView)]})
    def get(self, request: Request) -> Response:
        """All of them."""
        query = StockQuery(request, self.scope(), ("fields",))
        return Response({"reasons": query.rows(stock.reasons(by_hand=False), ReasonView)})


class Pieces(Asked):
    """?serial=SN1&serial=SN2 or ?sku=KETTLE; fields="""

    @described(
        "Find numbered pieces",
        takes={"serial": [str], "sku": [str], "limit": int, "fields": str},
        answer={"pieces": [sparse(PieceView)]},
    )
    def get(self, request: Request) -> Response:
        """Numbered pieces and where each is."""
        query = StockQuery(request, self.scope(), ("serial", "sku", "limit", "fields"))
        serials = query.texts("serial")
        found = stock.pieces(
            scope=self.scope(), serials=serials or None, sku_ids=query.skus(), limit=query.limit()
        )
        return Response({"pieces": query.rows(found, PieceView)})


class Kits(Asked):
    """?sku=SET&warehouse=WH1&fields="""

    @described(
        "How many kits can be made",
        takes={"sku": Needed(str), "warehouse": [str], "fields": str, **OWNED},
        answer={"kits": [sparse(KitExplanation)]},
    )
    def get(self, request: Request) -> Response:
        """How many kits each warehouse can make, and which part is short."""
        query = StockQuery(request, self.scope(), ("sku", "warehouse", "grade", "owner", "fields"))
        found = stock.explain_kit(
            kit_sku_id=query.needed("sku"),
            warehouse_ids=query.houses(),
            grade=query.grade(),
            owner=query.owner(),
        )
        return Response({"kits": query.rows(found, KitExplanation)})
