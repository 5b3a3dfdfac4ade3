"""What the steps of the pipeline look at, and what they find. Pure dataclasses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that stops an order; `detail` holds figures and codes, never receiver data."""

    code: str
    field: str
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One live or cancelled line. `told_qty` is the platform's figure when it was impossible."""

    id: int
    position: int
    sku_id: int | None
    qty: int
    told_qty: str
    cancelled: int
    shipped: int
    occurrence: int
    outer_code: str
    platform_sku_id: str
    title: str
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    refund: str

    @property
    def live(self) -> int:
        """Units still to be sent."""
        return self.qty - self.cancelled - self.shipped

    @property
    def counts(self) -> bool:
        """True unless nothing of the line is wanted any more."""
        return bool(self.told_qty) or self.live > 0


@dataclass(frozen=True, slots=True)
class ReceiverFacts:
    """The receiver in the clear, only inside the pipeline."""

    name: str = dataclasses.field(repr=False)
    phone: str = dataclasses.field(repr=False)
    address: str = dataclasses.field(repr=False)
    country: str
    province: str
    city: str
    masked: bool
    token: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order as the steps see it."""

    id: int
    platform: str
    currency: str
    platform_state: str
    goods_amount: Decimal
    discount: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    receiver: ReceiverFacts | None
    lines: tuple[LineFacts, ...]
    buyer_note: str = dataclasses.field(default="", repr=False)
    seller_note: str = dataclasses.field(default="", repr=False)

    def needs(self) -> dict[int, int]:
        """Base units still to be sent, by SKU, over all mapped lines."""
        found: dict[int, int] = {}
        for line in self.lines:
            if line.sku_id is not None and line.live > 0:
                found[line.sku_id] = found.get(line.sku_id, 0) + line.live
        return found
