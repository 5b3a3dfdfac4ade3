"""Neutral orders: what a buyer ordered, whatever the platform, and how they are kept."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.world.refusals import Refused
from sandbox.world.store import store


@dataclass(slots=True)
class Line:
    """``price`` per unit, ``discount`` on the whole line, both in the smallest unit of money."""

    id: int
    sku: str
    item_id: int
    variant_id: int
    title: str
    quantity: int
    price: int
    discount: int = 0
    shipped: int = 0

    @property
    def amount(self) -> int:
        """What the line costs after its own discount."""
        return self.price * self.quantity - self.discount


@dataclass(slots=True)
class Receiver:
    """Who gets it, in the clear; platforms mask what they mask when they render it."""

    name: str
    phone: str
    country: str
    country_code: str
    province: str
    province_code: str
    city: str
    district: str
    address: str
    zip: str


@dataclass(slots=True)
class Parcel:
    """One accepted shipment of (part of) an order: line id -> units."""

    id: int
    tracking: str
    company: str
    at_ms: int
    lines: dict[str, int]


@dataclass(slots=True)
class Order:
    """One order. ``discount`` is on the whole order, on top of line discounts."""

    id: int
    shop: str
    platform: str
    number: str
    state: str
    source: str
    currency: str
    placed_ms: int
    modified_ms: int
    visible_ms: int
    lines: list[Line]
    receiver: Receiver | None
    buyer: str = ""
    freight: int = 0
    discount: int = 0
    note: str = ""
    memo: str = ""
    paid_ms: int | None = None
    cancelled_ms: int | None = None
    shipped_ms: int | None = None
    odd: bool = False
    disturbed: bool = False
    parcels: list[Parcel] = field(default_factory=list)
    raw: dict[str, Any] | None = None

    @property
    def goods(self) -> int:
        """All lines after their own discounts."""
        return sum(line.amount for line in self.lines)

    @property
    def payable(self) -> int:
        """What the buyer pays: goods less the order discount plus freight."""
        return self.goods - self.discount + self.freight

    def shares(self) -> list[int]:
        """The order discount split over the lines by amount; the shares add up exactly."""
        left, weight = self.discount, self.goods
        shares = []
        for line in self.lines:
            share = left * line.amount // weight if weight > 0 else 0
            shares.append(share)
            left -= share
            weight -= line.amount
        if shares and left:
            shares[-1] += left
        return shares


_IN_BODY = ("buyer", "freight", "discount", "note", "memo", "paid_ms")


def _body(order: Order) -> str:
    body: dict[str, Any] = {name: getattr(order, name) for name in _IN_BODY}
    body["lines"] = [asdict(line) for line in order.lines]
    body["receiver"] = asdict(order.receiver) if order.receiver else None
    body["parcels"] = [asdict(parcel) for parcel in order.parcels]
    return json.dumps(body, ensure_ascii=False)


def read(row: sqlite3.Row) -> Order:
    """An order as it was kept."""
    body = json.loads(row["body"])
    return Order(
        id=row["id"],
        shop=row["shop"],
        platform=row["platform"],
        number=row["number"],
        state=row["state"],
        source=row["source"],
        currency=row["currency"],
        placed_ms=row["placed_ms"],
        modified_ms=row["modified_ms"],
        visible_ms=row["visible_ms"],
        cancelled_ms=row["cancelled_ms"],
        shipped_ms=row["shipped_ms"],
        odd=bool(row["odd"]),
        disturbed=bool(row["disturbed"]),
        lines=[Line(**line) for line in body["lines"]],
        receiver=Receiver(**body["receiver"]) if body["receiver"] else None,
        parcels=[Parcel(**parcel) for parcel in body["parcels"]],
        raw=json.loads(row["raw"]) if row["raw"] else None,
        **{name: body[name] for name in _IN_BODY},
    )


def next_id() -> int:
    """The running number of the next order; call it inside the transaction that inserts it."""
    # After a reset numbering goes on: a platform never gives an order number twice.
    forgotten = store.number("SELECT value FROM notes WHERE name = 'last_order'")
    return max(store.number("SELECT MAX(id) FROM orders"), forgotten) + 1


def insert(order: Order) -> None:
    """Keep a new order."""
    with store.transaction() as file:
        file.execute(
            "INSERT INTO orders (id, shop, platform, number, state, source, placed_ms, modified_ms,"
            " visible_ms, cancelled_ms, shipped_ms, payable, currency, odd, body, raw)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order.id,
                order.shop,
                order.platform,
                order.number,
                order.state,
                order.source,
                order.placed_ms,
                order.modified_ms,
                order.visible_ms,
                order.cancelled_ms,
                order.shipped_ms,
                order.payable,
                order.currency,
                int(order.odd),
                _body(order),
                json.dumps(order.raw, ensure_ascii=False) if order.raw is not None else None,
            ),
        )


def update(order: Order) -> None:
    """Keep an order that changed; ``disturbed`` and the push times are kept by the pushes."""
    with store.transaction() as file:
        file.execute(
            "UPDATE orders SET state = ?, modified_ms = ?, visible_ms = ?, cancelled_ms = ?,"
            " shipped_ms = ?, payable = ?, body = ? WHERE id = ?",
            (
                order.state,
                order.modified_ms,
                order.visible_ms,
                order.cancelled_ms,
                order.shipped_ms,
                order.payable,
                _body(order),
                order.id,
            ),
        )


def by_number(*, shop: str | None, number: str) -> Order | None:
    """The order with the platform's number; of any shop when ``shop`` is None.

    Raises:
        Refused: several shops have one, and none was named.
    """
    if shop is not None:
        row = store.row("SELECT * FROM orders WHERE shop = ? AND number = ?", (shop, number))
        return read(row) if row else None
    rows = store.rows("SELECT * FROM orders WHERE number = ? LIMIT 2", (number,))
    if len(rows) > 1:
        raise Refused("ambiguous", f"several shops have an order {number}; name the shop")
    return read(rows[0]) if rows else None


def by_id(order_id: int) -> Order | None:
    """The order with our running number."""
    row = store.row("SELECT * FROM orders WHERE id = ?", (order_id,))
    return read(row) if row else None
