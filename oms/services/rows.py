"""From drafts to rows: what is kept of a platform's words, and what is impossible about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from oms import drafts
from oms.drafts import LineDraft, OrderDraft, ReceiverDraft
from oms.facts import Finding
from oms.models import Order, OrderLine, OrderState, Receiver
from oms.wording import keepable
from org.secrets import mask_address, mask_name, mask_phone

STEP = "intake"
MOST_UNITS = 1_000_000
CENT = Decimal("0.01")
MOST_MONEY = Decimal(10) ** 10
AMOUNTS = ("goods_amount", "discount", "freight", "tax", "total", "paid")
LINE_AMOUNTS = ("unit_price", "discount", "amount")
# How far along a platform state is; decides between two versions of the same moment.
RANK = {state: rank for rank, state in enumerate(drafts.STATES)}

# What a newer version may change on the order itself.
ORDER_FIELDS = (
    "platform_state", "modified_at", "version", "currency", *AMOUNTS,
    "buyer", "buyer_note", "seller_note", "paid_at", "shop_name", "unit",
)  # fmt: skip
LINE_FIELDS = (
    "platform_item_id", "platform_sku_id", "outer_code", "sku", "title", "qty", "told_qty",
    "cancelled", *LINE_AMOUNTS, "refund",
)  # fmt: skip
RECEIVER_FIELDS = (
    "name", "phone", "town", "address", "token", "masked_name", "masked_phone", "masked_address",
    "country", "province", "city", "district", "postcode", "is_masked", "latitude", "longitude",
)  # fmt: skip
# A change of these changes the label; a new token alone does not.
ON_THE_LABEL = (
    "name", "phone", "town", "address", "country", "province", "city", "district", "postcode",
)  # fmt: skip


def version_key(modified_at: datetime, state: str, version: str) -> tuple[datetime, int, int, str]:
    """Orders the versions of one order: by platform time, then progress, then version word."""
    number = int(version) if version.isascii() and version.isdigit() else 0
    return (modified_at, RANK.get(state, -1), number, version)


def key_of_draft(draft: OrderDraft) -> tuple[datetime, int, int, str]:
    """The draft's place among the versions of its order, as it will be stored."""
    return version_key(draft.modified_at, draft.state[:24], keepable(draft.version, 80))


def key_of_order(order: Order) -> tuple[datetime, int, int, str]:
    """The place of the version we know."""
    return version_key(order.modified_at, order.platform_state, order.version)


def money(value: Decimal, field: str, found: list[Finding]) -> Decimal:
    """The amount in cents' precision; impossible ones become 0 and are named."""
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        amount = Decimal("NaN")
    if amount.is_finite() and abs(amount) < MOST_MONEY - 1:
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)
    found.append(Finding("bad_amount", field, {"told": keepable(value, 40)}))
    return Decimal(0)


def words(value: str, limit: int, field: str, found: list[Finding]) -> str:
    """The text as far as it can be kept; what was cut is named."""
    if len(value or "") > limit:
        found.append(Finding("text_too_long", field, {"length": len(value), "kept": limit}))
    return keepable(value, limit)


def fill_order(order: Order, draft: OrderDraft, found: list[Finding]) -> None:
    """Take over everything of the draft that lies on the order itself, except its state."""
    order.platform_state = draft.state[:24]
    order.modified_at = draft.modified_at
    order.version = keepable(draft.version, 80)
    order.currency = keepable(draft.currency, 3)
    for name in AMOUNTS:
        setattr(order, name, money(getattr(draft, name), name, found))
    order.buyer = words(draft.buyer, 120, "buyer", found)
    order.buyer_note = words(draft.buyer_note, 4000, "buyer_note", found)
    order.seller_note = words(draft.seller_note, 4000, "seller_note", found)
    order.paid_at = draft.paid_at
    order.shop_name = keepable(draft.shop_name, 120) or order.shop_name
    order.unit_id = draft.unit_id if draft.unit_id is not None else order.unit_id
    if draft.state not in drafts.STATES:
        found.append(Finding("unknown_state", "state", {"told": keepable(draft.state, 40)}))
    for problem in draft.problems:
        detail = {"text": keepable(problem.text, 200)}
        found.append(Finding(keepable(problem.code, 60), keepable(problem.field, 80), detail))


def fill_line(line: OrderLine, draft: LineDraft, found: list[Finding]) -> None:
    """Take over one line; an impossible quantity counts as 0 and is kept in words."""
    at = f"lines[{line.position}]"
    line.platform_item_id = keepable(draft.platform_item_id, 80)
    line.platform_sku_id = keepable(draft.platform_sku_id, 80)
    line.outer_code = words(draft.outer_code, 80, f"{at}.outer_code", found)
    # A mapping once made stays, also when a later version was read without it.
    line.sku_id = draft.sku_id if draft.sku_id is not None else line.sku_id
    line.title = words(draft.title, 200, f"{at}.title", found)
    possible = 0 < draft.qty <= MOST_UNITS
    # Less than has left already cannot be ordered any more; the rest counts as cancelled.
    line.qty = max(draft.qty if possible else 0, line.shipped)
    line.told_qty = "" if possible else keepable(draft.qty, 40)
    for name in LINE_AMOUNTS:
        setattr(line, name, money(getattr(draft, name), f"{at}.{name}", found))
    line.refund = keepable(draft.refund, 20) or drafts.REFUND_NONE
    gone = line.refund == drafts.REFUNDED or draft.status == drafts.CANCELLED
    if gone:
        line.told_qty = ""
    line.cancelled = line.qty - line.shipped if gone else 0


def line_keys(lines: tuple[LineDraft, ...]) -> list[tuple[str, int]]:
    """Name and occurrence of each line: the same name twice in one order is 1, then 2."""
    seen: dict[str, int] = {}
    keys = []
    for index, line in enumerate(lines):
        name = keepable(line.platform_line_id, 80) or f"#{index}"
        seen[name] = seen.get(name, 0) + 1
        keys.append((name, seen[name]))
    return keys


def fill_receiver(row: Receiver, draft: ReceiverDraft) -> None:
    """Take over the receiver; the masked words for lists are made here, once."""
    row.name = keepable(draft.name, 200)
    row.phone = keepable(draft.phone, 60)
    row.town = keepable(draft.town, 100)
    row.address = keepable(draft.address, 500)
    row.token = keepable(draft.token, 2000)
    row.country = keepable(draft.country, 60)
    row.province = keepable(draft.province, 60)
    row.city = keepable(draft.city, 60)
    row.district = keepable(draft.district, 60)
    row.postcode = keepable(draft.postcode, 20)
    row.is_masked = draft.masked
    row.latitude, row.longitude = draft.latitude, draft.longitude
    row.masked_name = keepable(mask_name(row.name), 80)
    row.masked_phone = keepable(mask_phone(row.phone), 40)
    row.masked_address = keepable(mask_address(row.address), 120)


def first_state(draft: OrderDraft, lines: list[OrderLine]) -> tuple[OrderState, str]:
    """The state an order starts in, and why when it starts at its end."""
    if draft.state == drafts.CANCELLED:
        return OrderState.CANCELLED, "cancelled_before_we_knew"
    if draft.state in (drafts.SHIPPED, drafts.COMPLETED):
        return OrderState.CLOSED, "shipped_before_we_knew"
    if draft.state == drafts.DEPOSIT_PAID:
        return OrderState.AWAIT_BALANCE, ""
    if draft.state in (drafts.PAID, drafts.HOLD, drafts.PARTIALLY_SHIPPED):
        if all_gone(lines):
            return OrderState.CANCELLED, "all_refunded"
        return OrderState.PREPROCESS, ""
    return OrderState.PENDING_PAYMENT, ""


def all_gone(lines: list[OrderLine]) -> bool:
    """True when there are lines and not one unit of them is wanted or on its way."""
    return bool(lines) and all(
        line.live == 0 and not line.shipped and not line.told_qty for line in lines
    )


def receiver_view(row: Receiver | None) -> Mapping[str, str]:
    """What may stand on a floor's screen: masked, with the places that sorting needs."""
    if row is None:
        return {}
    return {
        "name": row.masked_name,
        "phone": row.masked_phone,
        "country": row.country,
        "province": row.province,
        "city": row.city,
        "district": row.district,
        "address": row.masked_address,
        "postcode": row.postcode,
    }
