"""What the ledger holds in memory of the locked stock: balances, cells, claims, drafted entries.

Pure. `world.py` keeps them together; decisions read them and change them only through it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from inventory.scopes import Scope, Spot

BalanceKey = tuple[int, int, str, str]  # warehouse, SKU, grade, owner
ONE_OWNER = "SELF"
# Goods in these places may be picked; benches and totes last, because goods there are on their
# way somewhere. Places that must not be picked from carry a standing freeze instead.
PICK_ORDER = {"PICKING": 0, "STORAGE": 1, "PALLET": 2, "TOTE": 3, "STAGING": 4, "PACKING": 5}


@dataclass(slots=True, eq=False)
class Bal:
    """A balance as locked; figures include what was drafted since."""

    id: int
    key: BalanceKey
    on_hand: int
    held: int
    version: int = 0

    @property
    def available(self) -> int:
        """Free units."""
        return self.on_hand - self.held

    @property
    def sku_id(self) -> int:
        """The SKU."""
        return self.key[1]


@dataclass(slots=True, eq=False)
class Place:
    """What decisions must know of a location."""

    id: int
    warehouse_id: int
    zone_id: int | None
    kind: str
    sequence: int
    code: str = ""
    # Nothing is put down in a place that is switched off.
    active: bool = True


@dataclass(slots=True, eq=False)
class Batch:
    """What decisions must know of a lot."""

    id: int
    expires_on: date | None
    produced_on: date | None
    supplier: str
    sku_id: int = 0
    created_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Cell:
    """A cell of a balance; `id` is empty until it is written."""

    balance: Bal
    place: Place
    batch: Batch | None
    on_hand: int = 0
    pinned: int = 0
    blanket: Claim | None = None
    id: int | None = None
    blanket_moved: bool = False

    @property
    def unpinned(self) -> int:
        """Units that no claim has in this cell. Not "available": bin-less claims want them too."""
        return self.on_hand - self.pinned

    @property
    def spot(self) -> Spot:
        """The cell as scopes see it."""
        warehouse, sku, grade, owner = self.balance.key
        return Spot(
            warehouse_id=warehouse,
            zone_id=self.place.zone_id,
            location_id=self.place.id,
            sku_id=sku,
            lot_id=self.batch.id if self.batch else None,
            supplier=self.batch.supplier if self.batch else "",
            grade=grade,
            owner=owner,
            cell_id=self.id,
        )


@dataclass(slots=True, eq=False)
class Claim:
    """A hold; `id` is empty until it is written. `row` are the column values of a new one."""

    document: str
    reason: str
    role: str
    rank: int
    is_safety: bool
    binds_to: str
    blocks: frozenset[str]
    scope: Scope
    blanket: bool
    id: int | None = None
    row: dict[str, Any] = field(default_factory=dict)
    posting: int | None = None
    open: bool = True
    reason_id: int = 0
    # (recipe id, kits) that a new hold was asked for.
    kits: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True, eq=False)
class LineState:
    """A hold line; `id` is empty until it is written."""

    claim: Claim
    balance: Bal
    cell: Cell | None
    open: int
    priority: int = 0
    started: bool = False
    origin: LineState | None = None
    id: int | None = None
    # Claimed for these very goods (a lot, a place, a shelf life): never becomes bin-less.
    bound: bool = False


@dataclass(slots=True, eq=False)
class Draft:
    """An entry not written yet; `posting` is the request's place in the batch."""

    posting: int
    sku_id: int
    balance: Bal | None
    cell: Cell | None
    line: LineState | None
    outside: str
    on_hand: int
    held: int


def by_rank(cell: Cell) -> tuple[int, int, int]:
    """Sort key for filling: the cell under the highest blanket first, then walk order."""
    assert cell.blanket is not None
    return (-cell.blanket.rank, cell.place.sequence, cell.place.id)


def first_expiry_first(cell: Cell) -> tuple[int, date, date, int, int]:
    """Sort key for picking: pick faces first, then earliest expiry, production, walk order."""
    batch = cell.batch
    return (
        1 if PICK_ORDER.get(cell.place.kind, 9) > 2 else 0,
        (batch.expires_on if batch else None) or date.max,
        (batch.produced_on if batch else None) or date.max,
        PICK_ORDER.get(cell.place.kind, 9),
        cell.place.sequence,
    )
