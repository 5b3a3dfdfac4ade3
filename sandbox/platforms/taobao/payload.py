"""Neutral orders as TOP shows them: yuan strings, GMT+8 times, lists wrapped twice, receivers
masked.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.world.money import major
from sandbox.world.orders import Line, Order, Receiver
from sandbox.world.shops import Shop

CHINA_TIME = timezone(timedelta(hours=8))
STATUS = {
    "unpaid": "WAIT_BUYER_PAY",
    "paid": "WAIT_SELLER_SEND_GOODS",
    "partially_shipped": "SELLER_CONSIGNED_PART",
    "shipped": "WAIT_BUYER_CONFIRM_GOODS",
    "cancelled": "TRADE_CLOSED",
}


def stamp(moment: int) -> str:
    """``2026-01-02 03:04:05`` in GMT+8."""
    return f"{datetime.fromtimestamp(moment // 1000, UTC).astimezone(CHINA_TIME):%Y-%m-%d %H:%M:%S}"


def status(order: Order) -> str:
    """The order's main status; closed before paying is another word than closed after."""
    if order.state == "cancelled" and order.paid_ms is None:
        return "TRADE_CLOSED_BY_TAOBAO"
    return STATUS[order.state]


def masked(receiver: Receiver) -> dict[str, str]:
    """Name, telephone and house hidden; the division down to the district stays readable."""
    phone = receiver.phone
    hidden = f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)
    token = hashlib.sha256("|".join((receiver.name, phone, receiver.address)).encode()).digest()
    return {
        "receiver_name": receiver.name[:1] + "**" if receiver.name else "",
        "receiver_mobile": hidden,
        "receiver_state": receiver.province,
        "receiver_city": receiver.city,
        "receiver_district": receiver.district,
        "receiver_address": re.sub(r"\d", "*", receiver.address),
        "receiver_zip": receiver.zip,
        "receiver_country": receiver.country,
        "oaid": base64.b64encode(token).decode(),
    }


def _line(order: Order, line: Line, share: int) -> dict[str, Any]:
    state = status(order)
    if order.state == "partially_shipped":
        state = STATUS["shipped" if line.shipped >= line.quantity else "paid"]
    gone = order.state == "cancelled" and order.paid_ms is not None
    shown: dict[str, Any] = {
        "oid": line.id,
        "num_iid": line.item_id,
        "title": line.title,
        "num": line.quantity,
        "price": major(line.price),
        "total_fee": major(line.amount),
        "payment": major(line.amount),
        "discount_fee": major(line.discount),
        "adjust_fee": "0.00",
        "part_mjz_discount": major(share),
        "divide_order_fee": major(line.amount - share),
        "status": state,
        "refund_status": "SUCCESS" if gone else "NO_REFUND",
        "order_from": "WAP,WAP",
        "seller_type": "B",
        "is_oversold": False,
        "cid": 50010222,
    }
    # Items without SKUs carry their code at the item (platforms.md section 0).
    if line.variant_id:
        shown |= {"sku_id": str(line.variant_id), "outer_sku_id": line.sku}
    else:
        shown |= {"outer_iid": line.sku}
    for parcel in order.parcels:
        if str(line.id) in parcel.lines:
            shown |= {
                "logistics_company": parcel.company,
                "invoice_no": parcel.tracking,
                "consign_time": stamp(parcel.at_ms),
            }
    return shown


def _state(order: Order) -> dict[str, Any]:
    """What a change of state adds."""
    more: dict[str, Any] = {"status": status(order), "modified": stamp(order.modified_ms)}
    if order.shipped_ms:
        more["consign_time"] = stamp(order.shipped_ms)
    if order.cancelled_ms:
        more["end_time"] = stamp(order.cancelled_ms)
    return more


def trade(shop: Shop, order: Order) -> dict[str, Any]:
    """A trade without receiver and promotions, as lists show it; fed trades as they were fed."""
    if order.raw is not None:
        changed = order.parcels or order.cancelled_ms
        return {**order.raw, **(_state(order) if changed else {})}
    shares = order.shares()
    shown = {
        "tid": int(order.number),
        "title": shop.seller_nick,
        "seller_nick": shop.seller_nick,
        "buyer_nick": order.buyer,
        "type": "fixed",
        "created": stamp(order.placed_ms),
        "total_fee": major(sum(line.price * line.quantity for line in order.lines)),
        "discount_fee": major(order.discount),
        "adjust_fee": "0.00",
        "post_fee": major(order.freight),
        "payment": major(order.payable),
        "received_payment": "0.00",
        "buyer_message": order.note,
        "seller_memo": order.memo,
        "seller_flag": 1 if order.memo else 0,
        "shipping_type": "express",
        "trade_from": "WAP,WAP",
        "is_part_consign": order.state == "partially_shipped",
        "orders": {
            "order": [
                _line(order, line, share) for line, share in zip(order.lines, shares, strict=True)
            ]
        },
        **_state(order),
    }
    if order.paid_ms is not None:
        shown["pay_time"] = stamp(order.paid_ms)
    return shown


def full(shop: Shop, order: Order) -> dict[str, Any]:
    """A trade with everything, as ``taobao.trade.fullinfo.get`` shows it."""
    shown = trade(shop, order)
    if order.raw is not None:
        return shown
    if order.receiver is not None:
        shown |= masked(order.receiver)
    if order.discount:
        detail = {
            "id": int(order.number),
            "promotion_name": "店铺满减",
            "promotion_id": f"shopbonus-{order.id}",
            "promotion_desc": f"店铺满减:省{major(order.discount)}元",
            "discount_fee": major(order.discount),
        }
        shown["promotion_details"] = {"promotion_detail": [detail]}
    return shown


def only(shown: dict[str, Any], fields: str) -> dict[str, Any]:
    """The wanted columns; ``orders.oid`` brings whole lines. What TOP does with odd lists is
    lenient too.
    """
    names = {name.strip().split(".")[0] for name in fields.split(",") if name.strip()}
    kept = {name: value for name, value in shown.items() if name in names}
    return {"tid": shown.get("tid"), **kept}


def sku(listing: sqlite3.Row) -> dict[str, Any]:
    """One SKU of an item."""
    return {
        "sku_id": listing["variant_id"],
        "num_iid": listing["item_id"],
        "outer_id": listing["sku"],
        "quantity": listing["stock"],
        "price": major(listing["price"]),
        "status": "normal",
        "properties_name": "",
    }


def item(listings: list[sqlite3.Row]) -> dict[str, Any]:
    """One item; its number on sale is the sum over its SKUs."""
    first = listings[0]
    return {
        "num_iid": first["item_id"],
        "title": first["title"],
        "outer_id": first["sku"] if not first["variant_id"] else f"ITEM-{first['item_id']}",
        "num": sum(one["stock"] for one in listings),
        "price": major(first["price"]),
        "approve_status": "onsale",
    }
