"""Sold over the counter: claimed, taken from the shelf and gone in one posting call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory import selectors as stock
from inventory.ledger import post
from inventory.requests import (
    HoldRequest,
    Line,
    Outcome,
    PinRequest,
    ReturnRequest,
    ShipRequest,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """Goods that leave with the customer. `number` is the till's own, once for each warehouse.

    `occurred_at` is when they left, for a till that was without a connection.
    """

    warehouse_id: int
    warehouse: str
    number: str
    lines: tuple[Line, ...]
    occurred_at: datetime | None = None

    @property
    def document(self) -> str:
        """What the ledger knows the sale by."""
        return document_of(warehouse=self.warehouse, number=self.number)


def document_of(*, warehouse: str, number: str) -> str:
    """The document of a till's number."""
    return f"POS/{warehouse}/{number}"


def sell(sale: Sale, *, actor: str) -> bool:
    """Claim, pick and ship in one posting call; the transaction's only one.

    The same number with the same goods is done once. The caller rolls back what is refused.

    Returns:
        True when it was done before.

    Raises:
        Refused: insufficient_stock, not_pickable, wrong_serials, blocked, key_reused...
    """
    when = sale.occurred_at
    name = sale.document
    outcomes = post(
        [
            HoldRequest(
                key=f"{name}:hold", document=name, warehouse_id=sale.warehouse_id, reason="ORDER",
                lines=sale.lines, occurred_at=when,
            ),
            PinRequest(
                key=f"{name}:pin", document=name, warehouse_id=sale.warehouse_id, occurred_at=when
            ),
            ShipRequest(key=f"{name}:ship", document=name, lines=sale.lines, occurred_at=when),
        ],
        actor=actor,
    )  # fmt: skip
    for outcome in outcomes:
        outcome.check()
    return outcomes[-1].repeated


def there_for(sale: Sale) -> list[int]:
    """For each line what there was for it when it was refused, earlier lines served first.

    Ask in the transaction of the refusal, while the stock is locked.
    """
    free = stock.available(
        sku_ids={line.sku_id for line in sale.lines}, warehouse_ids=[sale.warehouse_id]
    )
    left = {sku: qty for (_house, sku), qty in free.items()}
    found = []
    for line in sale.lines:
        there = max(left.get(line.sku_id, 0), 0)
        found.append(there)
        left[line.sku_id] = there - min(there, line.qty)
    return found


def take_back(
    *,
    warehouse_id: int,
    warehouse: str,
    number: str,
    sale: str,
    location_id: int,
    lines: Sequence[Line],
    occurred_at: datetime | None = None,
    actor: str,
) -> Outcome:
    """A customer brings back what was sold under a number; the transaction's only posting call.

    Raises:
        Refused: not_shipped (more than was sold and not brought back yet), place_closed...
    """
    name = document_of(warehouse=warehouse, number=number)
    return post(
        [
            ReturnRequest(
                key=f"{name}:return",
                document=name,
                warehouse_id=warehouse_id,
                location_id=location_id,
                lines=tuple(lines),
                shipped_document=document_of(warehouse=warehouse, number=sale),
                occurred_at=occurred_at,
            )
        ],
        actor=actor,
    )[0].check()
