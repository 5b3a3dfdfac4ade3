"""Orders that programs hand in themselves: our own neutral body to the neutral order. Pure, total.

The body was read strictly at the door; whoever changes it later in the inbox finds its oddities
named, like those of any platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from channels_sync.connectors.interface import ParseError
from channels_sync.connectors.reading import Reader, as_moment, mark
from oms import drafts
from oms.drafts import LineDraft, OrderDraft, Problem, ReceiverDraft

PLATFORM = "api"
CENT = Decimal("0.01")
# Filled in at the door when they are missing.
_CLOCKS = ("placed_at", "modified_at")


def modified_at_of(payload: Mapping[str, Any]) -> datetime | None:
    """When whoever handed it in changed it."""
    return as_moment(payload.get("modified_at"), zone=None)


def mark_of(payload: Mapping[str, Any]) -> str:
    """A digest of everything but when it was told: the same order again is no news."""
    return mark([[name, payload[name]] for name in sorted(payload) if name not in _CLOCKS])


def parse(payload: object, *, shop_id: int, currency: str) -> OrderDraft:
    """The order of a body.

    What is not said is added up: goods from the lines, the total from goods, discount, freight
    and tax; a paid order is paid in full.

    Raises:
        ParseError: no object, or no number.
    """
    if not isinstance(payload, dict):
        raise ParseError("not_an_object", "$", "an object was expected")
    problems: list[Problem] = []
    top = Reader(payload, "", problems)
    number = top.text("number")
    if not number:
        raise ParseError("no_number", "number", "an order needs a number")
    lines = tuple(_line(row, at) for at, row in enumerate(top.rows("lines")))
    goods = sum((line.unit_price * line.qty for line in lines), Decimal(0)).quantize(CENT)
    shares = sum((line.discount for line in lines), Decimal(0))
    discount = top.money("discount") if top.has("discount") else shares
    freight, tax = top.money("freight"), top.money("tax")
    total = top.money("total") if top.has("total") else goods - discount + freight + tax
    placed = top.moment("placed_at")
    modified = top.moment("modified_at") or placed
    if placed is None or modified is None:
        raise ParseError("no_time", "placed_at", "an order needs the moment it was placed")
    state = top.text("state") or drafts.PAID
    is_paid = state not in (drafts.PENDING_PAYMENT, drafts.DEPOSIT_PAID)
    return OrderDraft(
        shop_id=shop_id,
        platform=PLATFORM,
        number=number,
        state=state,
        lines=lines,
        placed_at=placed,
        modified_at=modified,
        paid_at=top.moment("paid_at") or (placed if is_paid else None),
        currency=top.text("currency") or currency,
        goods_amount=goods,
        discount=discount,
        freight=freight,
        tax=tax,
        total=total,
        paid=top.money("paid") if top.has("paid") else (total if is_paid else Decimal(0)),
        buyer=top.text("buyer"),
        buyer_note=top.text("buyer_note"),
        seller_note=top.text("seller_note"),
        receiver=_receiver(top.inner("receiver")),
        problems=tuple(problems),
    )


def _line(row: Reader, at: int) -> LineDraft:
    qty, price, discount = row.qty("qty"), row.money("price"), row.money("discount")
    return LineDraft(
        platform_line_id=row.text("line") or str(at + 1),
        qty=qty,
        outer_code=row.text("sku"),
        title=row.text("title", "sku"),
        unit_price=price,
        discount=discount,
        amount=(price * qty - discount).quantize(CENT),
    )


def _receiver(node: Reader | None) -> ReceiverDraft | None:
    if node is None:
        return None
    return ReceiverDraft(
        name=node.text("name"), phone=node.text("phone"), country=node.text("country"),
        province=node.text("province"), city=node.text("city"), district=node.text("district"),
        town=node.text("town"), address=node.text("address"), postcode=node.text("postcode"),
    )  # fmt: skip
