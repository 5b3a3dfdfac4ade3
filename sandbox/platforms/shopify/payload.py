"""Neutral orders as the Admin API shows them (field list: platforms.md section 6 and official
fixtures).
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.world.money import major
from sandbox.world.orders import Line, Order, Parcel, Receiver
from sandbox.world.shops import Shop

# Shops show their own zone; this one lives in New York's winter.
ZONE = timezone(timedelta(hours=-5))
INVENTORY_OFFSET = 40_000_000_000_000
FULFILLMENT_OFFSET = 1_000_000_000_000


def stamp(moment: int | None) -> str | None:
    """``2026-01-02T03:04:05-05:00``; whole seconds, as Shopify has them."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment // 1000, UTC).astimezone(ZONE).isoformat()


def inventory_item_id(listing: sqlite3.Row) -> int:
    """The inventory item behind a variant."""
    return int(listing["variant_id"]) + INVENTORY_OFFSET


def money_set(amount: int, currency: str) -> dict[str, Any]:
    """An amount in the shop's and the buyer's money, which are the same here."""
    both = {"amount": major(amount), "currency_code": currency}
    return {"shop_money": dict(both), "presentment_money": dict(both)}


def address(receiver: Receiver) -> dict[str, Any]:
    """A shipping address; Chinese districts stand in ``address2``."""
    first, _, last = receiver.name.partition(" ")
    if not last:
        first, last = receiver.name[1:], receiver.name[:1]
    return {
        "first_name": first,
        "last_name": last,
        "name": receiver.name,
        "company": None,
        "phone": receiver.phone,
        "address1": receiver.address,
        "address2": receiver.district,
        "city": receiver.city,
        "province": receiver.province,
        "province_code": receiver.province_code or None,
        "zip": receiver.zip,
        "country": receiver.country,
        "country_code": receiver.country_code,
        "latitude": None,
        "longitude": None,
    }


def _line(order: Order, line: Line, share: int) -> dict[str, Any]:
    left = 0 if order.cancelled_ms else line.quantity - line.shipped
    state = None if not line.shipped else "fulfilled" if left <= 0 else "partial"
    return {
        "id": line.id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line.id}",
        "variant_id": line.variant_id or None,
        "product_id": line.item_id,
        "sku": line.sku,
        "title": line.title,
        "name": line.title,
        "variant_title": None,
        "vendor": None,
        "quantity": line.quantity,
        "current_quantity": 0 if order.cancelled_ms else line.quantity,
        "fulfillable_quantity": max(0, left),
        "fulfillment_status": state,
        "fulfillment_service": "manual",
        "grams": 200,
        "price": major(line.price),
        "price_set": money_set(line.price, order.currency),
        "total_discount": major(0),
        "discount_allocations": [
            {
                "amount": major(amount),
                "amount_set": money_set(amount, order.currency),
                "discount_application_index": index,
            }
            for index, amount in enumerate((line.discount, share))
            if amount
        ],
        "tax_lines": [],
        "taxable": False,
        "requires_shipping": True,
        "gift_card": False,
        "product_exists": True,
        "properties": [],
        "variant_inventory_management": "shopify",
    }


def fulfillment(order: Order, parcel: Parcel, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """One accepted shipment."""
    return {
        "id": parcel.id,
        "order_id": int(order.number),
        "status": "success",
        "service": "manual",
        "created_at": stamp(parcel.at_ms),
        "updated_at": stamp(parcel.at_ms),
        "tracking_company": parcel.company or None,
        "tracking_number": parcel.tracking,
        "tracking_numbers": [parcel.tracking],
        "tracking_url": None,
        "tracking_urls": [],
        "shipment_status": None,
        "name": f"{_name(order)}.{order.parcels.index(parcel) + 1}",
        "line_items": [
            {**line, "quantity": parcel.lines[str(line["id"])]}
            for line in lines
            if str(line["id"]) in parcel.lines
        ],
    }


def _name(order: Order) -> str:
    return f"#{1000 + order.id}"


def _amounts(order: Order) -> dict[str, Any]:
    cut = order.discount + sum(line.discount for line in order.lines)
    gross = sum(line.price * line.quantity for line in order.lines)
    currency, goods = order.currency, order.goods - order.discount
    return {
        "currency": currency,
        "presentment_currency": currency,
        "total_line_items_price": major(gross),
        "total_discounts": major(cut),
        "total_discounts_set": money_set(cut, currency),
        "subtotal_price": major(goods),
        "subtotal_price_set": money_set(goods, currency),
        "current_subtotal_price": major(0 if order.cancelled_ms else goods),
        "total_tax": "0.00",
        "tax_lines": [],
        "taxes_included": False,
        "total_shipping_price_set": money_set(order.freight, currency),
        "total_price": major(order.payable),
        "total_price_set": money_set(order.payable, currency),
        "current_total_price": major(0 if order.cancelled_ms else order.payable),
        "shipping_lines": [
            {
                "id": order.id + 3_000_000_000_000,
                "code": "Standard" if order.freight else "Free Shipping",
                "title": "Standard" if order.freight else "Free Shipping",
                "price": major(order.freight),
                "source": "shopify",
            }
        ],
    }


def order(shop: Shop, one: Order) -> dict[str, Any]:
    """An order as ``orders/<id>.json`` shows it; fed orders as they were fed."""
    if one.raw is not None:
        return _fed(one)
    shares = one.shares()
    lines = [_line(one, line, share) for line, share in zip(one.lines, shares, strict=True)]
    place = address(one.receiver) if one.receiver else None
    mail = f"{one.buyer.encode().hex()[:12]}@example.com"
    financial = "paid" if one.state != "unpaid" else "pending"
    if one.state == "cancelled":
        financial = "refunded" if one.paid_ms else "voided"
    return {
        "id": int(one.number),
        "admin_graphql_api_id": f"gid://shopify/Order/{one.number}",
        "name": _name(one),
        "number": one.id,
        "order_number": 1000 + one.id,
        "created_at": stamp(one.placed_ms),
        "processed_at": stamp(one.placed_ms),
        "updated_at": stamp(one.modified_ms),
        "closed_at": stamp(one.shipped_ms) if one.state == "shipped" else None,
        "cancelled_at": stamp(one.cancelled_ms),
        "cancel_reason": "customer" if one.cancelled_ms else None,
        "financial_status": financial,
        "fulfillment_status": {"shipped": "fulfilled", "partially_shipped": "partial"}.get(
            one.state
        ),
        "confirmed": True,
        "test": False,
        "email": mail,
        "phone": None,
        "note": one.note or None,
        "note_attributes": [{"name": "memo", "value": one.memo}] if one.memo else [],
        "tags": "",
        "source_name": "web",
        "gateway": "bogus",
        "location_id": None,
        **_amounts(one),
        "discount_codes": [],
        "line_items": lines,
        "shipping_address": place,
        "billing_address": place,
        "customer": {"id": 2_000_000_000_000 + one.id, "email": mail, "first_name": one.buyer},
        "fulfillments": [fulfillment(one, parcel, lines) for parcel in one.parcels],
        "refunds": [],
    }


def _fed(one: Order) -> dict[str, Any]:
    """What was fed, untouched until something happened to it here."""
    raw = dict(one.raw or {})
    if one.cancelled_ms:
        raw |= {"cancelled_at": stamp(one.cancelled_ms), "cancel_reason": "customer"}
    if one.parcels:
        raw["fulfillment_status"] = "fulfilled" if one.state == "shipped" else "partial"
        lines = [line for line in raw.get("line_items", []) if isinstance(line, dict)]
        mine = [fulfillment(one, parcel, lines) for parcel in one.parcels]
        raw["fulfillments"] = [*(raw.get("fulfillments") or []), *mine]
    if one.cancelled_ms or one.parcels:
        raw["updated_at"] = stamp(one.modified_ms)
    return raw


def variant(listing: sqlite3.Row) -> dict[str, Any]:
    """A variant; its ``inventory_item_id`` is where stock is set."""
    return {
        "id": listing["variant_id"],
        "product_id": listing["item_id"],
        "title": "Default Title",
        "price": major(listing["price"]),
        "sku": listing["sku"],
        "position": 1,
        "inventory_policy": "deny",
        "inventory_management": "shopify",
        "inventory_item_id": inventory_item_id(listing),
        "inventory_quantity": listing["stock"],
        "requires_shipping": True,
        "grams": 200,
        "barcode": None,
    }


def product(listings: list[sqlite3.Row]) -> dict[str, Any]:
    """A product with its variants."""
    first = listings[0]
    return {
        "id": first["item_id"],
        "title": first["title"],
        "status": "active",
        "vendor": "sandbox",
        "product_type": "",
        "variants": [
            {**variant(one), "position": position} for position, one in enumerate(listings, 1)
        ],
    }


def location(shop: Shop) -> dict[str, Any]:
    """The shop's one location."""
    return {
        "id": shop.location_id,
        "name": "Warehouse",
        "active": True,
        "legacy": False,
        "country": "US",
        "country_code": "US",
        "country_name": "United States",
        "created_at": "2025-01-01T00:00:00-05:00",
        "updated_at": "2025-01-01T00:00:00-05:00",
    }


def level(shop: Shop, listing: sqlite3.Row, available: int) -> dict[str, Any]:
    """How many of an inventory item lie at the location."""
    moment = listing["told_ms"]
    return {
        "inventory_item_id": inventory_item_id(listing),
        "location_id": shop.location_id,
        "available": available,
        "updated_at": stamp(moment) or "2025-01-01T00:00:00-05:00",
    }


def fulfillment_order(shop: Shop, one: Order) -> dict[str, Any]:
    """What is to be sent from the location; ids are the order's and its lines' plus an offset."""
    status = {"shipped": "closed", "cancelled": "cancelled"}.get(one.state, "open")
    if one.state == "partially_shipped":
        status = "in_progress"
    return {
        "id": int(one.number) + FULFILLMENT_OFFSET,
        "order_id": int(one.number),
        "shop_id": shop.user_id,
        "assigned_location_id": shop.location_id,
        "status": status,
        "request_status": "unsubmitted",
        "supported_actions": ["create_fulfillment"] if status in ("open", "in_progress") else [],
        "fulfill_at": None,
        "fulfillment_holds": [],
        "line_items": [
            {
                "id": line.id + FULFILLMENT_OFFSET,
                "shop_id": shop.user_id,
                "fulfillment_order_id": int(one.number) + FULFILLMENT_OFFSET,
                "quantity": line.quantity,
                "line_item_id": line.id,
                "variant_id": line.variant_id or None,
                "inventory_item_id": line.variant_id + INVENTORY_OFFSET,
                "fulfillable_quantity": 0
                if one.state == "cancelled"
                else max(0, line.quantity - line.shipped),
            }
            for line in one.lines
        ],
    }
