"""``POST fulfillments.json``: what of which fulfilment orders went out, under which tracking
number.
"""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shopify.payload import FULFILLMENT_OFFSET
from sandbox.world import orders, selling
from sandbox.world.orders import Order, Parcel
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop


class Unprocessable(Exception):
    """422 with the platform's words."""


def create(shop: Shop, body: Any) -> tuple[Order, Parcel]:
    """Ship what the request names.

    Raises:
        Unprocessable: unknown, cancelled or already fulfilled, or a malformed request.
    """
    given = body.get("fulfillment") if isinstance(body, dict) else None
    wanted = given.get("line_items_by_fulfillment_order") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(wanted, list) or len(wanted) != 1:
        raise Unprocessable("line_items_by_fulfillment_order must name one fulfillment order")
    one = wanted[0] if isinstance(wanted[0], dict) else {}
    tracking = given.get("tracking_info")
    tracking = tracking if isinstance(tracking, dict) else {}
    number, company = str(tracking.get("number") or ""), str(tracking.get("company") or "")
    order_id = _whole(one.get("fulfillment_order_id")) - FULFILLMENT_OFFSET
    order = orders.by_number(shop=shop.code, number=str(order_id))
    if order is None:
        selling.record_shipment(
            shop=shop.code, number=str(order_id), tracking=number, company=company, why="unknown"
        )
        raise Unprocessable(f"Fulfillment order {one.get('fulfillment_order_id')} does not exist.")
    try:
        parcel = selling.ship(order, tracking=number, company=company, units=_units(one))
    except Refused as refused:
        raise Unprocessable(_WORDS.get(refused.code, refused.message)) from refused
    return orders.by_id(order.id) or order, parcel


_WORDS = {
    "already_shipped": "Fulfillment order has already been fulfilled (closed).",
    "cancelled": "Fulfillment order is cancelled and cannot be fulfilled.",
    "bad_lines": "Invalid fulfillment order line item quantity requested.",
}


def _whole(value: object) -> int:
    text = str(value).rsplit("/", 1)[-1]
    return int(text) if text.isdigit() else 0


def _units(one: dict[str, Any]) -> dict[int, int] | None:
    lines = one.get("fulfillment_order_line_items")
    if not lines:
        return None
    units: dict[int, int] = {}
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, dict):
            line_id = _whole(line.get("id")) - FULFILLMENT_OFFSET
            units[line_id] = units.get(line_id, 0) + _whole(line.get("quantity"))
    return units
