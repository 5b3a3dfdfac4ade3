"""What an explanation says: claims with everything behind them, what frees them, what comes next.

The questions are `explain` (one balance), `explain_sku` (all warehouses), `explain_cell`,
`explain_lot` and `explain_location`. Quantities are base units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The claim that drawn units came from; they return to it while it is open."""

    hold_id: int
    document: str
    reason_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One claim on the way down: how many units it takes, for whom, and what would free them."""

    hold_id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    qty: int
    placed_by: str
    # What would free it, as a sentence: "Release H-12 (needs: Release safety freezes)".
    frees: str
    # Units of `qty` that lie in a cell already; the rest is claimed without one.
    pinned: int = 0
    # Some of it is being picked right now.
    started: bool = False
    # The version of the rule that placed it; empty when a person or another room did.
    rule_version: str = ""
    since: datetime | None = None
    posting_id: int = 0
    rank: int = 0
    is_safety: bool = False
    blanket: bool = False
    # Acts it forbids: reserve, pick, ship, move, count, publish.
    forbids: tuple[str, ...] = ()
    review_at: datetime | None = None
    expires_at: datetime | None = None
    # What somebody must be allowed to, to release it; empty for commitments.
    permission: str = ""
    release_condition: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """All claims of one reason. `units` is exact; the named ones are among them.

    `positions` counts hold lines: a claim counts once for each cell it lies in, and once for its
    units without a cell. `claims` counts holds; it is None where there are too many to count.
    `unnamed` units of `unnamed_positions` positions belong to claims that are not among the steps.
    """

    reason_code: str
    reason_label: str
    role: str
    rank: int
    is_safety: bool
    units: int
    positions: int
    claims: int | None
    unnamed: int
    unnamed_positions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """A blanket over some of these cells: it forbids there, whoever holds the units.

    `covered` units lie in its cells, `holds` of them are its own; a mark never holds any.
    """

    hold_id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    rank: int
    is_safety: bool
    forbids: tuple[str, ...]
    cells: int
    covered: int
    holds: int
    placed_by: str
    since: datetime
    review_at: datetime | None
    permission: str
    frees: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FreedNext:
    """Units that should become sellable by themselves: goods arrive, or a claim runs out.

    `kind` is RECEIPT, TRANSFER or EXPIRY; `overdue` when its time has passed. `sentence` is
    "T-9 arrives on 2026-11-24: +20".
    """

    kind: str
    document: str
    qty: int
    due_at: datetime
    overdue: bool
    sentence: str
    hold_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """`on_hand` less every step and `unnamed` is `available`: the figures add up exactly."""

    sku_id: int
    sku_code: str
    sku_name: str
    warehouse_id: int
    warehouse_code: str
    grade: str
    on_hand: int
    held: int
    available: int
    # (code, label, units), the largest first; `groups` say more.
    by_reason: tuple[tuple[str, str, int], ...]
    # The largest claims of each reason, highest rank first.
    steps: tuple[Step, ...]
    unnamed: int
    balance_id: int = 0
    owner: str = "SELF"
    version: int = 0
    groups: tuple[Group, ...] = ()
    # Blankets over cells of this balance that forbid more than they hold.
    also_forbids: tuple[Cover, ...] = ()
    freed_next: tuple[FreedNext, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehousePart:
    """One balance in the explanation of a SKU."""

    balance_id: int
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    warehouse_kind: str
    grade: str
    owner: str
    on_hand: int
    held: int
    available: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuExplanation:
    """A SKU over all warehouses in the scope; sums of the parts, same rules as `Explanation`."""

    sku_id: int
    sku_code: str
    sku_name: str
    on_hand: int
    held: int
    available: int
    parts: tuple[WarehousePart, ...]
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    unnamed: int
    freed_next: tuple[FreedNext, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellPart:
    """One cell in the explanation of a cell, a lot or a location."""

    stock_id: int
    balance_id: int
    sku_id: int
    sku_code: str
    warehouse_id: int
    warehouse_code: str
    location_id: int
    location_code: str
    lot_id: int | None
    lot_code: str
    grade: str
    owner: str
    on_hand: int
    pinned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CellsExplanation:
    """Cells together: `on_hand` less every step and `unnamed` is `unpinned`.

    `unpinned` units have no claim in these cells, but `wanted` of them are promised: claims
    without a cell outnumber what lies unpinned elsewhere in their balances. `sellable` is the
    rest: at most so many units of these cells can be sold now.
    """

    title: str
    on_hand: int
    pinned: int
    unpinned: int
    wanted: int
    sellable: int
    # The fullest cells; `cells` counts them all.
    parts: tuple[CellPart, ...]
    cells: int
    groups: tuple[Group, ...]
    steps: tuple[Step, ...]
    unnamed: int
    also_forbids: tuple[Cover, ...]
