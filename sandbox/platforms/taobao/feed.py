"""TOP payloads found in files: a full trade, an increment list, a TMC message."""

from __future__ import annotations

import json
from typing import Any

from sandbox.platforms.taobao import pushes
from sandbox.world.money import rough, whole
from sandbox.world.orders import Line
from sandbox.world.platform import Fed, Message
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop


def feed(shop: Shop, data: Any) -> list[Fed]:
    """The trades and messages in a file.

    Raises:
        Refused: it is something else.
    """
    if isinstance(data, dict):
        if "topic" in data and "content" in data:
            return [_message(data)]
        full = data.get("trade_fullinfo_get_response")
        if isinstance(full, dict) and isinstance(full.get("trade"), dict):
            return [_trade(shop, full["trade"])]
        part = data.get("trades_sold_increment_get_response")
        if isinstance(part, dict):
            trades = part.get("trades")
            rows = trades.get("trade") if isinstance(trades, dict) else None
            return [_trade(shop, row) for row in rows or []]
        if "tid" in data and "orders" in data:
            return [_trade(shop, data)]
    keys = ", ".join(list(data)[:5]) if isinstance(data, dict) else type(data).__name__
    raise Refused("not_an_order", f"not a trade or TMC message (holds {keys})")


def _trade(shop: Shop, trade: Any) -> Fed:
    number = str(trade.get("tid") or "") if isinstance(trade, dict) else ""
    if not number.isdigit():
        raise Refused("not_an_order", "a trade has a numeric tid")
    content = {
        "buyer_nick": trade.get("buyer_nick", ""),
        "payment": trade.get("payment", ""),
        "tid": int(number),
        "oid": int(number),
        "seller_nick": shop.seller_nick,
        "type": "guarantee_trade",
    }
    return Fed(number, trade, pushes.message(shop, "taobao_trade_TradeBuyerPay", content))


def _message(data: dict[str, Any]) -> Fed:
    try:
        content = json.loads(str(data["content"]))
        number = str(content["tid"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused("not_an_order", "a TMC message whose content has no tid") from wrong
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Fed(number, None, Message(str(data["topic"]), body))


def lines(raw: dict[str, Any]) -> list[Line]:
    """The lines of a fed trade, as far as they can be read."""
    wrapped = raw.get("orders")
    rows = wrapped.get("order") if isinstance(wrapped, dict) else None
    return [
        Line(
            id=whole(row.get("oid")),
            sku=str(row.get("outer_sku_id") or row.get("outer_iid") or ""),
            item_id=whole(row.get("num_iid")),
            variant_id=whole(row.get("sku_id")),
            title=str(row.get("title") or ""),
            quantity=whole(row.get("num")),
            price=rough(row.get("price")),
        )
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]
