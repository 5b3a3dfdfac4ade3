"""Masters over HTTP: warehouses and locations."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory import services
from inventory.api import shapes as named
from inventory.api.codes import handle
from inventory.api.masters import MOST_NUMBER, Masters, one_or_many
from inventory.api.queries import StockQuery
from inventory.models.places import Location
from inventory.selectors import catalogue
from org.api.cursors import read_cursor
from org.api.describing import described, results, sparse
from org.api.faults import Fault, Faulty
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, flag, number, text, word
from org.api.versions import tagged, version_of

PLACE_FIELDS = (
    Field("zone", text(32), about="Code of a zone of the warehouse; empty for none."),
    Field("kind", word(*(kind for kind in Location.Kind.values if kind != "TRUCK"))),
    Field("sequence", number(0, MOST_NUMBER), about="Place in the walk."),
)
NEW_PLACE = Shape(
    (
        Field("warehouse", named.warehouse, "warehouse_id", required=True),
        Field("code", text(32, least=1), required=True),
        *PLACE_FIELDS,
    )
)
PLACE_CHANGES = Shape((*PLACE_FIELDS, Field("is_active", flag)))


class Warehouses(Masters):
    """?active=&cursor=&limit=&fields="""

    @described(
        "List warehouses",
        takes={"active": bool, "cursor": str, "limit": int, "fields": str},
        answer={"warehouses": [sparse(catalogue.WarehouseRow)], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """In code order."""
        query = Query(request, ("active", "cursor", "limit", "fields"))
        place = read_cursor(query.text("cursor", 400), str)
        rows = catalogue.warehouse_rows(
            scope=self.scope(), active=query.maybe("active"), after=place[0] if place else "",
            limit=query.limit() + 1,
        )  # fmt: skip
        return self.page("warehouses", catalogue.WarehouseRow, rows, query, by="code")


class WarehouseOne(Masters):
    """One warehouse by code."""

    @described("Read a warehouse", answer=catalogue.WarehouseRow, also=(404,))
    def get(self, request: Request, code: str) -> Response:
        """As it is kept."""
        Query(request, ())
        known = handle("warehouse", code)
        rows = (
            catalogue.warehouse_rows(scope=self.scope(), code=str(known), limit=1) if known else []
        )
        if not rows:
            raise Faulty(Fault(code="not_found", status=404))
        return Response(plain(rows[0]))


class Locations(Masters):
    """?warehouse=&words=&kind=&active=&cursor=&limit=&fields="""

    @described(
        "List locations",
        takes={
            "warehouse": [str], "words": str, "kind": ("", *Location.Kind.values), "active": bool,
            "cursor": str, "limit": int, "fields": str,
        },
        answer={"locations": [sparse(catalogue.LocationRow)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """In the order in which they were made; `words` is what the code begins with."""
        known = ("warehouse", "words", "kind", "active", "cursor", "limit", "fields")
        query = StockQuery(request, self.scope(), known)
        houses = query.some_houses()
        place = read_cursor(query.text("cursor", 400), int)
        rows = catalogue.location_rows(
            scope=self.scope(),
            warehouse_id=houses[0] if houses else None,
            words=query.text("words", 32).upper(),
            kind=query.one_of("kind", "", *Location.Kind.values),
            active=query.maybe("active"),
            after=place[0] if place else 0,
            limit=query.limit() + 1,
        )
        return self.page("locations", catalogue.LocationRow, rows, query, by="id")

    @described(
        "Make locations",
        body=one_or_many(NEW_PLACE),
        answer=catalogue.LocationRow,
        status=201,
        more_answers={200: results(catalogue.LocationRow)},
    )
    def post(self, request: Request) -> Response:
        """Make one, or many each by itself."""

        def make(values: dict[str, Any]) -> int:
            return services.create_location(**values, actor=self.caller.actor)

        return self.made(request, NEW_PLACE, make, self.one)

    def one(self, location_id: int) -> dict[str, Any]:
        """Raises Faulty: not_found."""
        rows = catalogue.location_rows(scope=self.scope(), ids=[location_id], limit=1)
        if not rows:
            raise Faulty(Fault(code="not_found", status=404))
        found: dict[str, Any] = plain(rows[0])
        return found


class LocationOne(Locations):
    """One location by id."""

    http_method_names = ["get", "patch", "options"]

    @described("Read a location", answer=catalogue.LocationRow, headers=("ETag",), also=(404,))
    def get(self, request: Request, location_id: int) -> Response:  # type: ignore[override]
        """With its ETag."""
        Query(request, ())
        shown = self.one(location_id)
        return tagged(Response(shown), version_of(shown))

    @described(
        "Change a location",
        body=PLACE_CHANGES,
        answer=catalogue.LocationRow,
        headers=("If-Match", "ETag"),
        also=(404, 412),
    )
    def patch(self, request: Request, location_id: int) -> Response:
        """Change what is named; one with goods is not switched off."""
        self.one(location_id)

        def shown() -> dict[str, Any]:
            services.lock_location(location_id=location_id)
            return self.one(location_id)

        return self.changed(
            request,
            PLACE_CHANGES,
            lambda values: services.change_location(
                location_id=location_id, changes=values, actor=self.caller.actor
            ),
            shown,
        )
