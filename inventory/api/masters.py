"""Masters over HTTP: what they share, SKUs, lots. Read by whoever sees stock, kept by few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import services
from inventory.api import shapes as named
from inventory.api.codes import Codes, handle
from inventory.api.faults import of_refusal
from inventory.api.queries import StockQuery
from inventory.models.masters import LotStrategy, Sku
from inventory.requests import Refused
from inventory.selectors import catalogue
from inventory.services.masters import STANDING_FREEZES, clean_code
from org import roles
from org.api.batches import Item, answered, bodies_in, read_items
from org.api.cursors import Page, read_cursor
from org.api.describing import Raw, any_of, described, results, sparse
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, only, plain
from org.api.shapes import Field, Shape, day, flag, lines, money, number, text, word
from org.api.versions import must_match, seen_version, tagged, version_of

MOST_MADE = 200
# Making such a place posts its standing freeze, and a transaction posts once.
FREEZING = {str(kind) for kind in STANDING_FREEZES}
add_texts(
    {
        "one_such_place": _("Receiving, defect and quarantine places are made one at a time."),
        "company_wide": _(
            "A SKU holds for the whole company: only who sees all of it may do this."
        ),
    }
)
MOST_NUMBER = 2**31 - 1
PACK = Shape(
    (
        Field("code", text(least=1), required=True),
        Field("qty", number(1, MOST_NUMBER), about="Base units in the pack; 1 when missing."),
        Field("pack_name", text(32)),
    ),
    services.Pack,
)
SKU_FIELDS = (
    Field("name", text(200, least=1)),
    Field("category", text(80)),
    Field("brand", text(80)),
    Field("unit_name", text(16, least=1)),
    Field("weight_g", number(0, MOST_NUMBER), about="Grams per base unit."),
    Field("volume_ml", number(0, MOST_NUMBER), about="Millilitres per base unit."),
    Field("unit_cost", money),
    Field("list_price", money),
    Field("currency", text(3, least=3)),
    Field("temperature", word(*Sku.Temperature.values)),
    Field("light_sensitive", flag),
    Field("shelf_life_days", number(1, 36_500)),
    Field("lot_tracked", flag),
    Field("serial_tracked", flag),
    Field("is_kit", flag),
    Field("lot_strategy", word(*LotStrategy.values)),
    Field("is_active", flag),
    Field("barcodes", lines(PACK), about="Exactly these lead to the SKU."),
)
CODE = Field("code", text(least=1), required=True)
NEW_SKU = Shape((CODE, Field("name", text(200, least=1), required=True), *SKU_FIELDS[1:]))
SKU_CHANGES = Shape(SKU_FIELDS)
NEW_LOT = Shape(
    (
        Field("sku", named.sku, "sku_id", required=True),
        CODE,
        Field("produced_on", day),
        Field("expires_on", day),
        Field("supplier", text(80)),
    )
)


def one_or_many(shape: Shape) -> Raw:
    """One such body, or many of them."""
    many = {"type": "array", "items": shape.schema, "minItems": 1, "maxItems": MOST_MADE}
    return any_of(shape, {"items": Raw(many)})


class Masters(Endpoint):
    """A master: seen by whoever sees stock, kept by whoever keeps masters."""

    permission = roles.STOCK_VIEW
    permission_to_change = roles.MASTERS_EDIT

    def made(
        self,
        request: Request,
        shape: Shape,
        make: Callable[[dict[str, Any]], Any],
        shown: Callable[[Any], dict[str, Any]],
    ) -> Response:
        """One body is answered 201 or refused; `{"items": [...]}` each by itself, at most 200.

        Args:
            make: does it, in a savepoint of its own; its refusal undoes it.
            shown: the answer for what was made.
        """
        body = request.data
        single = not isinstance(body, dict) or "items" not in body
        bodies = [body] if single else bodies_in(request, most=MOST_MADE)
        codes = Codes(self.scope())
        codes.gather(bodies)
        codes.find()
        items = read_items(bodies, shape, codes=codes)
        posting = [item for item in items if item.made and item.made.get("kind") in FREEZING]
        for item in posting[1:]:
            item.refuse(Fault(code="one_such_place", field="kind", asked=item.made["kind"]))

        def work() -> Response:
            for item in items:
                self._make(item, make, shown)
            if not single:
                return answered(items)
            if items[0].faults:
                raise Faulty(*items[0].faults)
            return Response(items[0].answer, status=201)

        return self.once(work)

    def _make(
        self,
        item: Item,
        make: Callable[[dict[str, Any]], Any],
        shown: Callable[[Any], dict[str, Any]],
    ) -> None:
        if item.faults:
            return
        try:
            with transaction.atomic():
                item.answer, item.status = shown(make(item.made)), 201
        except Refused as refusal:
            item.refuse(of_refusal(refusal, item=item.number))

    def changed(
        self,
        request: Request,
        shape: Shape,
        change: Callable[[dict[str, Any]], None],
        shown: Callable[[], dict[str, Any]],
    ) -> Response:
        """Change one thing as it was seen: `If-Match` is compared under its lock."""
        values = shape.must(request.data)
        seen = seen_version(request)

        def work() -> Response:
            must_match(seen=seen, now=version_of(shown()))
            try:
                change(values)
            except Refused as refusal:
                raise Faulty(of_refusal(refusal, item=0)) from None
            now = shown()
            return tagged(Response(now), version_of(now))

        return self.once(work)

    def page(
        self, name: str, kind: type[Any], rows: Sequence[Any], query: Query, *, by: str
    ) -> Response:
        """A page of rows of that kind, ordered by one of their fields, cut to what is asked for."""
        page = Page.cut(rows, limit=query.limit(), key=lambda row: (getattr(row, by),))
        chosen = query.chosen([each.name for each in fields(kind)])
        return Response(
            {name: [only(plain(row), chosen) for row in page.rows], "cursor": page.cursor}
        )


class Skus(Masters):
    """?words=&code=&category=&active=&kits=&cursor=&limit=&fields="""

    @described(
        "List SKUs",
        takes={
            "words": str, "code": [str], "category": str, "active": bool, "kits": bool,
            "cursor": str, "limit": int, "fields": str,
        },
        answer={"skus": [sparse(catalogue.SkuRow)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """In code order."""
        known = ("words", "code", "category", "active", "kits", "cursor", "limit", "fields")
        query = Query(request, known)
        place = read_cursor(query.text("cursor", 400), str)
        rows = catalogue.sku_rows(
            words=query.text("words", 100),
            codes=[clean_code(code) for code in query.texts("code")],
            category=query.text("category", 80),
            active=query.maybe("active"),
            kits=query.maybe("kits"),
            after=place[0] if place else "",
            limit=query.limit() + 1,
        )
        return self.page("skus", catalogue.SkuRow, rows, query, by="code")

    @described(
        "Make SKUs",
        body=one_or_many(NEW_SKU),
        answer=catalogue.SkuRow,
        status=201,
        more_answers={200: results(catalogue.SkuRow)},
    )
    def post(self, request: Request) -> Response:
        """Make one, or many each by itself."""
        _for_the_company(self)

        def make(values: dict[str, Any]) -> str:
            packs = values.pop("barcodes", ())
            code = clean_code(values["code"])
            services.create_skus([values], barcodes={code: packs}, actor=self.caller.actor)
            return code

        return self.made(request, NEW_SKU, make, _sku)


def _for_the_company(endpoint: Masters) -> None:
    """Raises Faulty: company_wide."""
    if not endpoint.scope().is_everything:
        raise Faulty(Fault(code="company_wide", status=403))


def _sku(code: str) -> dict[str, Any]:
    """Raises Faulty: not_found."""
    row = catalogue.sku_row(clean_code(code)) if handle("sku", code) else None
    if row is None:
        raise Faulty(Fault(code="not_found", status=404))
    found: dict[str, Any] = plain(row)
    return found


class SkuOne(Masters):
    """One SKU by code."""

    @described("Read a SKU", answer=catalogue.SkuRow, headers=("ETag",), also=(404,))
    def get(self, request: Request, code: str) -> Response:
        """With its ETag."""
        Query(request, ())
        shown = _sku(code)
        return tagged(Response(shown), version_of(shown))

    @described(
        "Change a SKU",
        body=SKU_CHANGES,
        answer=catalogue.SkuRow,
        headers=("If-Match", "ETag"),
        also=(404, 412),
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change what is named."""
        _for_the_company(self)
        sku_id = _sku(code)["id"]

        def change(values: dict[str, Any]) -> None:
            packs = values.pop("barcodes", None)
            services.change_sku(
                sku_id=sku_id, changes=values, barcodes=packs, actor=self.caller.actor
            )

        def shown() -> dict[str, Any]:
            services.lock_sku(sku_id=sku_id)
            return _sku(code)

        return self.changed(request, SKU_CHANGES, change, shown)


class Lots(Masters):
    """?sku=&cursor=&limit=&fields="""

    @described(
        "List lots",
        takes={"sku": [str], "cursor": str, "limit": int, "fields": str},
        answer={"lots": [sparse(catalogue.LotMaster)], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """In the order in which they came."""
        query = StockQuery(request, self.scope(), ("sku", "cursor", "limit", "fields"))
        place = read_cursor(query.text("cursor", 400), int)
        rows = catalogue.lot_masters(
            scope=self.scope(), sku_ids=query.skus(), after=place[0] if place else 0,
            limit=query.limit() + 1,
        )  # fmt: skip
        return self.page("lots", catalogue.LotMaster, rows, query, by="id")

    @described(
        "Make lots",
        body=one_or_many(NEW_LOT),
        answer=catalogue.LotMaster,
        status=201,
        more_answers={200: results(catalogue.LotMaster)},
    )
    def post(self, request: Request) -> Response:
        """Make one, or many each by itself."""

        def make(values: dict[str, Any]) -> int:
            sku_id = values.pop("sku_id")
            return services.create_lot(sku_id=sku_id, values=values, actor=self.caller.actor)

        return self.made(request, NEW_LOT, make, self.one)

    def one(self, lot_id: int) -> dict[str, Any]:
        """Raises Faulty: not_found."""
        rows = catalogue.lot_masters(scope=self.scope(), ids=[lot_id])
        if not rows:
            raise Faulty(Fault(code="not_found", status=404))
        found: dict[str, Any] = plain(rows[0])
        return found


class LotOne(Lots):
    """One lot by id."""

    http_method_names = ["get", "options"]

    @described("Read a lot", answer=catalogue.LotMaster, also=(404,))
    def get(self, request: Request, lot_id: int) -> Response:  # type: ignore[override]
        """As it is kept."""
        Query(request, ())
        return Response(self.one(lot_id))
