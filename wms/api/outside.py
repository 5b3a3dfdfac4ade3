"""Where a warehouse run by somebody else reports what it sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.faults import of_refusal
from inventory.requests import Refused
from inventory.selectors import reach
from org import roles
from org.api.describing import described
from org.api.faults import Fault, Faulty
from org.api.shapes import Field, Shape, lines, number, text, texts
from wms import services
from wms.api.shipping import FULFILMENT, NOT_THERE, Floor, fulfilment_shown
from wms.refusals import FloorRefused
from wms.selectors.paging import one_fulfilment

MOST_UNITS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line as it was sent: names, not ids."""

    sku: str
    qty: int
    lot: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Box:
    """A parcel as it was sent."""

    carrier: str
    waybill: str
    weight_g: int | None = None
    lines: tuple[Told, ...] = ()


LINE = Shape(
    (
        Field("sku", text(64, least=1), required=True),
        Field("qty", number(1, MOST_UNITS), required=True, about="Base units."),
        Field("lot", text(64, least=1), about="The lot that was taken; any lot if missing."),
        Field("serials", texts, about="Each piece of goods that have serial numbers."),
    ),
    Told,
)
PARCEL = Shape(
    (
        Field("carrier", text(20, least=1), required=True, about="Code of a carrier in use."),
        Field("waybill", text(40, least=1), required=True, about="The carrier's own number."),
        Field("weight_g", number(1, MOST_UNITS)),
        Field("lines", lines(LINE), required=True),
    ),
    Box,
)
REPORT = Shape((Field("parcels", lines(PARCEL), required=True, about="All of them at once."),))
EXAMPLE = {
    "parcels": [
        {"carrier": "SF", "waybill": "SF1234567890", "weight_g": 640,
         "lines": [{"sku": "TEA", "qty": 2, "lot": "L2026-01"}]},
        {"carrier": "SF", "waybill": "SF1234567891",
         "lines": [{"sku": "KETTLE", "qty": 1, "serials": ["S-0001"]}]},
    ]
}  # fmt: skip


class FulfilmentShipped(Floor):
    """Picked, packed and shipped elsewhere: one report, one effect."""

    permission = roles.FLOOR_SHIP
    http_method_names = ["post", "options"]

    @described(
        "Report a fulfilment as shipped",
        body=REPORT,
        answer=FULFILMENT,
        also=(404,),
        example=EXAMPLE,
    )
    def post(self, request: Request, name: str) -> Response:
        """Every unit of it, in one parcel or several; lots and pieces where they are known.

        All or nothing. The same parcels again, also under another key, change nothing.
        """
        told: tuple[Box, ...] = REPORT.must(request.data)["parcels"]
        if one_fulfilment(name=name, scope=self.scope()) is None:
            raise Faulty(Fault(code="not_found", status=404))
        if not told or not all(box.lines for box in told):
            raise Faulty(Fault(code="no_items", field="parcels" if not told else "lines"))
        parcels = _known(told)
        return self.once(lambda: self._report(name, parcels))

    def _report(self, name: str, parcels: list[services.SentParcel]) -> Response:
        try:
            services.report_shipped(
                name=name, parcels=parcels, actor=self.caller.actor, scope=self.scope()
            )
        except FloorRefused as refused:
            raise Faulty(_fault(refused.code, str(refused), refused.params)) from None
        except Refused as refused:
            raise Faulty(of_refusal(refused, item=0)) from None
        view = one_fulfilment(name=name, scope=self.scope())
        assert view is not None, "It was just shipped."
        return Response(fulfilment_shown(view, reach.warehouse_codes([view.warehouse_id])))


def _fault(code: str, said: str, params: Any) -> Fault:
    named = params if isinstance(params, dict) else {}
    return Fault(
        code=code,
        status=404 if code in NOT_THERE else 409,
        asked=named.get("qty") or named.get("asked") or named.get("scanned"),
        there=named.get("left", named.get("there")),
        said=said,
    )


def _known(told: tuple[Box, ...]) -> list[services.SentParcel]:
    """With SKUs and lots found. Raises Faulty: unknown_sku, unknown_lot, with the line."""
    rungs = [(at, line) for at, box in enumerate(told) for line in box.lines]
    skus = reach.skus({line.sku for _, line in rungs})
    ids = {line.sku: skus.get(line.sku) for _, line in rungs}
    known = {found for found in ids.values() if found is not None}
    lots = reach.lots({line.lot for _, line in rungs if line.lot}, sku_ids=known).by_code
    faults = []
    for at, line in rungs:
        sku_id = ids[line.sku]
        if sku_id is None:
            faults.append(Fault(code="unknown_sku", item=at, field="sku", asked=line.sku))
        elif line.lot and (sku_id, line.lot) not in lots:
            faults.append(Fault(code="unknown_lot", item=at, field="lot", asked=line.lot))
    if faults:
        raise Faulty(*faults)
    return [
        services.SentParcel(
            carrier=box.carrier, waybill=box.waybill, weight_g=box.weight_g,
            lines=tuple(
                services.SentLine(
                    sku_id=ids[line.sku] or 0, sku=line.sku, qty=line.qty,
                    lot_id=lots[ids[line.sku] or 0, line.lot] if line.lot else None,
                    serials=line.serials,
                )
                for line in box.lines
            ),
        )
        for box in told
    ]  # fmt: skip
