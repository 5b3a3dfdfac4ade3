"""Requests that lay, change and lift claims; no goods move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from inventory.requests.lines import Line, Request


class Policy(StrEnum):
    """What a freeze does when goods in its scope are already promised (design section 4)."""

    # Takes what is free; promised units stay with their orders.
    FREE_ONLY = "FREE_ONLY"
    # Takes promised units too, from the lowest priority; their documents are told.
    DISPLACE = "DISPLACE"
    # As DISPLACE, but picks that have started go on.
    LET_FINISH = "LET_FINISH"


class Strategy(StrEnum):
    """Which of several eligible cells a claim is pinned to first."""

    FEFO = "FEFO"
    FIFO = "FIFO"
    LIFO = "LIFO"
    NEAREST = "NEAREST"


@dataclass(frozen=True, kw_only=True)
class HoldRequest(Request):
    """A claim: all lines or none.

    An order claims units of the balance without a cell. A claim limited by place, lot, supplier
    or remaining shelf life is pinned at once. A `blanket` has no quantity: it covers whatever its
    scope names, now and later (then `lines` name at most SKU and lot and their qty is ignored as
    0). With `draw_from` the units come first out of the open claim of that document (a promotion's
    reserve), then from what is free; a release gives them back to it. `plan` is the digest of the
    plan that the caller was shown: anything else is refused as world_moved.
    """

    warehouse_id: int | None
    lines: tuple[Line, ...] = ()
    reason: str = "ORDER"
    priority: int = 0
    location_id: int | None = None
    zone_id: int | None = None
    supplier: str = ""
    grade: str = ""
    owner: str = ""
    blanket: bool = False
    policy: Policy = Policy.FREE_ONLY
    draw_from: str = ""
    plan: str = ""
    review_at: datetime | None = None
    expires_at: datetime | None = None
    note: str = ""
    rule_version: str = ""
    release_condition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PinRequest(Request):
    """Give the units that a document claims in this warehouse their cells.

    Without a strategy each SKU's own is used (first expiry first unless it says otherwise).
    """

    warehouse_id: int
    strategy: Strategy | None = None


@dataclass(frozen=True, kw_only=True)
class UnpinRequest(Request):
    """Take the cells of the document's not yet started units away again; they stay claimed."""

    warehouse_id: int


@dataclass(frozen=True, kw_only=True)
class SwapRequest(Request):
    """The picker scanned another eligible cell: the pin goes there in one step.

    Where the units of the scanned cell are pinned for a document that has not started, the two
    change places.
    """

    warehouse_id: int
    sku_id: int
    qty: int
    from_location_id: int
    to_location_id: int
    from_lot_id: int | None = None
    to_lot_id: int | None = None
    grade: str = "ZP"
    owner: str = "SELF"


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest(Request):
    """Let go of a claim, whole or in part; `hold_id` picks one of the document's claims.

    Without `hold_id` the document's commitments: a freeze under an order's number stays when the
    order is cancelled. `freezes` asks for everything else under the document too.
    """

    hold_id: int | None = None
    lines: tuple[Line, ...] | None = None
    freezes: bool = False
    # The state the claim ends in: RELEASED by decision, EXPIRED by its own time.
    as_expired: bool = False


@dataclass(frozen=True, kw_only=True)
class NarrowRequest(Request):
    """A blanket no longer covers these lots or cells; the rest of it stays.

    With `fixed` it stops being a blanket instead: it keeps the units it has, as a quantity.
    """

    hold_id: int
    lot_ids: tuple[int, ...] = ()
    stock_ids: tuple[int, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class ConvertRequest(Request):
    """Units of one claim become units of a new one where they lie: inspection to defect.

    Without `lines` all open units; `document` names the new claim.
    """

    hold_id: int
    reason: str
    lines: tuple[Line, ...] | None = None
    priority: int = 0
    review_at: datetime | None = None
    expires_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DisplaceRequest(Request):
    """Take units away from the document's commitments, for a better use; its owner is told."""

    warehouse_id: int
    lines: tuple[Line, ...]
