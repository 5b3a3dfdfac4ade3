"""The locked part of the stock in memory: decisions read it, draft entries on it, and can undo.

Pure: `ledger.py` fills it from rows it has locked and writes the drafted entries down. What the
database would refuse (negative, over-held) is asserted here first, so a wrong decision is caught
before it is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from inventory.papers import Papers
from inventory.requests import Refused
from inventory.scopes import Scope, covers
from inventory.things import (
    Bal,
    BalanceKey,
    Batch,
    Cell,
    Claim,
    Draft,
    LineState,
    Place,
    by_rank,
    first_expiry_first,
)  # fmt: skip

__all__ = [
    "Bal", "BalanceKey", "Batch", "Cell", "Claim", "LineState", "Place", "World",
    "first_expiry_first",
]  # fmt: skip

# Claim, balance, cell and origin: a hold has one line of each.
LineKey = tuple[Claim, Bal, Cell | None, LineState | None]


class World:
    """Locked balances with the cells and lines that this batch may touch."""

    def __init__(self, *, today: date) -> None:
        self.today = today
        self.balances: dict[BalanceKey, Bal] = {}
        self.places: dict[int, Place] = {}
        self.batches: dict[int, Batch] = {}
        self.cells: dict[tuple[int, int, int | None], Cell] = {}
        self.claims: dict[int, Claim] = {}
        self.reasons: dict[str, Any] = {}
        self.lot_tracked: set[int] = set()
        # Scopes of new blankets that match no stock and no place.
        self.nowhere: set[Scope] = set()
        # How SKUs are picked that are not picked first expiry first.
        self.strategies: dict[int, str] = {}
        # Blankets whose scope became smaller, or that became a fixed quantity.
        self.narrowed: dict[Claim, None] = {}
        # By location, because most blankets are the standing freezes of one place each.
        self._blankets_at: dict[int | None, list[Claim]] = defaultdict(list)
        self._blankets_of: dict[str, list[Claim]] = defaultdict(list)
        self.new_claims: list[Claim] = []
        self.lines: list[LineState] = []
        self.drafts: list[Draft] = []
        self.touched: set[Bal] = set()
        self.ended: dict[Claim, str] = {}
        # What a posting's entries cannot say, by the request's place in the batch.
        self.facts: dict[int, dict[str, Any]] = {}
        self.papers = Papers()
        # Closed holds whose units came back.
        self.reopened: set[Claim] = set()
        # Requests that leave a posting.
        self.posted: set[int] = set()
        self.posting = 0
        self._by_document: dict[str, list[LineState]] = defaultdict(list)
        self._of_claim: dict[Claim, list[LineState]] = defaultdict(list)
        self._lines_in: dict[Bal, list[LineState]] = defaultdict(list)
        self._line_at: dict[LineKey, LineState] = {}
        self._by_balance: dict[Bal, list[Cell]] = defaultdict(list)
        # Cells under a blanket that have unpinned units: the only ones `fill` must look at.
        self._to_fill: dict[Bal, dict[Cell, None]] = defaultdict(dict)
        self._start = 0
        self._undo: list[Callable[[], object]] = []

    # --- filling, by the ledger ---

    def add_cell(self, cell: Cell) -> None:
        """Know a cell."""
        lot = cell.batch.id if cell.batch else None
        self.cells[(cell.balance.id, cell.place.id, lot)] = cell
        self._by_balance[cell.balance].append(cell)
        self._note(cell)

    def add_line(self, line: LineState) -> None:
        """Know a hold line, its origin included."""
        self.lines.append(line)
        self._by_document[line.claim.document].append(line)
        self._of_claim[line.claim].append(line)
        self._lines_in[line.balance].append(line)
        self._line_at[(line.claim, line.balance, line.cell, line.origin)] = line

    def add_blanket(self, claim: Claim) -> None:
        """Know an active blanket."""
        self._blankets_at[claim.scope.location_id].append(claim)
        self._blankets_of[claim.document].append(claim)

    # --- asking ---

    @property
    def blankets(self) -> list[Claim]:
        """All known blankets."""
        return [claim for claims in self._blankets_at.values() for claim in claims]

    def balance(self, key: BalanceKey) -> Bal | None:
        """The balance, if it exists."""
        return self.balances.get(key)

    def cells_in(self, balance: Bal) -> list[Cell]:
        """The known cells of a balance."""
        return self._by_balance[balance]

    def lines_for(self, document: str) -> list[LineState]:
        """The document's lines that have open units."""
        return [line for line in self._by_document[document] if line.open]

    def lines_of(self, claim: Claim) -> list[LineState]:
        """The claim's lines that have open units; a document may have thousands of others."""
        return [line for line in self._of_claim[claim] if line.open]

    def claims_of(self, document: str) -> list[Claim]:
        """The document's claims, also those that hold nothing now."""
        found = dict.fromkeys(line.claim for line in self._by_document[document])
        found.update(dict.fromkeys(self._blankets_of.get(document, ())))
        return list(found)

    def lines_in(self, balance: Bal) -> list[LineState]:
        """The known lines with open units in one balance."""
        return [line for line in self._lines_in[balance] if line.open]

    def place(self, location_id: int, warehouse_id: int) -> Place:
        """A location of that warehouse.

        Raises:
            Refused: outside_place.
        """
        place = self.places.get(location_id)
        if place is None or place.warehouse_id != warehouse_id:
            raise Refused("outside_place", location_id=location_id, warehouse_id=warehouse_id)
        return place

    def covering(self, cell: Cell) -> list[Claim]:
        """Active blankets over a cell, highest rank first."""
        near = (*self._blankets_at.get(None, ()), *self._blankets_at.get(cell.place.id, ()))
        if not near:
            return []
        spot = cell.spot
        found = (each for each in near if each.open and each.blanket and covers(each.scope, spot))
        return sorted(found, key=lambda claim: -claim.rank)

    def forbids(self, cell: Cell, act: str) -> Claim | None:
        """The blanket over this cell that forbids the act (pick, ship, move, count), if any."""
        return next((claim for claim in self.covering(cell) if act in claim.blocks), None)

    def drafts_of_request(self) -> list[Draft]:
        """What this request has drafted so far."""
        return self.drafts[self._start :]

    def changed_cells(self) -> set[Cell]:
        """Cells that this request has changed so far."""
        return {draft.cell for draft in self.drafts[self._start :] if draft.cell is not None}

    # --- drafting ---

    def cell(self, balance: Bal, place: Place, lot_id: int | None) -> Cell:
        """The cell, made when it is new, under whatever blanket covers it."""
        found = self.cells.get((balance.id, place.id, lot_id))
        if found is not None:
            return found
        batch = None
        if lot_id is not None:
            batch = self.batches.get(lot_id)
            if batch is None or batch.sku_id != balance.sku_id:
                raise Refused("bad_request", field="lot_id", lot_id=lot_id, sku_id=balance.sku_id)
        cell = Cell(balance, place, batch)
        self.add_cell(cell)

        def forget() -> None:
            self.cells.pop((balance.id, place.id, lot_id))
            self._by_balance[balance].pop()
            self._to_fill[balance].pop(cell, None)

        self._undo.append(forget)
        self.cover(cell)
        return cell

    def cover(self, cell: Cell) -> None:
        """Name the top-ranked blanket of a cell anew; a mark takes no units and is not named."""
        top = next((claim for claim in self.covering(cell) if "reserve" in claim.blocks), None)
        if cell.blanket is not top:
            before, moved = cell.blanket, cell.blanket_moved

            def restore() -> None:
                cell.blanket, cell.blanket_moved = before, moved
                self._note(cell)

            self._undo.append(restore)
            cell.blanket, cell.blanket_moved = top, True
            self._note(cell)

    def _note(self, cell: Cell) -> None:
        if cell.blanket is not None and cell.unpinned:
            self._to_fill[cell.balance][cell] = None
        elif self._to_fill:
            self._to_fill[cell.balance].pop(cell, None)

    def line(
        self,
        claim: Claim,
        balance: Bal,
        cell: Cell | None,
        *,
        priority: int = 0,
        origin: LineState | None = None,
        bound: bool = False,
    ) -> LineState:
        """The claim's line in this balance and cell, made when it is new."""
        known = self._line_at.get((claim, balance, cell, origin))
        if known is not None:
            return known
        line = LineState(claim, balance, cell, 0, priority=priority, origin=origin, bound=bound)
        self.add_line(line)

        def forget() -> None:
            # Undone in reverse order, the line is the last of each list again.
            self.lines.pop()
            self._by_document[claim.document].pop()
            self._of_claim[claim].pop()
            self._lines_in[balance].pop()
            self._line_at.pop((claim, balance, cell, origin))

        self._undo.append(forget)
        return line

    def add_claim(self, claim: Claim) -> Claim:
        """A new hold, written with this request's posting.

        Raises:
            Refused: bad_request for a safety freeze with a time: it never thaws by itself.
        """
        if claim.is_safety and claim.row.get("expires_at") is not None:
            raise Refused("bad_request", field="expires_at", reason=claim.reason)
        claim.posting = self.posting
        self.new_claims.append(claim)
        self._undo.append(self.new_claims.pop)
        if claim.blanket:
            self.add_blanket(claim)
            self._undo.append(self._blankets_at[claim.scope.location_id].pop)
            self._undo.append(self._blankets_of[claim.document].pop)
        return claim

    def end_claim(self, claim: Claim, state: str) -> None:
        """The state this hold ends in once none of its units are open."""
        before = self.ended.get(claim)
        self.ended[claim] = state

        def restore() -> None:
            if before is None:
                self.ended.pop(claim)
            else:
                self.ended[claim] = before

        self._undo.append(restore)

    def reopen(self, claim: Claim) -> None:
        """A closed hold has units again."""
        if claim.open:
            return
        claim.open = True
        self.reopened.add(claim)

        def restore() -> None:
            claim.open = False
            self.reopened.discard(claim)

        self._undo.append(restore)

    def close_claim(self, claim: Claim) -> None:
        """The claim is over by decision: a blanket covers nothing, nothing returns to a reserve."""
        claim.open = False
        self._undo.append(lambda: setattr(claim, "open", True))

    def narrow(self, claim: Claim, scope: Scope, *, blanket: bool = True) -> None:
        """The blanket covers less from now on, or (`blanket` off) is a fixed quantity."""
        before, noted = claim.scope, claim in self.narrowed
        claim.scope, claim.blanket = scope, blanket
        self.narrowed[claim] = None

        def restore() -> None:
            claim.scope, claim.blanket = before, True
            if not noted:
                self.narrowed.pop(claim)

        self._undo.append(restore)

    def touch(self, balance: Bal) -> None:
        """Have `fill` look at this balance although no entry changed it."""
        self.touched.add(balance)

    def goods(
        self, cell: Cell, change: int, *, line: LineState | None = None, held: int = 0
    ) -> None:
        """Units came into a cell or left it; `held` changes the line's claim in the same entry.

        Raises:
            Refused: place_closed, when units shall come into a location that is switched off.
        """
        if change > 0 and not cell.place.active:
            raise Refused("place_closed", location_id=cell.place.id, asked=cell.place.code)
        self._draft(cell.balance, cell, line, on_hand=change, held=held)

    def claim(self, line: LineState, change: int) -> None:
        """A line's open units rise or fall."""
        if change:
            self._draft(line.balance, line.cell, line, on_hand=0, held=change)

    def border(self, sku_id: int, outside: str, change: int) -> None:
        """The other side of goods that crossed the company's border."""
        self.drafts.append(Draft(self.posting, sku_id, None, None, None, outside, change, 0))

    def _draft(
        self, balance: Bal, cell: Cell | None, line: LineState | None, *, on_hand: int, held: int
    ) -> None:
        self.drafts.append(
            Draft(self.posting, balance.sku_id, balance, cell, line, "", on_hand, held)
        )
        self.touched.add(balance)
        self._apply(balance, cell, line, on_hand, held)

    def _apply(
        self, balance: Bal, cell: Cell | None, line: LineState | None, on_hand: int, held: int
    ) -> None:
        balance.on_hand += on_hand
        balance.held += held
        if cell is not None:
            cell.on_hand += on_hand
            cell.pinned += held
            self._note(cell)
        if line is not None:
            line.open += held

    def note(self, **facts: Any) -> None:
        """Facts of this request that its entries cannot say; written with its posting."""
        self.facts.setdefault(self.posting, {}).update(facts)

    def facts_of(self, posting: int) -> dict[str, Any]:
        """The request's facts, its counted figures included, once all cells have ids."""
        facts = dict(self.facts.get(posting, {}))
        figures = [
            [row.cell.id, row.before, row.counted] for row in self.papers.counted.get(posting, ())
        ]
        return facts | {"counted": figures} if figures else facts

    # --- one request, whole or not at all ---

    def drafted(self) -> list[Draft]:
        """What the present request has drafted."""
        return self.drafts[self._start :]

    def laid(self) -> list[Claim]:
        """The new claims of the present request."""
        return [claim for claim in self.new_claims if claim.posting == self.posting]

    def begin(self, posting: int) -> None:
        """Start a request."""
        self.posting = posting
        self.touched = set()
        self._start = len(self.drafts)
        self._undo.clear()
        self.papers.begin(posting)

    def undo(self) -> None:
        """Take back everything since `begin`: the sums, then what was made."""
        for draft in reversed(self.drafts[self._start :]):
            if draft.balance is not None:
                self._apply(draft.balance, draft.cell, draft.line, -draft.on_hand, -draft.held)
        del self.drafts[self._start :]
        for step in reversed(self._undo):
            step()
        self._undo.clear()
        self.papers.undo()

    def settle(self) -> None:
        """Assert of all that this request changed what the database will check."""
        for draft in self.drafts[self._start :]:
            balance, cell, line = draft.balance, draft.cell, draft.line
            assert balance is None or 0 <= balance.held <= balance.on_hand, balance
            assert cell is None or 0 <= cell.pinned <= cell.on_hand, cell
            assert line is None or line.open >= 0, line.id

    def fill(self) -> None:
        """Give blankets what is free: in each balance, nothing available or nothing unpinned.

        Takes min(available, unpinned) by rank over the touched balances' cells (design section 4).
        """
        for balance in sorted(self.touched, key=lambda item: item.id):
            if balance.available <= 0 or not self._to_fill.get(balance):
                continue
            for cell in sorted(self._to_fill[balance], key=by_rank):
                assert cell.blanket is not None
                take = min(balance.available, cell.unpinned)
                if take <= 0:
                    break
                self.claim(self.line(cell.blanket, balance, cell), take)
