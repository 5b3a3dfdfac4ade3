"""What a batch of requests must have locked and loaded before it can be decided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from inventory.requests import QTY_LIMIT, Line, MoveLine, PlacedLine, Refused, RegradeLine
from inventory.scopes import Scope, reaches
from inventory.world import BalanceKey

AnyLine = Line | MoveLine | PlacedLine | RegradeLine


@dataclass(slots=True)
class Needs:
    """Collected over all requests of a batch, so that each kind of row is read once."""

    balances: set[BalanceKey] = field(default_factory=set)
    # Balances that must come into being, because goods will lie in them.
    growing: set[BalanceKey] = field(default_factory=set)
    # Every cell of these is looked at (pinning), not only those in `locations`.
    whole: set[BalanceKey] = field(default_factory=set)
    # Every open claim in these may have to give way (a count may find a loss).
    all_claims: set[BalanceKey] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    hold_ids: set[int] = field(default_factory=set)
    locations: set[int] = field(default_factory=set)
    lots: set[int] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    # Scopes of new blankets that may reach beyond one balance.
    wide: list[Scope] = field(default_factory=list)
    lifts_blankets: bool = False
    # Scopes of claims on so many units in any warehouse: all their balances are locked.
    everywhere: list[Scope] = field(default_factory=list)
    # What these reach of the locked balances is looked at cell by cell, or claim by claim.
    looking: list[Scope] = field(default_factory=list)
    yielding: list[Scope] = field(default_factory=list)
    # Documents whose open claims may be drawn from, in the balances that are locked anyway.
    reserves: set[str] = field(default_factory=set)
    # Claims go to cells by each SKU's own strategy.
    strategies: bool = False
    # Marks over cells matter too, not only blankets that take units.
    effects: bool = False
    # Goods move: their SKUs may be tracked by lot or serial number.
    physical: bool = False
    # (SKU, serial number) of pieces named.
    serials: set[tuple[int, str]] = field(default_factory=set)
    # Locations whose pieces are all looked at (a count).
    pieces_at: set[int] = field(default_factory=set)
    # (location, SKU, grade, owner): balances of a warehouse that only the location tells.
    at_location: set[tuple[int, int, str, str]] = field(default_factory=set)
    # Warehouses that goods set out to.
    houses: set[int] = field(default_factory=set)
    # Postings to be reversed, and what they touched: read before the locks, they never change.
    reversing: set[int] = field(default_factory=set)
    balance_ids: set[int] = field(default_factory=set)
    cell_ids: set[int] = field(default_factory=set)
    line_ids: set[int] = field(default_factory=set)
    # Documents under which goods were shipped that come back now.
    shipped: set[str] = field(default_factory=set)
    # Of `balances`, those that are not there: where a kit is named, its SKU is among these.
    absent: set[BalanceKey] = field(default_factory=set)

    def look(self, locked: Iterable[BalanceKey]) -> None:
        """Of the balances that are locked now, note those that the scopes reach."""
        if not self.looking and not self.yielding:
            return
        for key in locked:
            if any(reaches(scope, key) for scope in self.looking):
                self.whole.add(key)
            if any(reaches(scope, key) for scope in self.yielding):
                self.all_claims.add(key)

    def goods(self, *, warehouse_id: int, lines: Iterable[AnyLine], grow: bool) -> None:
        """The lines' balances and lots."""
        for line in lines:
            key = key_of(warehouse_id, line)
            self.balances.add(key)
            if grow:
                self.growing.add(key)
            if line.lot_id is not None:
                self.lots.add(line.lot_id)

    def pieces(self, lines: Iterable[AnyLine | Line]) -> None:
        """Goods of these lines move, each numbered piece by name."""
        self.physical = True
        for line in lines:
            self.serials.update((line.sku_id, str(serial)) for serial in line.serials)


def key_of(warehouse_id: int, line: AnyLine) -> BalanceKey:
    """The balance that a line is about."""
    return (warehouse_id, line.sku_id, line.grade, line.owner)


@contextmanager
def at_line(number: int, line: AnyLine) -> Iterator[None]:
    """Refusals inside name the line's place in the request and its SKU."""
    try:
        yield
    except Refused as refusal:
        name_line(refusal, number, line)
        raise


def name_line(refusal: Refused, number: int, line: AnyLine) -> None:
    """The refusal names the line's place in the request and its SKU."""
    refusal.params.setdefault("line", number)
    refusal.params.setdefault("sku_id", line.sku_id)


def check_quantities(lines: Iterable[AnyLine], *, zero: bool = False) -> None:
    """Refuse what is no count of units.

    Raises:
        Refused: bad_quantity, naming the SKU.
    """
    for number, line in enumerate(lines):
        whole = isinstance(line.qty, int) and not isinstance(line.qty, bool)
        if not whole or not (0 if zero else 1) <= line.qty <= QTY_LIMIT:
            raise Refused(
                "bad_quantity", line=number, sku_id=line.sku_id, qty=line.qty, asked=line.qty
            )
