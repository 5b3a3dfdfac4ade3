"""Shopify's order JSON to the neutral order. Pure and total.

Source: Admin API 2026-07 order resource (REST), field by field in the official fixtures.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from channels_sync.connectors.interface import ParseError, ShopAccess
from channels_sync.connectors.reading import Reader, as_moment, clean, facts, mark
from oms import drafts
from oms.drafts import LineDraft, OrderDraft, Problem, ReceiverDraft

# Nothing shipped yet: what the money says. An authorised card may still be voided, so it waits.
BY_MONEY = {
    "pending": drafts.PENDING_PAYMENT,
    "authorized": drafts.HOLD,
    "partially_paid": drafts.DEPOSIT_PAID,
    "paid": drafts.PAID,
    "partially_refunded": drafts.PAID,
    "refunded": drafts.CANCELLED,
    "voided": drafts.CANCELLED,
}
PAID_STATUSES = ("paid", "partially_refunded", "refunded")
_MARKED = (
    "cancelled_at", "closed_at", "financial_status", "fulfillment_status", "total_price",
    "current_total_price", "note", "tags", "test",
)  # fmt: skip
_MARKED_LINE = ("id", "quantity", "current_quantity", "price", "sku", "fulfillment_status")
_MARKED_ADDRESS = ("name", "phone", "address1", "address2", "city", "province", "zip", "country")


def orders_in(payload: object) -> list[dict[str, Any]]:
    """The order objects of a payload: one order, `{"order": ...}` or `{"orders": [...]}`.

    Raises:
        ParseError: not an object, an error answer, or something else than orders.
    """
    if not isinstance(payload, dict):
        raise ParseError("not_an_object", "$", f"an object was expected, not {_kind(payload)}")
    if "errors" in payload and "id" not in payload:
        raise ParseError("platform_error", "errors", "this is an error answer, not an order")
    if isinstance(payload.get("order"), dict):
        return [payload["order"]]
    if isinstance(payload.get("orders"), list):
        found = payload["orders"]
        for position, row in enumerate(found):
            if not isinstance(row, dict):
                raise ParseError("not_an_object", f"orders[{position}]", "an order is an object")
        return list(found)
    if "line_items" in payload or "financial_status" in payload:
        return [payload]
    names = ", ".join(sorted(clean(str(name))[:40] for name in payload)[:5]) or "nothing"
    raise ParseError("not_an_order", "$", f"no order in here, only: {names}")


def number_of(order: dict[str, Any]) -> str:
    """The id the API calls the order by.

    Raises:
        ParseError: there is none.
    """
    number = Reader(order, "", []).text("id")
    if not number or len(number) > 64:
        raise ParseError("number_missing", "id", "the order has no id")
    return number


def mark_of(order: dict[str, Any]) -> str:
    """A digest of what matters, the same for a webhook and for a list row."""
    lines = order.get("line_items")
    address = order.get("shipping_address")
    return mark([
        facts(order, _MARKED),
        [facts(line, _MARKED_LINE) for line in lines if isinstance(line, dict)]
        if isinstance(lines, list) else [],
        facts(address, _MARKED_ADDRESS) if isinstance(address, dict) else [],
    ])  # fmt: skip


def modified_at_of(order: dict[str, Any]) -> datetime | None:
    """When Shopify last touched it."""
    return as_moment(order.get("updated_at"), zone=None)


def parse(payload: object, shop: ShopAccess) -> OrderDraft:
    """The one order in `payload`.

    Raises:
        ParseError: no order, several, without id or without any time.
    """
    found = orders_in(payload)
    if len(found) != 1:
        raise ParseError("several_orders", "orders", f"{len(found)} orders instead of one")
    return parse_order(found[0], shop)


def parse_order(order: dict[str, Any], shop: ShopAccess) -> OrderDraft:
    """The neutral order; whatever is odd in it is in `problems`.

    Raises:
        ParseError: without id or without any time.
    """
    problems: list[Problem] = []
    reader = Reader(order, "", problems)
    number = number_of(order)
    created, processed = reader.moment("created_at"), reader.moment("processed_at")
    modified = reader.moment("updated_at")
    if modified is None and not reader.has("updated_at"):
        reader.odd("time_missing", "updated_at")
    newest, placed = modified or created or processed, created or processed or modified
    if newest is None or placed is None:
        raise ParseError("time_missing", "updated_at", "the order tells no time")
    lines = _lines(reader)
    money = _money(reader, lines)
    state = _state(reader)
    is_paid = order.get("financial_status") in PAID_STATUSES
    return OrderDraft(
        shop_id=shop.shop_id,
        platform="shopify",
        number=number,
        state=state,
        lines=tuple(lines),
        currency=(reader.text("currency") or shop.currency)[:3].upper(),
        goods_amount=money.goods,
        discount=money.discount,
        freight=money.freight,
        tax=money.tax,
        total=money.total,
        paid=_paid(reader, money.total, is_paid),
        buyer=_buyer(reader),
        buyer_note=reader.text("note"),
        seller_note=reader.text("tags"),
        receiver=_receiver(reader),
        placed_at=placed,
        paid_at=(processed or created) if is_paid else None,
        modified_at=newest,
        version=f"{newest.isoformat()}/{mark_of(order)}",
        problems=tuple(problems),
    )


def _state(order: Reader) -> str:
    money, shipped = order.text("financial_status"), order.text("fulfillment_status")
    if order.has("cancelled_at"):
        return drafts.CANCELLED
    if order.node.get("test") is True:
        order.odd("test_order", "test", "placed with a test payment")
        return drafts.HOLD
    if shipped == "fulfilled":
        return drafts.COMPLETED if order.has("closed_at") else drafts.SHIPPED
    if shipped == "partial":
        return drafts.PARTIALLY_SHIPPED
    if shipped == "restocked":
        return drafts.CANCELLED
    if shipped not in ("", "unfulfilled"):
        order.odd("unknown_state", "fulfillment_status", shipped[:60])
        return drafts.HOLD
    if money not in BY_MONEY:
        order.odd("unknown_state", "financial_status", money[:60] or "missing")
        return drafts.HOLD
    return BY_MONEY[money]


def _lines(order: Reader) -> list[LineDraft]:
    lines: list[LineDraft] = []
    seen: set[str] = set()
    for row in order.rows("line_items", shown_as="lines"):
        line_id = row.text("id")
        if not line_id:
            row.odd("line_id_missing", "id")
            line_id = f"line-{len(lines) + 1}"
        if line_id in seen:
            order.problems.append(Problem("duplicate_line", row.where, line_id[:60]))
        seen.add(line_id)
        lines.append(_line(row, line_id, cancelled=order.has("cancelled_at")))
    if not lines:
        order.odd("missing_lines", "lines")
    return lines


def _line(row: Reader, line_id: str, *, cancelled: bool) -> LineDraft:
    ordered = row.qty("quantity")
    qty, refund = ordered, drafts.REFUND_NONE
    # A cancelled order keeps its lines as they were ordered.
    current = None if cancelled else row.node.get("current_quantity")
    if isinstance(current, int) and not isinstance(current, bool) and 0 <= current < ordered:
        # The shop took units off the order after it was placed.
        qty, refund = (current, refund) if current else (ordered, drafts.REFUNDED)
    price = row.money("price", required=True)
    shares = row.rows("discount_allocations")
    discount = (
        sum((share.money("amount") for share in shares), Decimal("0.00"))
        if shares
        else row.money("total_discount")
    )
    if qty != ordered and ordered > 0:
        discount = (discount * qty / ordered).quantize(Decimal("0.01"))
    return LineDraft(
        platform_line_id=line_id[:64],
        platform_item_id=row.text("product_id")[:64],
        platform_sku_id=row.text("variant_id")[:64],
        outer_code=row.text("sku")[:64],
        title=row.text("name", "title")[:300],
        qty=qty,
        unit_price=price,
        discount=discount,
        amount=price * qty - discount,
        refund=refund,
        status=drafts.SHIPPED if row.text("fulfillment_status") == "fulfilled" else "",
    )


class _Money(NamedTuple):
    goods: Decimal
    discount: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal


def _money(order: Reader, lines: list[LineDraft]) -> _Money:
    """Totals as told; Shopify keeps edited orders' figures in `current_...`."""
    edited = not order.has("cancelled_at") and any(
        row.node.get("current_quantity") not in (None, row.node.get("quantity"))
        for row in Reader(order.node, "", []).rows("line_items")
    )
    before = "current_" if edited and order.has("current_total_price") else ""
    goods = sum((line.unit_price * line.qty for line in lines), Decimal("0.00"))
    discount = sum((line.discount for line in lines), Decimal("0.00"))
    if not discount:
        discount = order.money(f"{before}total_discounts")
    if edited:  # what was taken off the order is no longer owed
        discount += sum(
            (line.amount for line in lines if line.refund == drafts.REFUNDED), Decimal("0.00")
        )
    freight = Decimal("0.00")
    for row in order.rows("shipping_lines"):
        freight += row.money("price")
        freight -= sum((part.money("amount") for part in row.rows("discount_allocations")), 0)
    tax = Decimal("0.00")
    if order.node.get("taxes_included") is not True:
        tax += order.money(f"{before}total_tax")
    tax += order.money("total_tip_received")
    total = order.money(f"{before}total_price", required=True)
    return _Money(goods, discount, freight, tax, total)


def _paid(order: Reader, total: Decimal, is_paid: bool) -> Decimal:
    if order.has("total_outstanding"):
        return max(total - order.money("total_outstanding"), Decimal("0.00"))
    return total if is_paid else Decimal("0.00")


def _buyer(order: Reader) -> str:
    customer = order.inner("customer")
    if customer is not None:
        name = f"{customer.text('first_name')} {customer.text('last_name')}".strip()
        if name:
            return name[:200]
    return order.text("email", "contact_email")[:200]


def _receiver(order: Reader) -> ReceiverDraft | None:
    address = order.inner("shipping_address")
    if address is None:
        rows = Reader(order.node, "", []).rows("line_items")
        if any(row.node.get("requires_shipping") is not False for row in rows) or not rows:
            order.odd("missing_receiver", "receiver", "no shipping_address")
        return None
    names = f"{address.text('first_name')} {address.text('last_name')}".strip()
    return ReceiverDraft(
        name=address.text("name") or names,
        phone=address.text("phone") or order.text("phone"),
        country=address.text("country_code", "country"),
        province=address.text("province", "province_code"),
        city=address.text("city"),
        address=" ".join(filter(None, [address.text("address1"), address.text("address2")])),
        postcode=address.text("zip"),
        latitude=address.number("latitude", -90, 90),
        longitude=address.number("longitude", -180, 180),
    )


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
