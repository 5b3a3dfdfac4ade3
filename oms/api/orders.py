"""Orders: the list with the filters of the page, one order, its timeline, cancel, reveal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory.selectors import reach
from oms import selectors as orders
from oms import services
from oms.numbers import order_id_of
from oms.refusals import SENTENCES, OrderRefused
from oms.selectors.lists import SORTS, TABS, Narrowing
from org import roles
from org.api.batches import Item, answered
from org.api.cursors import cursor_of, read_cursor
from org.api.describing import Maybe, described, joined, results, sparse
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, only, plain
from org.api.shapes import Field, Shape, text, texts
from org.api.versions import must_match, seen_version, tagged, version_of

ROW = (
    "number", "shop", "platform", "shop_number", "state", "receiver", "place", "lines", "units",
    "total", "currency", "warehouse", "waybill", "placed_at", "paid_at", "received_at", "held_at",
    "shipped_at", "exceptions",
)  # fmt: skip
LISTED = (
    "state", "words", "shop", "warehouse", "since", "until", "sort", "cursor", "limit", "fields",
)  # fmt: skip
SORTED = ("-number", "number", *(f"{way}{name}" for name in SORTS for way in ("-", "")))
CANCEL = Shape((Field("why", text(200, least=1), required=True),))
CANCEL_MANY = Shape(
    (
        Field("numbers", texts, required=True),
        Field("why", text(200, least=1), required=True),
    )
)
MOST_CANCELLED = 200
# What a later moment may answer differently; the rest is wrong as it stands.
CONFLICTS = {"already_shipped", "already_ended", "not_waiting", "still_in_the_way"}
add_texts(SENTENCES)
add_texts({"unknown_order": _("There is no such order among yours.")})


def of_refusal(refusal: OrderRefused) -> Fault:
    """A refusal of the order desk."""
    if refusal.code == "unknown_order":
        return Fault(code="not_found", status=404)
    status = 409 if refusal.code in CONFLICTS else 422
    return Fault(code=refusal.code, status=status, asked=refusal.params.get("number"))


MASKED = {"name": str, "phone": str, "address": str}
ORDER_ROW = {
    "number": str, "shop": str, "platform": str, "shop_number": str, "state": str,
    "receiver": str, "place": str, "lines": int, "units": int, "total": Decimal,
    "currency": str, "warehouse": str | None, "waybill": str, "placed_at": datetime,
    "paid_at": datetime | None, "received_at": datetime, "held_at": datetime | None,
    "shipped_at": datetime | None, "exceptions": [str],
}  # fmt: skip
TROUBLE = {"code": str, "field": str, "blocks": bool}
ORDER_WHOLE = {
    "document": str, "shop_id": int, "platform_state": str, "goods_amount": Decimal,
    "discount": Decimal, "freight": Decimal, "tax": Decimal, "paid": Decimal,
    "buyer_note": str, "seller_note": str, "receiver": {str: str},
    "items": [
        {
            "position": int, "sku": str | None, "code": str, "title": str, "qty": int,
            "cancelled": int, "shipped": int, "held": int, "price": Decimal,
            "discount": Decimal, "amount": Decimal,
        }
    ],
    "fulfilment": str | None, "fulfilment_state": str | None,
    "parcel": Maybe(
        {"parcel": str, "waybill": str, "carrier": str, "shipped_at": datetime | None}
    ),
    "troubles": [TROUBLE],
}  # fmt: skip


class OrderList(Endpoint):
    """?state=&words=&shop=&warehouse=&since=&until=&sort=&cursor=&limit=&fields="""

    permission = roles.ORDERS_VIEW

    @described(
        "List orders",
        takes={
            "state": tuple(TABS), "words": str, "shop": int, "warehouse": str, "since": date,
            "until": date, "sort": SORTED, "cursor": str, "limit": int, "fields": str,
        },
        answer={"orders": [sparse(ORDER_ROW)], "cursor": str | None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first; `words` is a number, a platform's number, a waybill or a SKU, whole."""
        query = Query(request, LISTED)
        chosen = query.chosen(ROW)
        place = read_cursor(query.text("cursor", 400), str)
        narrowing = Narrowing(
            tab=query.one_of("state", *TABS),
            words=query.text("words", 80),
            shop_id=query.number("shop"),
            warehouse_id=self._warehouse(query),
            since=query.day("since"),
            until=query.day("until"),
        )
        page = orders.order_list(
            scope=self.scope(),
            narrowing=narrowing,
            sort=query.one_of("sort", *SORTED),
            cursor=place[0] if place else "",
            limit=min(query.limit(50), 200),
        )
        codes = reach.warehouse_codes({row.warehouse_id for row in page.rows if row.warehouse_id})
        rows = [only(row_shown(row, codes), chosen) for row in page.rows]
        return Response({"orders": rows, "cursor": cursor_of(page.after) if page.after else None})

    def _warehouse(self, query: Query) -> int | None:
        code = query.text("warehouse", 32)
        if not code:
            return None
        houses = stock.warehouses(scope=self.scope(), active=False)
        found = next((house.id for house in houses if house.code == code.upper()), None)
        if found is None:
            raise Faulty(Fault(code="unknown_warehouse", field="warehouse", asked=code))
        return found


def row_shown(row: orders.OrderRow, codes: dict[int, str]) -> dict[str, Any]:
    """An order's row: nothing in it is secret."""
    return {
        "number": row.number,
        "shop": row.shop_name,
        "platform": row.platform,
        "shop_number": row.platform_number,
        "state": row.state,
        "receiver": row.receiver,
        "place": row.place,
        "lines": row.lines,
        "units": row.units,
        "total": str(row.total),
        "currency": row.currency,
        "warehouse": codes.get(row.warehouse_id or 0),
        "waybill": row.waybill,
        **{
            name: plain(getattr(row, name))
            for name in ("placed_at", "paid_at", "received_at", "held_at", "shipped_at")
        },
        "exceptions": list(row.exceptions),
    }


class OrderOne(Endpoint):
    """One order with its lines, claims, parcel and exceptions; the receiver is masked."""

    permission = roles.ORDERS_VIEW

    @described("Read an order", answer=joined(ORDER_ROW, ORDER_WHOLE), headers=("ETag",))
    def get(self, request: Request, number: str) -> Response:
        """The answer's ETag goes into If-Match of a cancel."""
        Query(request, ())
        shown = order_shown(self.one(number))
        return tagged(Response(shown), version_of(shown))

    def one(self, number: str) -> orders.Detail:
        """The order within the caller's reach.

        Raises:
            Faulty: not_found.
        """
        found = orders.order_detail(number=number.upper(), scope=self.scope())
        if found is None:
            raise Faulty(Fault(code="not_found", status=404))
        return found


def order_shown(detail: orders.Detail) -> dict[str, Any]:
    """An order as programs see it."""
    codes = reach.warehouse_codes([detail.row.warehouse_id] if detail.row.warehouse_id else [])
    parcel = detail.parcel
    return row_shown(detail.row, codes) | {
        "document": detail.document,
        "shop_id": detail.shop_id,
        "platform_state": detail.platform_state,
        **{
            name: str(getattr(detail, name))
            for name in ("goods_amount", "discount", "freight", "tax", "paid")
        },
        "buyer_note": detail.buyer_note,
        "seller_note": detail.seller_note,
        "receiver": dict(detail.receiver),
        "items": [
            {
                "position": line.position,
                "sku": line.sku_code or None,
                "code": line.outer_code,
                "title": line.title,
                "qty": line.qty,
                "cancelled": line.cancelled,
                "shipped": line.shipped,
                "held": line.held,
                "price": str(line.unit_price),
                "discount": str(line.discount),
                "amount": str(line.amount),
            }
            for line in detail.lines
        ],
        "fulfilment": detail.fulfilment or None,
        "fulfilment_state": detail.floor_state or None,
        "parcel": None
        if parcel is None
        else {
            "parcel": parcel.parcel,
            "waybill": parcel.waybill,
            "carrier": parcel.carrier_code,
            "shipped_at": plain(parcel.shipped_at),
        },
        "troubles": [
            {"code": each.code, "field": each.field, "blocks": each.blocks}
            for each in detail.exceptions
            if each.is_open
        ],
    }


class OrderTimeline(OrderOne):
    """What happened to it, here and on the floor, oldest first."""

    @described(
        "Read what happened to an order",
        answer={
            "timeline": [
                {
                    "at": datetime, "source": str, "what": str, "who": str, "why": str,
                    "from": str | None, "to": str, "detail": {str: Any},
                }
            ]
        },
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """Who, when, what, why."""
        Query(request, ())
        moments = self.one(number).moments
        return Response(
            {
                "timeline": [
                    {
                        "at": plain(each.at),
                        "source": each.source,
                        "what": each.title,
                        "who": each.who,
                        "why": each.note,
                        "from": each.from_state or None,
                        "to": each.to_state,
                        "detail": dict(each.detail),
                    }
                    for each in moments
                ]
            }
        )


class OrderCancel(OrderOne):
    """{"why": "..."}; with If-Match only as it was seen."""

    permission = roles.ORDERS_EDIT
    http_method_names = ("post", "head", "options")

    @described(
        "Cancel an order",
        body=CANCEL,
        answer={"number": str, "state": ("CANCELLED",), "floor": str | None},
        also=(412,),
        headers=("If-Match",),
        example={"why": "The customer changed their mind"},
    )
    def post(self, request: Request, number: str) -> Response:
        """The floor stops, the stock is free at once."""
        asked = CANCEL.must(request.data)
        seen = seen_version(request)
        return self.once(lambda: self._cancelled(number.upper(), asked["why"], seen))

    def _cancelled(self, name: str, why: str, seen: int | None) -> Response:
        try:
            said = services.cancel(
                numbers=[name], actor=self.caller.actor, why=why, scope=self.scope(),
                check=None if seen is None else lambda: self._still(name, seen),
            )  # fmt: skip
        except OrderRefused as refusal:
            raise Faulty(of_refusal(refusal)) from None
        return Response({"number": name, "state": "CANCELLED", "floor": said[name] or None})

    def _still(self, number: str, seen: int) -> None:
        must_match(seen=seen, now=version_of(order_shown(self.one(number))))


class OrderCancels(Endpoint):
    """{"numbers": ["SO-7", ...], "why": "..."}: each by itself, at most 200."""

    permission = roles.ORDERS_EDIT

    @described(
        "Cancel many orders",
        body=CANCEL_MANY,
        answer=results({"number": str, "state": ("CANCELLED",)}),
        example={"numbers": ["SO-7", "SO-8"], "why": "The shop closed"},
    )
    def post(self, request: Request) -> Response:
        """One that cannot be cancelled stays, the others go."""
        asked = CANCEL_MANY.must(request.data)
        if len(asked["numbers"]) > MOST_CANCELLED:
            raise Faulty(Fault(code="too_many_items", field="numbers", there=MOST_CANCELLED))
        return self.once(lambda: self._cancelled(asked["numbers"], asked["why"]))

    def _cancelled(self, numbers: Sequence[str], why: str) -> Response:
        items = [Item(at, number.upper()) for at, number in enumerate(numbers)]
        ids = [found for item in items if (found := order_id_of(item.body)) is not None]
        said = services.cancel_each(ids=ids, actor=self.caller.actor, why=why, scope=self.scope())
        for item in items:
            if item.body not in said:
                item.refuse(Fault(code="not_found", field="numbers", asked=item.body, status=404))
            elif (refusal := said[item.body]) is not None:
                item.refuse(of_refusal(refusal))
            item.answer = {"number": item.body, "state": "CANCELLED"}
        return answered(items)


class OrderReceiver(Endpoint):
    """{"why": "..."}: name, telephone and address in the clear; the trail says who asked."""

    permission = roles.ORDERS_REVEAL
    # An answer kept under a key would be a receiver in the clear.
    needs_key = False

    @described(
        "Reveal a receiver",
        body=CANCEL,
        answer={**MASKED, "masked_by_platform": bool},
        example={"why": "The carrier asks for the telephone"},
    )
    def post(self, request: Request, number: str) -> Response:
        """Never cached, never stored."""
        asked = CANCEL.must(request.data)
        try:
            with transaction.atomic(durable=True):
                found = services.reveal(
                    number=number.upper(), actor=self.caller.actor, why=asked["why"],
                    scope=self.scope(),
                )  # fmt: skip
        except OrderRefused as refusal:
            raise Faulty(of_refusal(refusal)) from None
        return Response(
            {
                "name": found.name,
                "phone": found.phone,
                "address": found.address,
                "masked_by_platform": found.is_masked,
            },
            headers={"Cache-Control": "no-store"},
        )
