"""The walk behind `exposure`: entries read round by round, then played in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.models import Stock

# Cells after cells after cells: nobody moves goods so often between two readings.
MOST_ROUNDS = 50
Thing = tuple[int, int | None]
# Goods come back over the border by these.
BACK = ("RETURN", "REVERSE")

# Entries of these cells that happened after the moment. Whatever happened after it was also
# recorded after it; the marks of the balances say from which entry on that can be.
_OF_CELLS = """
    SELECT e.id, e.posting_id, p.occurred_at, p.kind, p.document, coalesce(
               p.facts ->> 'shipped_document', r.document, ''), e.stock_id, e.sku_id, e.outside,
           e.on_hand
    FROM unnest(%(cells)s::bigint[]) AS c(id)
    JOIN inventory_stock s ON s.id = c.id
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT m.last_entry FROM inventory_balancemark m
                         WHERE m.balance_id = s.balance_id AND m.recorded_at <= %(since)s
                         ORDER BY m.recorded_at DESC, m.last_entry DESC LIMIT 1), 0) AS entry) f
    JOIN inventory_entry e ON e.stock_id = c.id AND e.id > f.entry AND e.on_hand <> 0
    JOIN inventory_posting p ON p.id = e.posting_id AND p.occurred_at > %(since)s
    LEFT JOIN inventory_posting r ON r.id = p.reverses_id"""
# The other ends of postings that took goods out of cells.
_OF_POSTINGS = """
    SELECT e.id, e.posting_id, p.occurred_at, p.kind, p.document, coalesce(
               p.facts ->> 'shipped_document', r.document, ''), e.stock_id, e.sku_id, e.outside,
           e.on_hand
    FROM inventory_entry e JOIN inventory_posting p ON p.id = e.posting_id
    LEFT JOIN inventory_posting r ON r.id = p.reverses_id
    WHERE e.posting_id = ANY(%(postings)s) AND e.on_hand <> 0 AND e.sku_id = ANY(%(skus)s)"""
# What came back of documents under which goods have left.
_RETURNS = """
    SELECT DISTINCT e.stock_id
    FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
    WHERE p.kind = 'RETURN' AND p.facts ->> 'shipped_document' = ANY(%(documents)s)
        AND e.stock_id IS NOT NULL AND e.on_hand > 0 AND e.sku_id = ANY(%(skus)s)"""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of goods: into a cell (or out of it), or over the company's border."""

    id: int
    posting: int
    at: datetime
    kind: str
    document: str
    # The document under which the goods of a return, or of what is taken back, had left.
    shipped_as: str
    cell: int | None
    sku: int
    outside: str
    qty: int


@dataclass(slots=True)
class Left:
    """Units that left with a document."""

    qty: int
    at: datetime


@dataclass(slots=True)
class Walk:
    """From the root cells on; `exposed` and `on_hand` are by cell, at the end those of now."""

    roots: set[int]
    since: datetime
    until: datetime | None
    cleared: Mapping[int, datetime]
    exposed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    on_hand: dict[int, int] = field(default_factory=dict)
    lots: dict[int, int | None] = field(default_factory=dict)
    shipped: dict[tuple[str, int, int | None], Left] = field(default_factory=dict)

    def is_during(self, at: datetime) -> bool:
        """True while it lasts."""
        return self.until is None or at <= self.until


def steps_from(walk: Walk) -> None:
    """Play what happened; afterwards `exposed` and `shipped` say where the goods are."""
    steps = read_steps(walk)
    for cell in walk.roots:
        walk.exposed[cell] = walk.on_hand[cell]
    clearings = sorted((at, cell) for cell, at in walk.cleared.items())
    groups: dict[tuple[datetime, int], list[Step]] = defaultdict(list)
    for step in steps:
        groups[(step.at, step.posting)].append(step)
    for (at, _posting), group in sorted(groups.items()):
        while clearings and clearings[0][0] <= at:
            walk.exposed[clearings.pop(0)[1]] = 0
        _play(walk, at, group)
    for _at, cell in clearings:
        walk.exposed[cell] = 0


def read_steps(walk: Walk) -> list[Step]:
    """All entries after the moment that the roots' goods can have come to, and what was there."""
    seen: dict[int, Step] = {}
    frontier, known, asked = set(walk.roots), set(walk.roots), set[int]()
    documents: set[str] = set()
    _learn(walk, frontier)
    for _round in range(MOST_ROUNDS):
        if not frontier:
            break
        own = _rows(_OF_CELLS, cells=sorted(frontier), since=walk.since)
        seen.update((step.id, step) for step in own)
        out = {step.posting for step in own if step.qty < 0 or step.kind in BACK} - asked
        asked |= out
        skus = sorted({step.sku for step in seen.values()})
        others = _rows(_OF_POSTINGS, postings=sorted(out), skus=skus) if out else []
        seen.update((step.id, step) for step in others)
        gone = {step.document for step in others if step.outside == "CUSTOMER"} - documents
        documents |= gone
        reached = {step.cell for step in others if step.cell is not None and step.qty > 0}
        if gone:
            with connection.cursor() as cursor:
                cursor.execute(_RETURNS, {"documents": sorted(gone), "skus": skus})
                reached |= {cell for (cell,) in cursor.fetchall()}
        frontier = reached - known
        known |= frontier
        _learn(walk, frontier)
    steps = [step for step in seen.values() if step.cell is None or step.cell in known]
    # Back to the moment: what is now, less what happened since.
    for step in steps:
        if step.cell is not None:
            walk.on_hand[step.cell] -= step.qty
    return steps


def _learn(walk: Walk, cells: Iterable[int]) -> None:
    rows = Stock.objects.filter(id__in=list(cells)).values_list("id", "on_hand", "lot_id")
    for cell, on_hand, lot in rows:
        walk.on_hand[cell], walk.lots[cell] = on_hand, lot


def _rows(statement: str, **params: Any) -> list[Step]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [Step(*row) for row in cursor.fetchall()]


def _play(walk: Walk, at: datetime, group: Sequence[Step]) -> None:
    """One posting: units leave cells, arrive in others, cross the border, or come back."""
    pools: dict[Thing, int] = defaultdict(int)
    for step in group:
        if step.cell is not None and step.qty < 0:
            _leave(walk, step, pools)
    # The border names no lot: what comes back or leaves is of the lots the cells name.
    here = {walk.lots[step.cell] for step in group if step.cell is not None}
    for step in group:
        if step.outside == "CUSTOMER" and step.qty < 0:
            for lot in here:
                _come_back(walk, step, lot, pools)
    left: dict[Thing, int] = dict(pools)
    for step in group:
        if step.cell is not None and step.qty > 0:
            _arrive(walk, step, at, left)
    for step in group:
        if step.outside == "CUSTOMER" and step.qty > 0:
            _ship(walk, step, at, pools)


def _leave(walk: Walk, step: Step, pools: dict[Thing, int]) -> None:
    cell = step.cell
    assert cell is not None
    pools[(step.sku, walk.lots[cell])] += min(-step.qty, walk.exposed[cell])
    walk.on_hand[cell] += step.qty
    # Which ones left, nobody knows: as many as can be are still here.
    walk.exposed[cell] = max(0, min(walk.exposed[cell], walk.on_hand[cell]))


def _arrive(walk: Walk, step: Step, at: datetime, left: Mapping[Thing, int]) -> None:
    cell = step.cell
    assert cell is not None
    walk.on_hand[cell] += step.qty
    came = min(step.qty, left.get((step.sku, walk.lots[cell]), 0))
    if cell in walk.roots and walk.is_during(at):
        came = step.qty
    walk.exposed[cell] = min(walk.exposed[cell] + came, max(0, walk.on_hand[cell]))


def _ship(walk: Walk, step: Step, at: datetime, pools: Mapping[Thing, int]) -> None:
    for (sku, lot), units in pools.items():
        if sku != step.sku or not units:
            continue
        known = walk.shipped.setdefault((step.document, sku, lot), Left(0, at))
        known.qty += units


def _come_back(walk: Walk, step: Step, lot: int | None, pools: dict[Thing, int]) -> None:
    key = (step.shipped_as or step.document, step.sku, lot)
    gone = walk.shipped.get(key)
    if gone is None:
        return
    units = min(-step.qty, gone.qty)
    pools[(step.sku, lot)] += units
    gone.qty -= units
