"""What other systems see of the floor: fulfilments, shipments, labels; and a parcel that left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory.selectors import reach
from org import roles
from org.api.cursors import cursor_of, read_cursor
from org.api.describing import described, joined, sparse
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, only, plain
from wms import selectors as floor
from wms import services
from wms.models import FulfilmentState
from wms.refusals import SENTENCES
from wms.selectors import FulfilmentView, ParcelView
from wms.selectors.paging import (
    fulfilments_after,
    one_fulfilment,
    one_parcel,
    parcels_after,
)

add_texts(SENTENCES)
FULFILMENT = {
    "number": str, "document": str, "warehouse": str, "state": str, "priority": int,
    "deadline": datetime | None, "requested_at": datetime, "carrier": str | None,
    "ship_to": {str: Any}, "lines": [{"sku": str, "qty": int, "picked": int, "checked": int}],
    "parcel": str | None, "waybill": str | None,
}  # fmt: skip
SHIPMENT = {
    "number": str, "waybill": str, "carrier": str, "fulfilment": str, "document": str,
    "weight_g": int | None, "packed_at": datetime, "shipped_at": datetime | None,
}  # fmt: skip
STEP = {"at": datetime, "from": str | None, "to": str, "why": str}
INSIDE = {"lines": [{"sku": str, "qty": int}], "serials": [{"sku": str, "serial": str}]}
LABEL = {
    "number": str, "waybill": str, "code128": str, "carrier": {"code": str, "name": str},
    "from": {"warehouse": str, "name": str, "province": str, "city": str},
    "ship_to": {str: Any}, "weight_g": int | None, "document": str,
}  # fmt: skip
# The parcel may leave another time, or has; a name that fits nothing stays wrong.
NOT_THERE = {"unknown_parcel", "unknown_fulfilment"}


class Floor(Endpoint):
    """What is on the floor or has left it; seen by whoever sees orders or works there."""

    permission = roles.STOCK_VIEW

    def warehouse(self, query: Query) -> int | None:
        """The warehouse that `warehouse` names. Raises Faulty: unknown_warehouse."""
        code = query.text("warehouse", 32).upper()
        if not code:
            return None
        found = reach.warehouses({code}, scope=self.scope()).get(code)
        if found is None:
            raise Faulty(Fault(code="unknown_warehouse", field="warehouse", asked=code))
        return found


class Fulfilments(Floor):
    """?state=&warehouse=&document=&cursor=&limit=&fields="""

    @described(
        "List fulfilments",
        takes={
            "state": ("", *FulfilmentState.values), "warehouse": str, "document": str,
            "cursor": str, "limit": int, "fields": str,
        },
        answer={"fulfilments": [sparse(FULFILMENT)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = Query(request, ("state", "warehouse", "document", "cursor", "limit", "fields"))
        chosen = query.chosen([*FULFILMENT])
        place = read_cursor(query.text("cursor", 400), int)
        limit = min(query.limit(50), 200)
        found = fulfilments_after(
            scope=self.scope(),
            state=query.one_of("state", "", *FulfilmentState.values),
            warehouse_id=self.warehouse(query),
            document=query.text("document", 40),
            after=place[0] if place else None,
            limit=limit + 1,
        )
        houses = reach.warehouse_codes({view.warehouse_id for _, view in found})
        rows = [only(fulfilment_shown(view, houses), chosen) for _, view in found[:limit]]
        more = cursor_of(found[limit - 1][0]) if len(found) > limit else None
        return Response({"fulfilments": rows, "cursor": more})


class FulfilmentOne(Floor):
    """One fulfilment by its number or document."""

    @described("Read a fulfilment", answer=joined(FULFILMENT, {"timeline": [STEP]}), also=(404,))
    def get(self, request: Request, name: str) -> Response:
        """With its timeline."""
        Query(request, ())
        view = one_fulfilment(name=name, scope=self.scope())
        if view is None:
            raise Faulty(Fault(code="not_found", status=404))
        houses = reach.warehouse_codes([view.warehouse_id])
        steps = [
            {"at": plain(each.at), "from": each.from_state or None, "to": each.to_state,
             "why": each.why}
            for each in floor.timeline(view.document)
        ]  # fmt: skip
        return Response(fulfilment_shown(view, houses) | {"timeline": steps})


def fulfilment_shown(view: FulfilmentView, houses: dict[int, str]) -> dict[str, Any]:
    """A fulfilment; `ship_to` was masked by whoever asked for it."""
    return {
        "number": view.number,
        "document": view.document,
        "warehouse": houses[view.warehouse_id],
        "state": view.state,
        "priority": view.priority,
        "deadline": plain(view.deadline),
        "requested_at": plain(view.requested_at),
        "carrier": view.carrier_code or None,
        "ship_to": dict(view.ship_to),
        "lines": [
            {"sku": line.sku_code, "qty": line.qty, "picked": line.picked, "checked": line.checked}
            for line in view.lines
        ],
        "parcel": view.parcel or None,
        "waybill": view.waybill or None,
    }


class Shipments(Floor):
    """?shipped=true|false&warehouse=&waybill=&cursor=&limit=&fields="""

    @described(
        "List shipments",
        takes={
            "shipped": bool, "warehouse": str, "waybill": str, "cursor": str, "limit": int,
            "fields": str,
        },
        answer={"shipments": [sparse(SHIPMENT)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Closed parcels, newest first."""
        query = Query(request, ("shipped", "warehouse", "waybill", "cursor", "limit", "fields"))
        chosen = query.chosen([*SHIPMENT])
        place = read_cursor(query.text("cursor", 400), int)
        limit = min(query.limit(50), 200)
        found = parcels_after(
            scope=self.scope(),
            shipped=query.maybe("shipped"),
            warehouse_id=self.warehouse(query),
            waybill=query.text("waybill", 40),
            after=place[0] if place else None,
            limit=limit + 1,
        )
        rows = [only(shipment_shown(view), chosen) for _, view in found[:limit]]
        more = cursor_of(found[limit - 1][0]) if len(found) > limit else None
        return Response({"shipments": rows, "cursor": more})


class ShipmentOne(Floor):
    """One parcel by its number, with what lies in it."""

    @described("Read a shipment", answer=joined(SHIPMENT, INSIDE), also=(404,))
    def get(self, request: Request, number: str) -> Response:
        """Goods by SKU, pieces by serial number."""
        Query(request, ())
        view = self.one(number)
        return Response(shipment_shown(view) | contents(view))

    def one(self, number: str) -> ParcelView:
        """The parcel within reach. Raises Faulty: not_found."""
        view = one_parcel(number=number, scope=self.scope())
        if view is None:
            raise Faulty(Fault(code="not_found", status=404))
        return view


def shipment_shown(view: ParcelView) -> dict[str, Any]:
    """A parcel."""
    return {
        "number": view.number,
        "waybill": view.waybill,
        "carrier": view.carrier_code,
        "fulfilment": view.fulfilment,
        "document": view.document,
        "weight_g": view.weight_g,
        "packed_at": plain(view.packed_at),
        "shipped_at": plain(view.shipped_at),
    }


def contents(view: ParcelView) -> dict[str, Any]:
    """What lies in the parcel; of several parcels of a document each names all its pieces."""
    sent = floor.shipments([view.document])[view.document]
    inside = floor.lines_in(view.number)
    skus = reach.sku_codes({sku for sku, _ in inside} | {sku for sku, _ in sent.pieces})
    return {
        "lines": [{"sku": skus[sku], "qty": qty} for sku, qty in inside],
        "serials": [{"sku": skus[sku], "serial": serial} for sku, serial in sent.pieces],
    }


class ShipmentLabel(ShipmentOne):
    """What stands on the label: waybill, carrier, sender, and the receiver as he may be shown."""

    permission = roles.FLOOR_PACK

    @described("Read a label", answer=LABEL, also=(404,))
    def get(self, request: Request, number: str) -> Response:
        """`code128` is what the barcode says."""
        Query(request, ())
        view = self.one(number)
        fulfilment = one_fulfilment(name=view.document, scope=self.scope())
        assert fulfilment is not None, "A parcel has a fulfilment where the parcel is seen."
        [house] = stock.warehouses(scope=self.scope(), ids=[fulfilment.warehouse_id], active=False)
        return Response(
            {
                "number": view.number,
                "waybill": view.waybill,
                "code128": view.waybill,
                "carrier": {"code": view.carrier_code, "name": view.carrier_name},
                "from": {
                    "warehouse": house.code,
                    "name": house.name,
                    "province": house.province,
                    "city": house.city,
                },
                "ship_to": dict(fulfilment.ship_to),
                "weight_g": view.weight_g,
                "document": view.document,
            }
        )


class ShipmentShipped(ShipmentOne):
    """The carrier has the parcel: its goods leave the stock."""

    permission = roles.FLOOR_SHIP

    http_method_names = ["post", "options"]

    @described("Say that a parcel has left", body={}, answer=SHIPMENT, also=(404,))
    def post(self, request: Request, number: str) -> Response:
        """{} ; once, however often it is told."""
        if request.data not in ({}, None):
            raise Faulty(Fault(code="unknown_field", field=str(next(iter(request.data)))[:64]))
        self.one(number)
        return self.once(lambda: self._left(number.upper()))

    def _left(self, number: str) -> Response:
        [answer] = services.ship_parcels(
            [services.ParcelDeparture(key=f"api:{number}", parcel=number)],
            actor=self.caller.actor,
            scope=self.scope(),
        )
        if not answer.ok:
            status = 404 if answer.code in NOT_THERE else 409
            raise Faulty(
                Fault(code=answer.code, status=status, asked=number, said=str(answer.message))
            )
        return Response(shipment_shown(self.one(number)))
