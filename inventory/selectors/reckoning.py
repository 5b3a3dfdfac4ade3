"""The second checker's arithmetic: replays entries one posting after the other. Pure.

It shares nothing with the ledger: plain dictionaries, no trigger, no query. Figures that are zero
are forgotten, so memory follows what there is now and not how much has happened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

# What is told per law; a broken world would otherwise fill the memory.
TOLD = 50

# id, posting, transaction, SKU, balance, cell, line, outside, goods, claims; in posting order.
EntryRow = tuple[
    int, int, int | None, int, int | None, int | None, int | None, str, int, int
]  # fmt: skip
# id, posting, piece, from cell, to cell, outside; in entry order.
PieceRow = tuple[int, int, int, int | None, int | None, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What the replay found: the law's code, where, what is there, what should be."""

    law: str
    where: str
    found: str
    expected: str
    balance_id: int | None = None


@dataclass
class Seal:
    """A digest of all entries of transactions below a horizon: those can never change again."""

    horizon: int
    _digest: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=32))

    def take(self, row: EntryRow) -> None:
        """Take an entry in, if its transaction lies below the horizon."""
        if row[2] is not None and row[2] < self.horizon:
            self._digest.update(repr(row).encode())

    @property
    def digest(self) -> str:
        """The seal so far, as 64 hexadecimal digits."""
        return self._digest.hexdigest()


@dataclass
class Reckoning:
    """All sums, and what was wrong on the way."""

    goods: dict[int, int] = field(default_factory=dict)
    claims: dict[int, int] = field(default_factory=dict)
    cell_goods: dict[int, int] = field(default_factory=dict)
    cell_claims: dict[int, int] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    pieces: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    entries: int = 0
    _told: dict[str, int] = field(default_factory=dict)
    _latest: dict[int, int] = field(default_factory=dict)

    def tell(
        self, law: str, where: str, found: object, expected: object, balance: int | None = None
    ) -> None:
        """Note a difference, up to a limit per law."""
        self._told[law] = self._told.get(law, 0) + 1
        if self._told[law] <= TOLD:
            self.wrong.append(Wrong(law, where, str(found), str(expected), balance))

    def replay(self, rows: Iterable[EntryRow], seals: Iterable[Seal] = ()) -> None:
        """Add entries up, in posting order, and judge the books after every posting."""
        seals = tuple(seals)
        posting = 0
        skus: dict[int, int] = {}
        balances: set[int] = set()
        cells: dict[int, int] = {}
        lines: dict[int, int] = {}
        for row in rows:
            entry, this, _, sku, balance, cell, line, _, on_hand, held = row
            if this != posting:
                self._judge(posting, skus, balances, cells, lines)
                posting = this
                for kept in (skus, balances, cells, lines):
                    kept.clear()
            for seal in seals:
                seal.take(row)
            self.entries += 1
            if on_hand:
                skus[sku] = skus.get(sku, 0) + on_hand
            if balance is None:
                continue
            balances.add(balance)
            if entry <= self._latest.get(balance, 0):
                self.tell("I2", f"entry {entry}", f"posting {this}", "a later one", balance)
            self._latest[balance] = entry
            _add(self.goods, balance, on_hand)
            _add(self.claims, balance, held)
            if cell is not None:
                cells[cell] = balance
                _add(self.cell_goods, cell, on_hand)
                _add(self.cell_claims, cell, held)
            if line is not None:
                lines[line] = balance
                _add(self.lines, line, held)
        self._judge(posting, skus, balances, cells, lines)

    def _judge(
        self,
        posting: int,
        skus: dict[int, int],
        balances: set[int],
        cells: dict[int, int],
        lines: dict[int, int],
    ) -> None:
        """The laws that hold at every commit, on everything the posting touched."""
        for total in skus.values():
            if total:
                self.tell("A2", f"posting {posting}", total, 0, next(iter(balances), None))
        for balance in balances:
            goods, claims = self.goods.get(balance, 0), self.claims.get(balance, 0)
            if goods < 0:
                self.tell("A4", f"posting {posting} balance {balance}", goods, "0 or more", balance)
            elif not 0 <= claims <= goods:
                self._tell_beyond(posting, f"balance {balance}", claims, goods, balance)
        for cell, balance in cells.items():
            goods, claims = self.cell_goods.get(cell, 0), self.cell_claims.get(cell, 0)
            if goods < 0:
                self.tell("A4", f"posting {posting} cell {cell}", goods, "0 or more", balance)
            elif not 0 <= claims <= goods:
                self._tell_beyond(posting, f"cell {cell}", claims, goods, balance)
        for line, balance in lines.items():
            units = self.lines.get(line, 0)
            if units < 0:
                self.tell("A4", f"posting {posting} line {line}", units, "0 or more", balance)

    def _tell_beyond(self, posting: int, where: str, claims: int, goods: int, balance: int) -> None:
        where = f"posting {posting} {where}"
        self.tell("B2", where, f"{claims}/{goods}", "0 <= claims <= goods", balance)

    def walk(self, rows: Iterable[PieceRow]) -> None:
        """Carry numbered pieces from place to place, in entry order."""
        for entry, _, piece, source, target, outside in rows:
            there, _ = self.pieces.get(piece, (None, ""))
            if there != source:
                self.tell(
                    "A16.walk", f"piece {piece}", f"entry {entry} from {source}", f"from {there}"
                )
            self.pieces[piece] = (target, outside)


def _add(sums: dict[int, int], key: int, change: int) -> None:
    if change:
        total = sums.get(key, 0) + change
        if total:
            sums[key] = total
        else:
            del sums[key]
