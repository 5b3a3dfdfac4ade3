"""Requests under which goods move, come, leave or change their grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory.requests.lines import Line, MoveLine, PlacedLine, RegradeLine, Request


@dataclass(frozen=True, kw_only=True)
class ReceiveRequest(Request):
    """Goods came in from a supplier and lie in a location.

    `placed` are lines with a location of their own (an opening balance, a mixed delivery).
    """

    warehouse_id: int
    location_id: int | None = None
    lines: tuple[Line, ...] = ()
    placed: tuple[PlacedLine, ...] = ()
    source: str = "SUPPLIER"


@dataclass(frozen=True, kw_only=True)
class MoveRequest(Request):
    """Goods were carried from cell to cell."""

    warehouse_id: int
    lines: tuple[MoveLine, ...]


@dataclass(frozen=True, kw_only=True)
class ShipRequest(Request):
    """The document's pinned units left to the customer; without lines, all of them."""

    lines: tuple[Line, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class AdjustRequest(Request):
    """What was counted in a location; the difference to what stood there is booked."""

    warehouse_id: int
    location_id: int
    counted: tuple[Line, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class RegradeRequest(Request):
    """Good goods became defective ones, or defective ones good again."""

    warehouse_id: int
    lines: tuple[RegradeLine, ...]
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ScrapRequest(Request):
    """Goods are destroyed (SCRAPPED) or go back to the supplier (SUPPLIER).

    A line without `hold_id` takes free units only.
    """

    warehouse_id: int
    lines: tuple[PlacedLine, ...]
    why: str
    to: str = "SCRAPPED"


@dataclass(frozen=True, kw_only=True)
class ReturnRequest(Request):
    """Goods came back from a customer; never more than were shipped under `shipped_document`."""

    warehouse_id: int
    location_id: int
    lines: tuple[Line, ...]
    shipped_document: str


@dataclass(frozen=True, kw_only=True)
class TransferOutRequest(Request):
    """Goods left for another warehouse; `document` is the transfer and claims them on the way.

    Units pinned for the document go first, then free ones. Freezes bound to goods travel along
    for lines that name their `hold_id`.
    """

    from_warehouse_id: int
    transit_location_id: int
    lines: tuple[PlacedLine, ...]
    # Where to and when: the goods are announced there until they arrive.
    to_warehouse_id: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TransferInRequest(Request):
    """Goods of a transfer arrived; whatever did not arrive stays on the way."""

    transit_location_id: int
    to_warehouse_id: int
    location_id: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class ReverseRequest(Request):
    """Take an earlier posting back: the exact mirror of its goods, once."""

    posting_id: int
    why: str
