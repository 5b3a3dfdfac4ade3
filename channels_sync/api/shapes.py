"""The neutral body of an order as programs hand it in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from channels_sync.connectors.interface import Payload
from oms import drafts
from org.api.shapes import (
    Field,
    Read,
    Shape,
    Spot,
    Wrong,
    inside,
    lines,
    moment,
    money,
    reads,
    text,
    word,
)

STATES = (drafts.PENDING_PAYMENT, drafts.DEPOSIT_PAID, drafts.PAID, drafts.HOLD, drafts.CANCELLED)
MOST_UNITS = 1_000_000


@reads({"type": "integer", "minimum": 1, "maximum": MOST_UNITS})
def units(given: Any, _spot: Spot) -> int:
    """Units of a line."""
    if type(given) is not int or not 1 <= given <= MOST_UNITS:
        raise Wrong("bad_quantity", there=MOST_UNITS)
    return given


def _kept(read: Read) -> Read:
    """Read, and kept as JSON keeps it: the inbox holds what was told."""

    @reads(read.schema)
    def kept(given: Any, spot: Spot) -> Any:
        found = read(given, spot)
        if isinstance(found, datetime):
            return found.isoformat()
        return str(found) if isinstance(found, Decimal) else found

    return kept


MONEY, MOMENT = _kept(money), _kept(moment)
LINE = Shape(
    (
        Field("line", text(80, least=1), about="Your name of the line; its place when missing."),
        Field("sku", text(80, least=1), required=True, about="SKU code."),
        Field("qty", units, required=True),
        Field("price", MONEY, about="Of one unit."),
        Field("discount", MONEY, about="Off this line, with its share of the order's."),
        Field("title", text(200)),
    )
)
RECEIVER = Shape(
    (
        Field("name", text(200)),
        Field("phone", text(60)),
        Field("country", text(60)),
        Field("province", text(60)),
        Field("city", text(60)),
        Field("district", text(60)),
        Field("town", text(100)),
        Field("address", text(500)),
        Field("postcode", text(20)),
    )
)


LINES = lines(LINE)


@reads({**LINES.schema, "minItems": 1})
def some_lines(given: Any, spot: Spot) -> list[Any]:
    """At least one line."""
    found = LINES(given, spot)
    if not found:
        raise Wrong("no_items")
    return list(found)


def _made(**values: Any) -> Payload:
    return values


ORDER = Shape(
    (
        Field("shop", text(120, least=1), about="Code of a shop of kind API; may be left out when "
              "there is one."),
        Field("number", text(80, least=1), required=True, about="Your number of the order."),
        Field("state", word(*STATES), about="paid when missing."),
        Field("lines", some_lines, required=True),
        Field("receiver", inside(RECEIVER)),
        Field("placed_at", MOMENT, about="Now when missing."),
        Field("paid_at", MOMENT),
        Field("modified_at", MOMENT, about="Orders the versions of one order; now when missing."),
        Field("currency", text(3, least=3)),
        Field("discount", MONEY, about="Everything taken off; the lines' sum when missing."),
        Field("freight", MONEY),
        Field("tax", MONEY, about="What comes on top of the prices."),
        Field("total", MONEY, about="What the buyer owes; added up when missing."),
        Field("paid", MONEY),
        Field("buyer", text(120)),
        Field("buyer_note", text(1_000)),
        Field("seller_note", text(1_000)),
    ),
    _made,
)  # fmt: skip
