"""The neutral order every platform is parsed to, before the database knows of it.

Pure dataclasses: no ORM, no clock. A parser never raises for odd content; it keeps the order and
names what is odd in `problems`. Quantities are whole units of the listing, money is Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ZERO = Decimal("0")

PENDING_PAYMENT = "pending_payment"
DEPOSIT_PAID = "deposit_paid"
PAID = "paid"
HOLD = "hold"
PARTIALLY_SHIPPED = "partially_shipped"
SHIPPED = "shipped"
COMPLETED = "completed"
CANCELLED = "cancelled"
# The neutral states a platform can report; anything else is a problem "unknown_state".
STATES = (
    PENDING_PAYMENT,
    DEPOSIT_PAID,
    PAID,
    HOLD,
    PARTIALLY_SHIPPED,
    SHIPPED,
    COMPLETED,
    CANCELLED,
)

REFUND_NONE = "none"
REFUND_REQUESTED = "requested"
REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person has to look at; `field` is a path such as `lines[2].qty`.

    `text` is for the person and holds no receiver data.
    """

    code: str
    field: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One line as the platform tells it: `amount` = `unit_price` x `qty` - `discount`.

    `discount` holds this line's own discounts and its share of the order's, where shares are told.
    `qty` is kept as told, also when it is zero, negative or absurd. `sku_id` is set when the
    caller's listing already maps to a SKU. `refund` is one of none, requested, refunded (other
    words are kept); `status` is the neutral state of the line or empty.
    """

    platform_line_id: str
    qty: int
    platform_item_id: str = ""
    platform_sku_id: str = ""
    outer_code: str = ""
    sku_id: int | None = None
    title: str = ""
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    amount: Decimal = ZERO
    refund: str = REFUND_NONE
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverDraft:
    """Who gets the goods; `masked` says that the platform sent stars, `token` is its opaque id."""

    name: str = ""
    phone: str = ""
    country: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    address: str = ""
    postcode: str = ""
    masked: bool = False
    token: str = ""
    latitude: float | None = None
    longitude: float | None = None

    def __repr__(self) -> str:
        # Drafts end up in tracebacks and logs; people's addresses must not.
        return f"ReceiverDraft(province={self.province!r}, masked={self.masked})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """One order as one platform told it at `modified_at` (platform time, orders the versions).

    Amounts add up like this, to the cent per line, else the order waits for a person:
    `goods_amount` = sum of `unit_price` x `qty` of the lines,
    `total` = `goods_amount` - `discount` + `freight` + `tax`,
    where `discount` is everything taken off (lines and order together), `tax` only what comes on
    top of the prices, `total` what the buyer owes and `paid` what he has paid so far.
    `shop_name` and `unit_id` say whose order it is (scope); the intake keeps copies.
    """

    shop_id: int
    platform: str
    number: str
    state: str
    lines: tuple[LineDraft, ...]
    placed_at: datetime
    modified_at: datetime
    currency: str = "CNY"
    goods_amount: Decimal = ZERO
    discount: Decimal = ZERO
    freight: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    paid: Decimal = ZERO
    buyer: str = field(default="", repr=False)
    buyer_note: str = field(default="", repr=False)
    seller_note: str = ""
    receiver: ReceiverDraft | None = None
    paid_at: datetime | None = None
    version: str = ""
    problems: tuple[Problem, ...] = ()
    shop_name: str = ""
    unit_id: int | None = None
    # Ships only from these warehouses when not empty (the shop's bindings).
    warehouse_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one draft, in the order the drafts came.

    A draft that a newer one of the same batch replaced is `ignored_as_older` with its order's id.
    """

    order_id: int
    number: str
    created: bool
    changed: bool
    ignored_as_older: bool
