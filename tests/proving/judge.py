"""The judge: every posting in its order against the model; refusals against what was true then.

Postings are numbered under the locks of their balances, so their numbers are an order in which
one worker could have done the same. Where the rules leave the choice of a cell open, the judge
takes the ledger's choice after checking that it changes no sum and breaks no law.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from inventory import requests as asked
from tests.proving.books import NOWHERE, BalanceKey, Claim, Line, Spot
from tests.proving.model import Model, Said


@dataclass
class Told:
    """One answer, as a worker wrote it down."""

    worker: int
    step: int
    ask: asked.Request
    code: str
    hold_id: int | None
    posting_id: int | None
    repeated: bool
    # Postings that had surely happened, and that had possibly happened, when it was refused.
    after: int = 0
    until: int = 0


@dataclass(frozen=True)
class Row:
    """One entry from the database."""

    posting: int
    balance: BalanceKey | None
    spot: Spot
    hold: int | None
    document: str
    reason: str
    line: int | None
    origin: int | None
    priority: int
    goods: int
    units: int
    outside: str
    sku: int


ENTRIES = """
    SELECT e.posting_id, b.warehouse_id, b.sku_id, b.grade, b.owner, s.location_id, s.lot_id,
           h.id, h.document, r.code, l.id, l.origin_id, l.priority, e.on_hand, e.held, e.outside,
           e.sku_id
    FROM inventory_entry e
    LEFT JOIN inventory_balance b ON b.id = e.balance_id
    LEFT JOIN inventory_stock s ON s.id = e.stock_id
    LEFT JOIN inventory_holdline l ON l.id = e.line_id
    LEFT JOIN inventory_hold h ON h.id = l.hold_id
    LEFT JOIN inventory_reason r ON r.id = h.reason_id
    WHERE e.posting_id > %s ORDER BY e.posting_id, e.id"""


def entries_after(posting: int) -> dict[int, list[Row]]:
    """The entries of every later posting."""
    found: dict[int, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [posting])
        for row in cursor.fetchall():
            key = (row[1], row[2], row[3], row[4]) if row[1] is not None else None
            spot = (row[5], row[6]) if row[5] is not None else NOWHERE
            found[row[0]].append(Row(row[0], key, spot, *row[7:]))
    return found


# A line as both sides can name it: hold number (or document and reason), balance, spot, origin.
Effect = dict[tuple[Any, ...], list[int]]
# These decide who loses units; the judge checks the order of losing instead of each document.
GIVING_WAY = (asked.AdjustRequest, asked.HoldRequest, asked.ReverseRequest)
# These choose among a document's cells.
CHOOSING = (asked.ShipRequest, asked.TransferOutRequest, asked.TransferInRequest,
            asked.ReleaseRequest, asked.ReturnRequest)  # fmt: skip


@dataclass
class Judge:
    """Holds the model beside the ledger."""

    model: Model
    last: int = 0
    judged: int = 0
    choices: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    other_codes: Counter[str] = field(default_factory=Counter)
    lines: dict[int, Line] = field(default_factory=dict)

    def session(self, told: Iterable[Told]) -> list[str]:
        """Judge what happened since the last session; gives what was wrong."""
        wrong: list[str] = []
        by_posting: dict[int, Told] = {}
        waiting: list[Told] = []
        repeats: list[Told] = []
        for each in told:
            self.judged += 1
            if each.code:
                waiting.append(each)
            elif each.repeated:
                repeats.append(each)
            elif each.posting_id is not None:
                by_posting[each.posting_id] = each
        rows = entries_after(self.last)
        numbers = sorted(set(by_posting) | set(rows))
        waiting.sort(key=lambda each: each.after)
        waiting = self._refused(waiting, self.last, wrong, done=not numbers)
        for at, number in enumerate(numbers):
            one = by_posting.get(number)
            if one is None:
                wrong.append(f"posting {number} happened, but nobody was told")
                continue
            found = self._posting(one, rows.get(number, []))
            wrong += [f"worker {one.worker} step {one.step} {one.ask}: {each}" for each in found]
            if found:
                return wrong
            waiting = self._refused(waiting, number, wrong, done=at == len(numbers) - 1)
            self.last = number
        for each in repeats:
            first = self.model.keys.get(each.ask.key)
            if first is None or first[1].posting != each.posting_id:
                wrong.append(f"worker {each.worker} step {each.step}: repeated otherwise")
        self.model.sweep()
        return wrong

    # --- refusals ---

    def _refused(
        self, waiting: list[Told], now: int, wrong: list[str], *, done: bool
    ) -> list[Told]:
        """Those that were rightly refused in the state after posting `now` are settled."""
        still = []
        for each in waiting:
            if each.after > now and not done:
                still.append(each)
                continue
            code = self._would(each)
            if code:
                self.refusals[each.code] += 1
                if code != each.code:
                    self.other_codes[f"{type(each.ask).__name__}: {each.code}, not {code}"] += 1
            elif done or each.until <= now:
                wrong.append(
                    f"worker {each.worker} step {each.step} refused {each.code}, though it could "
                    f"be done: {each.ask}"
                )
            else:
                still.append(each)
        return still

    def _would(self, each: Told) -> str:
        seen = self.model.keys.get(each.ask.key)
        if each.code == "key_reused":
            return "key_reused" if seen and seen[0] != each.ask.fingerprint() else ""
        return self.model.would(each.ask)

    # --- postings ---

    def _posting(self, one: Told, rows: list[Row]) -> list[str]:
        """Have the model do the same and compare the two, entry by entry."""
        model, ask = self.model, one.ask
        said = model.do(ask)
        if said.code:
            return [f"done, though it should be refused as {said.code}"]
        if said.repeated:
            return ["the key had been used before, and it was done again"]
        if said.claim is not None and one.hold_id is not None:
            self._number(said.claim, one.hold_id)
        self._know_claims(rows)
        wrong = self._compare(ask, said, rows)
        said.posting, said.moves = one.posting_id, list(model.moves)
        model.note(one.posting_id or 0, ask, said)
        wrong += model.broken(iter(model.touched))
        return wrong

    def _number(self, claim: Claim, number: int) -> None:
        claim.number = number
        self.model.by_number[number] = claim

    def _know_claims(self, rows: list[Row]) -> None:
        """Claims that came along (an expired lot's freeze, a transfer's) get their number."""
        for row in rows:
            if row.hold is not None and row.hold not in self.model.by_number:
                for claim in self.model.by_document.get(row.document, ()):
                    if claim.number is None and claim.reason == row.reason:
                        self._number(claim, row.hold)
                        break

    def _compare(self, ask: asked.Request, said: Said, rows: list[Row]) -> list[str]:
        unknown = [row for row in rows if row.hold and row.hold not in self.model.by_number]
        if unknown:
            return [f"units of a claim that nobody laid: {unknown[0]}"]
        ours: Effect = defaultdict(lambda: [0, 0])
        for move in said.moves:
            key = self._key(move.balance, move.spot, move.line, move.outside, move.sku)
            ours[key][0] += move.goods
            ours[key][1] += move.units
        theirs: Effect = defaultdict(lambda: [0, 0])
        for row in rows:
            line = self._line(row)
            key = self._key(row.balance, row.spot, line, row.outside, row.sku)
            theirs[key][0] += row.goods
            theirs[key][1] += row.units
        other = {}
        for key in {*ours, *theirs}:
            change = [theirs[key][at] - ours[key][at] for at in (0, 1)]
            if any(change):
                other[key] = change
        return self._adopt(ask, other) if other else []

    @staticmethod
    def _key(balance: BalanceKey | None, spot: Spot, line: Line | None, outside: str,
             sku: int) -> tuple[Any, ...]:  # fmt: skip
        return (balance, spot, line, outside, sku)

    def _line(self, row: Row) -> Line | None:
        """The model's line for a line of the database."""
        if row.hold is None or row.line is None or row.balance is None:
            return None
        known = self.lines.get(row.line)
        if known is not None:
            return known
        claim = self.model.by_number[row.hold]
        origin = self.lines.get(row.origin) if row.origin is not None else None
        made = self.model.line(claim, row.balance, row.spot, priority=row.priority, origin=origin)
        self.lines[row.line] = made
        return made

    def _adopt(self, ask: asked.Request, other: dict[tuple[Any, ...], list[int]]) -> list[str]:
        """Take the ledger's choice, if it is one: it changes no sum that the rules fix."""
        goods: Counter[Any] = Counter()
        units: Counter[Any] = Counter()
        for (balance, spot, line, outside, sku), (more, claimed) in other.items():
            goods[balance, outside, sku] += more
            units[balance, "all"] += claimed
            if isinstance(ask, asked.PinRequest) and spot != NOWHERE:
                # Cells that rank the same are a free choice; another order of picking is none.
                units[self.model.first_expiry(spot), balance] += claimed
            if not isinstance(ask, CHOOSING):
                goods[balance, spot, sku] += more
            if line is not None and line.claim.blanket:
                # Of two blankets of one rank either may take what is free.
                units[line.claim.why.rank, balance] += claimed
            elif line is not None and not isinstance(ask, GIVING_WAY):
                units[line.claim.document, balance] += claimed
        off = {key: change for key, change in {**goods, **units}.items() if change}
        if off:
            return [f"the ledger's entries differ from the model's by {_words(other)}"]
        self.choices[type(ask).__name__] += 1
        for (balance, spot, line, _, _), (more, claimed) in other.items():
            if balance is not None:
                self.model.move(balance, spot, more, line, claimed)
        chosen = [key[2] for key in other if key[2] is not None]
        self._close_or_open({line.claim for line in chosen})
        self._close_or_open({line.origin.claim for line in chosen if line.origin is not None})
        return self._order_of_losing(ask)

    def _close_or_open(self, claims: set[Claim]) -> None:
        """A reserve whose drawn units may come home stays open, unless it was let go."""
        for claim in claims:
            if not claim.blanket:
                waits = claim.state != "RELEASED" and self.model.drawn(claim)
                claim.open = claim.units > 0 or waits
                claim.state = "ACTIVE" if claim.open else claim.state

    def _order_of_losing(self, ask: asked.Request) -> list[str]:
        """After a loss nobody stronger has lost while somebody weaker still has units."""
        if not isinstance(ask, asked.AdjustRequest):
            return []
        net: Counter[Line] = Counter()
        for move in self.model.moves:
            if move.line is not None:
                net[move.line] += move.units
        claims: Counter[Claim] = Counter()
        for line, change in net.items():
            claims[line.claim] += change
        strongest = max(
            (line.priority for line in net if claims[line.claim] < 0
             and line.claim.why.role == "COMMITMENT"), default=None,
        )  # fmt: skip
        if strongest is None:
            return []
        touched = {line.balance for line in net}
        weaker = [
            line.claim.document
            for balance in touched
            for line in self.model.lines.get(balance, ())
            if line.open and line.claim.why.role == "COMMITMENT" and line.priority < strongest
        ]
        return [f"{weaker} kept units though stronger ones lost theirs"] if weaker else []

    # --- the end of a session ---

    def standing(self) -> list[str]:
        """The database's rows against the model's figures; gives the differences."""
        wrong = []
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT b.warehouse_id, b.sku_id, b.grade, b.owner, s.location_id, s.lot_id,
                          s.on_hand, s.pinned
                   FROM inventory_stock s JOIN inventory_balance b ON b.id = s.balance_id"""
            )
            for *key, location, lot, on_hand, pinned in cursor.fetchall():
                balance, spot = tuple(key), (location, lot)
                ours = (
                    self.model.goods.get(balance, {}).get(spot, 0),
                    self.model.pinned.get(balance, {}).get(spot, 0),
                )
                if ours != (on_hand, pinned):
                    wrong.append(f"{balance} {spot}: {on_hand}/{pinned}, not {ours}")
            cursor.execute(
                "SELECT id, document FROM inventory_hold WHERE closed_at IS NULL ORDER BY id"
            )
            theirs = dict(cursor.fetchall())
        ours_open = {claim.number: claim.document for claim in self.model.claims if claim.open}
        return wrong + [
            f"hold {number} {theirs.get(number) or ours_open.get(number)} is "
            f"{'open' if number in theirs else 'closed'} in the ledger only"
            for number in theirs.keys() ^ {each for each in ours_open if each is not None}
        ]


def _words(other: dict[tuple[Any, ...], list[int]]) -> str:
    return "; ".join(
        f"{balance or outside} {spot} {line.claim.document if line else ''} {change}"
        for (balance, spot, line, outside, _), change in other.items()
    )
