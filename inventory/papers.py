"""What goes with the goods besides sums: pieces, counted figures, arrivals, earlier postings.

Pure, in memory, part of the world: filled by the ledger under its locks, written after decisions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory.things import Cell, LineState


@dataclass(slots=True, eq=False)
class PieceState:
    """A numbered unit: in a cell, outside, or (when it was never seen) nowhere.

    `afar` says where it lies when that is a cell this batch does not look at; `shipped_under` is
    the document that it last left under.
    """

    sku_id: int
    serial: str
    cell: Cell | None = None
    outside: str = ""
    afar: dict[str, Any] = field(default_factory=dict)
    shipped_under: str = ""
    id: int | None = None

    @property
    def lies(self) -> bool:
        """True when it is in some cell."""
        return self.cell is not None or bool(self.afar)

    @property
    def where(self) -> dict[str, Any]:
        """Where it is, for whoever looks for it; empty when it was never seen."""
        if self.cell is not None:
            place, batch = self.cell.place, self.cell.batch
            return {
                "warehouse_id": place.warehouse_id,
                "location_id": place.id,
                "lot_id": batch.id if batch else None,
            }
        if self.afar:
            return self.afar
        return {"outside": self.outside} if self.outside else {}


@dataclass(slots=True, eq=False)
class PieceMove:
    """A piece entry not written yet."""

    posting: int
    piece: PieceState
    source: Cell | None
    target: Cell | None
    outside: str
    # To take it back: what the piece said before.
    before: str


@dataclass(slots=True, eq=False)
class Counted:
    """What stood in a cell at the locked read, and what was counted."""

    cell: Cell
    before: int
    counted: int


@dataclass(slots=True, eq=False)
class Arrival:
    """What a request changes in the announcements of a document.

    Without a warehouse it means wherever the transfer goes to. `expected` more units are on their
    way (with `due_at`), `arrived` came, `missed` will not come.
    """

    posting: int
    document: str
    warehouse_id: int | None
    sku_id: int
    grade: str
    expected: int = 0
    arrived: int = 0
    missed: int = 0
    due_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Past:
    """A posting to be reversed: what it did."""

    id: int
    kind: str
    document: str
    facts: dict[str, Any]
    is_reversed: bool
    # (cell or None, SKU, outside code, units).
    goods: list[tuple[Cell | None, int, str, int]] = field(default_factory=list)
    # Commitments that were claimed anew after they were broken: their documents look after them.
    renewed: set[int] = field(default_factory=set)
    # (line, units that it gained or lost).
    claims: list[tuple[LineState, int]] = field(default_factory=list)
    # (piece, from, to, outside code).
    pieces: list[tuple[PieceState, Cell | None, Cell | None, str]] = field(default_factory=list)


class Papers:
    """Kept by the world; `begin` and `undo` go with the request's."""

    def __init__(self) -> None:
        self.serial_tracked: set[int] = set()
        self.pieces: dict[tuple[int, str], PieceState] = {}
        self._in_cell: dict[Cell, dict[PieceState, None]] = defaultdict(dict)
        # Warehouses that goods may set out to.
        self.houses: set[int] = set()
        self.moves: list[PieceMove] = []
        # By the request's place in the batch.
        self.counted: dict[int, list[Counted]] = {}
        self.arrivals: list[Arrival] = []
        # By the request's place in the batch: the posting it takes back.
        self.reverses: dict[int, int] = {}
        # (document, SKU): units shipped under it and not returned.
        self.at_customer: dict[tuple[str, int], int] = {}
        self._taken: list[tuple[tuple[str, int], int]] = []
        self.past: dict[int, Past] = {}
        self._start = (0, 0, 0)
        self._posting = 0

    def begin(self, posting: int) -> None:
        """Start a request."""
        self._posting = posting
        self._start = (len(self.moves), len(self.arrivals), len(self._taken))

    def undo(self) -> None:
        """Take back everything since `begin`."""
        moves, arrivals, taken = self._start
        for move in reversed(self.moves[moves:]):
            self._put(move.piece, move.source, move.before)
        for key, qty in self._taken[taken:]:
            self.at_customer[key] += qty
        del self.moves[moves:]
        del self.arrivals[arrivals:]
        del self._taken[taken:]
        self.counted.pop(self._posting, None)
        taken_back = self.reverses.pop(self._posting, None)
        if taken_back is not None:
            self.past[taken_back].is_reversed = False

    def know(self, piece: PieceState) -> None:
        """Know a piece and the cell that it lies in."""
        self.pieces[(piece.sku_id, piece.serial)] = piece
        if piece.cell is not None:
            self._in_cell[piece.cell][piece] = None

    def piece(self, sku_id: int, serial: str) -> PieceState:
        """The piece; one that was never seen is nowhere."""
        return self.pieces.setdefault((sku_id, serial), PieceState(sku_id, serial))

    def pieces_in(self, cell: Cell) -> list[PieceState]:
        """The known pieces in a cell."""
        return list(self._in_cell[cell])

    def move(self, piece: PieceState, target: Cell | str) -> None:
        """The piece goes into a cell or outside."""
        cell, outside = (None, target) if isinstance(target, str) else (target, "")
        self.moves.append(PieceMove(self._posting, piece, piece.cell, cell, outside, piece.outside))
        self._put(piece, cell, outside)

    def _put(self, piece: PieceState, cell: Cell | None, outside: str) -> None:
        if piece.cell is not None:
            self._in_cell[piece.cell].pop(piece)
        piece.cell, piece.outside = cell, outside
        if cell is not None:
            self._in_cell[cell][piece] = None

    def count(self, cell: Cell, counted: int) -> None:
        """Note what stands in a cell and what was found."""
        figures = Counted(cell, cell.on_hand, counted)
        self.counted.setdefault(self._posting, []).append(figures)

    def arrive(self, document: str, warehouse_id: int | None, **change: Any) -> None:
        """Change the document's announcements: see `Arrival`."""
        self.arrivals.append(Arrival(self._posting, document, warehouse_id, **change))

    def reverse(self, past: Past) -> None:
        """This request takes the posting back."""
        self.reverses[self._posting] = past.id
        past.is_reversed = True

    def take_back(self, document: str, sku_id: int, qty: int) -> None:
        """Units shipped under the document are with the customer no longer."""
        key = (document, sku_id)
        self.at_customer[key] = self.at_customer.get(key, 0) - qty
        self._taken.append((key, qty))
