"""The books of the pure model: dictionaries, laws, and a way back. Knows nothing of the ledger.

Written from the design's words, not from the code: a balance is (warehouse, SKU, grade, owner), a
spot is (location, lot), a claim has lines, and a line without a spot is bin-less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

BalanceKey = tuple[int, int, str, str]
Spot = tuple[int, int | None]
NOWHERE: Spot = (0, None)
PICKABLE = {"PICKING": 0, "STORAGE": 1, "PALLET": 2, "TOTE": 3, "STAGING": 4, "PACKING": 5}


@dataclass(frozen=True)
class Why:
    """A reason: what kind of claim, how strong, what it forbids."""

    role: str
    rank: int
    safety: bool = False
    place: bool = False
    blocks: str = "reserve pick ship publish"


REASONS = {
    "ORDER": Why("COMMITMENT", 10, blocks="reserve publish"),
    "TRANSFER": Why("COMMITMENT", 20, blocks="reserve publish"),
    "PROMOTION": Why("COMMITMENT", 15, blocks="reserve publish"),
    "MANUAL": Why("FREEZE", 40),
    "QC": Why("FREEZE", 60, True),
    "DEFECT": Why("FREEZE", 65, True),
    "DAMAGE": Why("FREEZE", 70, True),
    "NEAR_EXPIRY": Why("FREEZE", 50),
    "EXPIRED": Why("FREEZE", 80, True),
    "RECALL": Why("FREEZE", 95, True),
    "RECEIVING": Why("FREEZE", 30, place=True),
    "QUARANTINE": Why("FREEZE", 75, True, True),
    "DEFECT_AREA": Why("FREEZE", 72, True, True),
    "LEAK": Why("FREEZE", 68, True, True),
    "COUNT": Why("MARK", 5, place=True, blocks="pick move"),
}


class No(Exception):
    """The model refuses, with the ledger's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Place:
    """A location; a truck has the transfer that it drives for as its code."""

    warehouse: int
    kind: str
    sequence: int
    zone: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Lot:
    """A batch."""

    sku: int
    expires_on: date | None = None
    supplier: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """A hold; `number` is its id in the database once that is known."""

    document: str
    reason: str
    why: Why
    order: int
    blanket: bool = False
    scope: dict[str, Any] = field(default_factory=dict)
    open: bool = True
    state: str = "ACTIVE"
    number: int | None = None
    lines: list[Line] = field(default_factory=list)
    without_lots: frozenset[int] = frozenset()
    without_spots: frozenset[tuple[BalanceKey, Spot]] = frozenset()

    @property
    def units(self) -> int:
        """All open units."""
        return sum(line.open for line in self.lines)


@dataclass(slots=True, eq=False)
class Line:
    """Units of one claim in one balance, at a spot or at none."""

    claim: Claim
    balance: BalanceKey
    spot: Spot
    origin: Line | None
    priority: int
    order: int
    open: int = 0
    started: bool = False
    # It asked for these very goods: without its spot it is nothing.
    bound: bool = False


@dataclass(slots=True)
class Move:
    """One entry: goods at a spot and units of a line, or goods across the border."""

    balance: BalanceKey | None
    spot: Spot
    line: Line | None
    goods: int
    units: int
    outside: str = ""
    sku: int = 0


class Books:
    """Goods by spot, claims by line; every change is kept until `settle`, so it can be undone."""

    def __init__(
        self, places: dict[int, Place], lots: dict[int, Lot], tracked: set[int], today: date
    ) -> None:
        self.places, self.lots, self.tracked, self.today = places, lots, tracked, today
        self.goods: dict[BalanceKey, dict[Spot, int]] = {}
        self.pinned: dict[BalanceKey, dict[Spot, int]] = {}
        self.on_hand: dict[BalanceKey, int] = {}
        self.held: dict[BalanceKey, int] = {}
        self.lines: dict[BalanceKey, list[Line]] = {}
        self.claims: list[Claim] = []
        self.blankets: list[Claim] = []
        self.by_document: dict[str, list[Claim]] = {}
        self.by_number: dict[int, Claim] = {}
        self.crossed: dict[tuple[int, str], int] = {}
        self.moves: list[Move] = []
        self.touched: dict[BalanceKey, None] = {}
        self.undoing: list[Callable[[], None]] = []
        self.count = 0

    # --- asking ---

    def available(self, balance: BalanceKey) -> int:
        """Free units."""
        return self.on_hand.get(balance, 0) - self.held.get(balance, 0)

    def loose(self, balance: BalanceKey, spot: Spot) -> int:
        """Units at the spot that no claim has there."""
        return self.goods.get(balance, {}).get(spot, 0) - self.pinned.get(balance, {}).get(spot, 0)

    def covering(self, balance: BalanceKey, spot: Spot) -> list[Claim]:
        """The open blankets over a spot, strongest first."""
        found = [claim for claim in self.blankets if self.covers(claim, balance, spot)]
        return sorted(found, key=lambda claim: (-claim.why.rank, claim.order))

    def covers(self, claim: Claim, balance: BalanceKey, spot: Spot) -> bool:
        """True when the blanket's scope names this spot."""
        scope, (warehouse, sku, grade, owner), (location, lot) = claim.scope, balance, spot
        facts = {"warehouse": warehouse, "sku": sku, "grade": grade, "owner": owner,
                 "location": location, "lot": lot}  # fmt: skip
        for name, value in scope.items():
            if name == "zone":
                if self.places[location].zone != value:
                    return False
            elif name == "supplier":
                if lot is None or self.lots[lot].supplier != value:
                    return False
            elif facts[name] != value:
                return False
        return lot not in claim.without_lots and (balance, spot) not in claim.without_spots

    def forbids(self, balance: BalanceKey, spot: Spot, act: str) -> bool:
        """True when a blanket over the spot forbids the act."""
        return any(act in claim.why.blocks for claim in self.covering(balance, spot))

    def frozen_by(self, balance: BalanceKey, spot: Spot) -> Claim | None:
        """The strongest blanket that takes units here."""
        return next(
            (each for each in self.covering(balance, spot) if "reserve" in each.why.blocks), None
        )

    def open_lines(self, document: str, role: str = "") -> list[Line]:
        """Lines of a document's open claims that have units."""
        return [
            line
            for claim in self.by_document.get(document, ())
            if claim.open and (not role or claim.why.role == role)
            for line in claim.lines
            if line.open
        ]

    def expired(self, lot: int | None) -> bool:
        """Past its last day."""
        expires = self.lots[lot].expires_on if lot is not None else None
        return expires is not None and expires < self.today

    def first_expiry(self, spot: Spot) -> tuple[int, date, int, int]:
        """The order of picking: bins before benches, earliest expiry, kind, walk."""
        place, lot = self.places[spot[0]], spot[1]
        step = PICKABLE.get(place.kind, 9)
        expires = self.lots[lot].expires_on if lot is not None else None
        return (int(step > 2), expires or date.max, step, place.sequence)

    # --- changing ---

    def move(self, balance: BalanceKey, spot: Spot, goods: int, line: Line | None = None,
             units: int = 0) -> None:  # fmt: skip
        """Goods come to or leave a spot; a line's units may change with them."""
        self._apply(balance, spot, goods, line, units)
        self.moves.append(Move(balance, spot, line, goods, units, sku=balance[1]))
        self.touched[balance] = None
        self.undoing.append(lambda: self._apply(balance, spot, -goods, line, -units))

    def claim_units(self, line: Line, units: int) -> None:
        """A line's units rise or fall; goods stay."""
        if units:
            self.move(line.balance, line.spot, 0, line, units)

    def cross(self, sku: int, outside: str, goods: int) -> None:
        """Goods on the other side of the border."""
        self._cross(sku, outside, goods)
        self.moves.append(Move(None, NOWHERE, None, goods, 0, outside, sku))
        self.undoing.append(lambda: self._cross(sku, outside, -goods))

    def _cross(self, sku: int, outside: str, goods: int) -> None:
        self.crossed[sku, outside] = self.crossed.get((sku, outside), 0) + goods

    def _apply(
        self, balance: BalanceKey, spot: Spot, goods: int, line: Line | None, units: int
    ) -> None:
        if goods:
            spots = self.goods.setdefault(balance, {})
            spots[spot] = spots.get(spot, 0) + goods
            self.on_hand[balance] = self.on_hand.get(balance, 0) + goods
        if line is not None and units:
            line.open += units
            self.held[balance] = self.held.get(balance, 0) + units
            if spot != NOWHERE:
                pinned = self.pinned.setdefault(balance, {})
                pinned[spot] = pinned.get(spot, 0) + units

    def line(self, claim: Claim, balance: BalanceKey, spot: Spot, *, priority: int = 0,
             origin: Line | None = None, bound: bool = False) -> Line:  # fmt: skip
        """The claim's line there, made when it is new."""
        for known in claim.lines:
            if known.balance == balance and known.spot == spot and known.origin is origin:
                return known
        self.count += 1
        made = Line(claim, balance, spot, origin, priority, self.count, bound=bound)
        claim.lines.append(made)
        self.lines.setdefault(balance, []).append(made)

        def forget() -> None:
            claim.lines.remove(made)
            self.lines[balance].remove(made)

        self.undoing.append(forget)
        return made

    def new_claim(self, document: str, reason: str, *, blanket: bool = False,
                  scope: dict[str, Any] | None = None) -> Claim:  # fmt: skip
        """A claim of its own."""
        self.count += 1
        made = Claim(document, reason, REASONS[reason], self.count, blanket, scope or {})
        self.claims.append(made)
        self.by_document.setdefault(document, []).append(made)
        if blanket:
            self.blankets.append(made)

        def forget() -> None:
            self.claims.remove(made)
            self.by_document[document].remove(made)
            if blanket:
                self.blankets.remove(made)

        self.undoing.append(forget)
        return made

    def set(self, thing: Any, name: str, value: Any) -> None:
        """Change one field of a claim or line."""
        before = getattr(thing, name)
        setattr(thing, name, value)
        self.undoing.append(lambda: setattr(thing, name, before))

    def lift(self, claim: Claim) -> None:
        """The blanket covers nothing from now on."""
        at = self.blankets.index(claim)
        self.blankets.pop(at)
        self.undoing.append(lambda: self.blankets.insert(at, claim))
        for balance, spots in self.goods.items():
            if any(self.covers(claim, balance, spot) for spot in spots):
                self.touched[balance] = None

    def spend(self, line: Line) -> None:
        """Drawn units will not come back; a reserve with nothing in or out of it is at its end."""
        if line.origin is not None:
            self.end(line.origin.claim, "CONSUMED")

    def drawn(self, claim: Claim) -> bool:
        """True while units drawn from the claim are out."""
        return any(
            line.open and line.origin is not None and line.origin.claim is claim
            for balance in {each.balance for each in claim.lines}
            for line in self.lines.get(balance, ())
        )

    def end(self, claim: Claim, state: str) -> None:
        """The claim is at its end once it has no units, in itself or drawn from it."""
        if claim.open and not claim.units and not self.drawn(claim):
            self.set(claim, "open", False)
            self.set(claim, "state", state)

    def reopen(self, claim: Claim) -> None:
        """The claim is open again, and known again if it was forgotten."""
        if not claim.open:
            self.set(claim, "open", True)
            self.set(claim, "state", "ACTIVE")
        if claim not in self.claims:
            self.claims.append(claim)
        known = self.by_document.setdefault(claim.document, [])
        if claim not in known:
            known.append(claim)
        for line in claim.lines:
            lines = self.lines.setdefault(line.balance, [])
            if line not in lines:
                lines.append(line)

    def fill(self) -> None:
        """Blankets take what is free in the touched balances, strongest first."""
        for balance in list(self.touched):
            self._fill(balance)

    def _fill(self, balance: BalanceKey) -> None:
        if self.available(balance) <= 0 or not self.blankets:
            return
        under = []
        for spot in self.goods.get(balance, {}):
            if self.loose(balance, spot) > 0:
                top = self.frozen_by(balance, spot)
                if top is not None:
                    place = self.places[spot[0]]
                    under.append((-top.why.rank, place.sequence, spot[0], spot[1] or 0, top, spot))
        for _, _, _, _, top, spot in sorted(under, key=lambda item: item[:4]):
            take = min(self.available(balance), self.loose(balance, spot))
            if take > 0:
                self.claim_units(self.line(top, balance, spot), take)

    # --- one request, whole or not at all ---

    def begin(self) -> None:
        """Start a request."""
        self.moves, self.touched, self.undoing = [], {}, []

    def undo(self) -> None:
        """Take everything back since `begin`."""
        for step in reversed(self.undoing):
            step()
        self.undoing = []

    # --- laws ---

    def broken(self, balances: Iterator[BalanceKey] | None = None) -> list[str]:
        """Every law that does not hold now, in words."""
        found = []
        for balance in balances if balances is not None else list(self.on_hand):
            on_hand, held = self.on_hand.get(balance, 0), self.held.get(balance, 0)
            if not 0 <= held <= on_hand:
                found.append(f"{balance}: held {held} of {on_hand}")
            if sum(self.goods.get(balance, {}).values()) != on_hand:
                found.append(f"{balance}: spots do not add up to {on_hand}")
            if sum(line.open for line in self.lines.get(balance, ())) != held:
                found.append(f"{balance}: lines do not add up to {held}")
            for spot, there in self.goods.get(balance, {}).items():
                pinned = self.pinned.get(balance, {}).get(spot, 0)
                if not 0 <= pinned <= there:
                    found.append(f"{balance} {spot}: pinned {pinned} of {there}")
                if on_hand > held and there > pinned and self.frozen_by(balance, spot):
                    found.append(f"{balance} {spot}: free units under a blanket")
            found += [
                f"{balance}: a line of {line.claim.document} has {line.open}"
                for line in self.lines.get(balance, ())
                if line.open < 0 or (line.open and not line.claim.open)
            ]
        return found

    def world_sum(self) -> dict[int, int]:
        """Goods here and outside together, by SKU; each must be 0."""
        total: dict[int, int] = {}
        for balance, there in self.on_hand.items():
            total[balance[1]] = total.get(balance[1], 0) + there
        for (sku, _), there in self.crossed.items():
            total[sku] = total.get(sku, 0) + there
        return {sku: there for sku, there in total.items() if there}

    def sweep(self) -> None:
        """Forget lines and claims that are closed for good, so long plays stay quick."""
        self.claims = [claim for claim in self.claims if claim.open]
        for document, claims in list(self.by_document.items()):
            alive = [claim for claim in claims if claim.open]
            if alive:
                self.by_document[document] = alive
            else:
                del self.by_document[document]
        for balance, lines in self.lines.items():
            self.lines[balance] = [line for line in lines if line.open or line.claim.open]
