"""What platforms tell us: drafts as connectors would build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from inventory import selectors as stock
from oms import services as orders
from oms.drafts import Accepted, LineDraft, OrderDraft, ReceiverDraft
from oms.models import Order, OrderException
from tests import given

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
LI = ReceiverDraft(
    name="李雷", phone="13812345678", country="CN", province="浙江省", city="杭州市",
    district="余杭区", address="文一西路969号",
)  # fmt: skip


def line(code: str = "TEA", qty: int = 1, *, name: str = "", **more: Any) -> LineDraft:
    """One line at 10.00 a piece; the SKU is built when it is missing."""
    more.setdefault("sku_id", given.sku(code) if code else None)
    more.setdefault("unit_price", Decimal("10.00"))
    more.setdefault("amount", more["unit_price"] * qty - more.get("discount", 0))
    return LineDraft(
        platform_line_id=name or f"L-{code}", platform_sku_id=f"P-{code}", outer_code=code,
        title=code.title(), qty=qty, **more,
    )  # fmt: skip


def draft(
    number: str = "T1", *lines: LineDraft, state: str = "paid", minutes: int = 0, **more: Any
) -> OrderDraft:
    """An order of shop 1, told so many minutes after noon; amounts add up unless given."""
    lines = lines or (line(),)
    goods = sum((row.unit_price * row.qty for row in lines), Decimal(0))
    off = sum((row.discount for row in lines), Decimal(0))
    more.setdefault("goods_amount", goods)
    more.setdefault("discount", off)
    more.setdefault("total", more["goods_amount"] - more["discount"])
    more.setdefault("receiver", LI)
    more.setdefault("paid_at", NOON if state not in ("pending_payment", "deposit_paid") else None)
    return OrderDraft(
        shop_id=more.pop("shop_id", 1), platform=more.pop("platform", "taobao"), number=number,
        state=state, lines=lines, placed_at=NOON, modified_at=NOON + timedelta(minutes=minutes),
        **more,
    )  # fmt: skip


def moved(told: OrderDraft, *, minutes: int = 1, **changes: Any) -> OrderDraft:
    """A later version of the same order."""
    return replace(told, modified_at=told.modified_at + timedelta(minutes=minutes), **changes)


def accept(*drafts: OrderDraft) -> list[Accepted]:
    """Take them in, in one transaction like the inbox does."""
    with transaction.atomic():
        return orders.accept(drafts)


def the(number: str = "T1", shop_id: int = 1) -> Order:
    """The order as the database has it now."""
    return Order.objects.get(shop_id=shop_id, platform_number=number)


def open_codes(number: str = "T1") -> set[tuple[str, str]]:
    """Open exceptions of an order: code and field."""
    rows = OrderException.objects.filter(order__platform_number=number, state="OPEN")
    return set(rows.values_list("code", "field"))


def held(document: str) -> dict[str, int]:
    """Units held for a document, by SKU code."""
    rows = stock.held_units(documents=[document])
    names = stock.skus([row.sku_id for row in rows])
    return {names[row.sku_id].code: row.qty for row in rows if row.qty}


def states(numbers: Sequence[str]) -> list[str]:
    """State of each order."""
    return [str(the(number).state) for number in numbers]
