"""Shopify orders found in payload files."""

from __future__ import annotations

import json
from typing import Any

from sandbox.world.money import rough, whole
from sandbox.world.orders import Line
from sandbox.world.platform import Fed, Message
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop


def feed(shop: Shop, data: Any) -> list[Fed]:
    """The orders in a file: an order, a list of orders, or either in its envelope.

    Raises:
        Refused: it is something else.
    """
    del shop
    if isinstance(data, dict) and isinstance(data.get("order"), dict):
        found = [data["order"]]
    elif isinstance(data, dict) and isinstance(data.get("orders"), list):
        found = data["orders"]
    elif isinstance(data, dict) and "line_items" in data and "order_id" not in data:
        found = [data]
    else:
        keys = ", ".join(list(data)[:5]) if isinstance(data, dict) else type(data).__name__
        raise Refused("not_an_order", f"not a Shopify order (holds {keys})")
    return [_one(order) for order in found]


def _one(order: Any) -> Fed:
    number = order.get("id") if isinstance(order, dict) else None
    if not str(number or "").isdigit():
        raise Refused("not_an_order", "a Shopify order has a numeric id")
    body = json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
    return Fed(str(number), order, Message("orders/create", body))


def lines(raw: dict[str, Any]) -> list[Line]:
    """The lines of a fed order, as far as they can be read."""
    rows = raw.get("line_items")
    return [
        Line(
            id=whole(row.get("id")),
            sku=str(row.get("sku") or ""),
            item_id=whole(row.get("product_id")),
            variant_id=whole(row.get("variant_id")),
            title=str(row.get("title") or ""),
            quantity=whole(row.get("quantity")),
            price=rough(row.get("price")),
        )
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
