"""Sums of entries up to a moment or an entry: the nearest mark, and the few entries after it.

Everything that asks about the past stands on `Cut`: where each balance is cut, as SQL. Figures on
the occurred axis are those of the recorded axis with a few entries moved (`moved_entries`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.selectors.moments import Axis

# `cut`: by balance, the sums of its newest mark inside, and the entries between which it is cut.
_BY_TIME = """
    cut AS MATERIALIZED (
        SELECT b.id AS balance_id, coalesce(m.last_entry, 0) AS from_entry,
               coalesce(n.last_entry, 9223372036854775807) AS to_entry,
               coalesce(m.on_hand, 0) AS on_hand, coalesce(m.held, 0) AS held,
               coalesce(m.last_line, 0) AS last_line
        FROM unnest(%(balances)s::bigint[]) AS b(id)
        LEFT JOIN LATERAL (
            SELECT k.last_entry, k.on_hand, k.held, k.last_line FROM inventory_balancemark k
            WHERE k.balance_id = b.id AND k.recorded_at <= %(until)s::timestamptz
            ORDER BY k.recorded_at DESC, k.last_entry DESC LIMIT 1) m ON true
        LEFT JOIN LATERAL (
            SELECT k.last_entry FROM inventory_balancemark k
            WHERE k.balance_id = b.id AND k.recorded_at > %(until)s::timestamptz
            ORDER BY k.recorded_at, k.last_entry LIMIT 1) n ON true)"""
_BY_ENTRY = """
    cut AS MATERIALIZED (
        SELECT b.id AS balance_id, coalesce(m.last_entry, 0) AS from_entry, b.entry AS to_entry,
               coalesce(m.on_hand, 0) AS on_hand, coalesce(m.held, 0) AS held,
               coalesce(m.last_line, 0) AS last_line
        FROM unnest(%(balances)s::bigint[], %(entries)s::bigint[]) AS b(id, entry)
        LEFT JOIN LATERAL (
            SELECT k.last_entry, k.on_hand, k.held, k.last_line FROM inventory_balancemark k
            WHERE k.balance_id = b.id AND k.last_entry <= b.entry
            ORDER BY k.last_entry DESC LIMIT 1) m ON true)"""
_TIMED = """
    JOIN inventory_posting p ON p.id = e.posting_id AND p.recorded_at <= %(until)s::timestamptz"""

# Postings that were recorded more than ten seconds after they happened, or before, are few; the
# index posting_out_of_time has them (its condition and its span stand here word for word).
_LATE = """
    SELECT e.balance_id, e.stock_id, e.line_id,
           CASE WHEN p.occurred_at > p.recorded_at THEN -e.on_hand ELSE e.on_hand END,
           CASE WHEN p.occurred_at > p.recorded_at THEN -e.held ELSE e.held END
    FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
    WHERE (p.recorded_at - p.occurred_at > interval '10 seconds'
           OR p.recorded_at - p.occurred_at < interval '0')
      AND tstzrange(least(p.occurred_at, p.recorded_at), greatest(p.occurred_at, p.recorded_at))
          @> %(at)s::timestamptz
      AND p.recorded_at <= %(known)s::timestamptz
      AND e.balance_id = ANY(%(balances)s::bigint[])"""
# All others were recorded within ten seconds after the moment: the next entries of each balance.
_NEXT = """
    SELECT n.balance_id, n.stock_id, n.line_id, n.on_hand, n.held, n.id,
           n.recorded_at <= %(at)s::timestamptz + interval '10 seconds' AS soon,
           n.occurred_at <= %(at)s::timestamptz
               AND n.recorded_at > %(at)s::timestamptz
               AND n.recorded_at <= %(known)s::timestamptz
               AND n.recorded_at - n.occurred_at <= interval '10 seconds' AS counts
    FROM unnest(%(balances)s::bigint[], %(entries)s::bigint[]) AS b(id, entry)
    CROSS JOIN LATERAL (
        SELECT e.*, p.recorded_at, p.occurred_at
        FROM (SELECT * FROM inventory_entry x WHERE x.balance_id = b.id AND x.id > b.entry
              ORDER BY x.id LIMIT %(most)s) e
        JOIN inventory_posting p ON p.id = e.posting_id) n
    ORDER BY n.balance_id, n.id"""
# Entries of each balance that one statement looks ahead; those who need it, further.
_AHEAD = (4, 64, 1_024)

# `sums`: units and hold lines of each balance and reason, from the newest marks and what came
# since.
REASON_SUMS = """
    , fresh AS MATERIALIZED (
        SELECT cut.balance_id, e.line_id, sum(e.held)::bigint AS change,
               min(cut.from_entry) AS from_entry
        FROM cut JOIN inventory_entry e ON e.balance_id = cut.balance_id
            AND e.id > cut.from_entry AND e.id <= cut.to_entry {joined}
        WHERE e.line_id IS NOT NULL GROUP BY cut.balance_id, e.line_id),
    moved AS (
        SELECT f.balance_id, l.reason_id, sum(f.change)::bigint AS units,
               sum((o.units + f.change > 0)::int - (o.units > 0)::int)::bigint AS positions
        FROM fresh f JOIN inventory_holdline l ON l.id = f.line_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN f.from_entry = 0 THEN 0 ELSE coalesce((
                SELECT sum(b.held) FROM inventory_entry b
                WHERE b.line_id = f.line_id AND b.id <= f.from_entry), 0) END AS units) o
        GROUP BY f.balance_id, l.reason_id),
    marked AS (
        SELECT cut.balance_id, r.id AS reason_id, m.units, m.positions
        FROM cut CROSS JOIN inventory_reason r
        CROSS JOIN LATERAL (
            SELECT k.units, k.positions FROM inventory_reasonmark k
            WHERE k.balance_id = cut.balance_id AND k.reason_id = r.id
              AND k.last_entry <= cut.from_entry
            ORDER BY k.last_entry DESC LIMIT 1) m
        WHERE cut.from_entry > 0),
    sums AS MATERIALIZED (
        SELECT balance_id, reason_id, sum(units)::bigint AS units,
               sum(positions)::bigint AS positions
        FROM (SELECT * FROM moved UNION ALL SELECT * FROM marked) both_parts
        GROUP BY balance_id, reason_id HAVING sum(units) <> 0 OR sum(positions) <> 0)"""


@dataclass(frozen=True, slots=True)
class Sums:
    """A balance's sums; `last_entry` and `last_line` are the newest inside, 0 for none."""

    on_hand: int = 0
    held: int = 0
    last_entry: int = 0
    last_line: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry that counts on the occurred axis and not on the recorded one, or, negated, back."""

    balance_id: int
    stock_id: int | None
    line_id: int | None
    on_hand: int
    held: int


class Cut:
    """Where each balance is cut: at a time of recording (None: now), or at an entry of it."""

    def __init__(self, common: str, joined: str, params: Mapping[str, Any]) -> None:
        self.common = common
        self.joined = joined
        self.params = params

    @classmethod
    def at(cls, balance_ids: Collection[int], until: datetime | None) -> Cut:
        """What was recorded until then."""
        moment = "infinity" if until is None else until.isoformat()
        params = {"balances": sorted(balance_ids), "until": moment}
        return cls(_BY_TIME, _TIMED if until is not None else "", params)

    @classmethod
    def at_entries(cls, places: Collection[tuple[int, int]]) -> Cut:
        """Each (balance, entry): the balance up to and with that entry."""
        params = {
            "balances": [balance for balance, _ in places],
            "entries": [entry for _, entry in places],
        }
        return cls(_BY_ENTRY, "", params)

    def rows(self, *parts: str, **more: Any) -> list[tuple[Any, ...]]:
        """Answer a query that may read `cut`; `{joined}` in it bounds entries `e` by time."""
        query = " ".join(parts)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH {self.common} {query.replace('{joined}', self.joined)}",
                {**self.params, **more},
            )
            return list(cursor.fetchall())


def balance_sums(cut: Cut) -> dict[int, Sums]:
    """On hand and held of each balance. One statement."""
    return {balance: Sums(*figures) for balance, _, *figures in _sums(cut)}


def running_sums(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Sums]:
    """On hand and held after each (balance, entry). One statement."""
    if not places:
        return {}
    rows = _sums(Cut.at_entries(places))
    return {(balance, entry): Sums(*figures) for balance, entry, *figures in rows}


def _sums(cut: Cut) -> list[tuple[Any, ...]]:
    return cut.rows(
        """SELECT cut.balance_id, cut.to_entry, cut.on_hand + coalesce(f.on_hand, 0),
                  cut.held + coalesce(f.held, 0), coalesce(f.last, cut.from_entry),
                  greatest(cut.last_line, coalesce(f.line, 0))
           FROM cut LEFT JOIN LATERAL (
               SELECT sum(e.on_hand)::bigint AS on_hand, sum(e.held)::bigint AS held,
                      max(e.id) AS last, max(e.line_id) AS line
               FROM inventory_entry e {joined}
               WHERE e.balance_id = cut.balance_id
                 AND e.id > cut.from_entry AND e.id <= cut.to_entry) f ON true"""
    )


def cell_sums(cut: Cut, stock_ids: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
    """On hand and pinned of the balances' cells (or of these of them). One statement."""
    rows = cut.rows(
        """SELECT c.id, coalesce(m.on_hand, 0) + coalesce(f.on_hand, 0),
                  coalesce(m.pinned, 0) + coalesce(f.held, 0)
           FROM cut JOIN inventory_stock c ON c.balance_id = cut.balance_id
           LEFT JOIN LATERAL (
               SELECT k.on_hand, k.pinned FROM inventory_cellmark k
               WHERE k.stock_id = c.id AND k.last_entry <= cut.from_entry
               ORDER BY k.last_entry DESC LIMIT 1) m ON true
           LEFT JOIN LATERAL (
               SELECT sum(e.on_hand)::bigint AS on_hand, sum(e.held)::bigint AS held
               FROM inventory_entry e {joined}
               WHERE e.stock_id = c.id
                 AND e.id > cut.from_entry AND e.id <= cut.to_entry) f ON true
           WHERE %(cells)s::bigint[] IS NULL OR c.id = ANY(%(cells)s::bigint[])""",
        cells=None if stock_ids is None else list(stock_ids),
    )
    return {cell: (on_hand, pinned) for cell, on_hand, pinned in rows}


def reason_sums(cut: Cut) -> dict[tuple[int, int], tuple[int, int]]:
    """{(balance, reason): (units held, hold lines that hold them)}. One statement."""
    rows = cut.rows(REASON_SUMS, "SELECT * FROM sums")
    return {(balance, reason): (units, positions) for balance, reason, units, positions in rows}


def moved_entries(
    last: Mapping[int, int], *, at: datetime, known_at: datetime | None
) -> list[Moved]:
    """Entries to add to what was recorded until min(at, known_at), for the occurred axis.

    Added: what happened until `at` and was recorded after it (and until `known_at`). Taken away:
    what was recorded by then with a later time. Two statements, more where much was written in
    the ten seconds after `at`.

    Args:
        last: each balance's last entry recorded until then.
        at, known_at: the moment.
    """
    params: dict[str, Any] = {
        "balances": sorted(last),
        "at": at.isoformat(),
        "known": "infinity" if known_at is None else known_at.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATE, params)
        found = [Moved(*row) for row in cursor.fetchall()]
    if known_at is None or known_at > at:
        found += _soon(dict(last), params)
    return found


def _soon(left: dict[int, int], params: Mapping[str, Any]) -> list[Moved]:
    """Entries recorded within ten seconds after the moment that had happened by then."""
    found: list[Moved] = []
    turn = 0
    while left:
        most = _AHEAD[min(turn, len(_AHEAD) - 1)]
        with connection.cursor() as cursor:
            cursor.execute(
                _NEXT,
                {
                    **params,
                    "balances": list(left),
                    "entries": list(left.values()),
                    "most": most,
                },
            )
            rows = cursor.fetchall()
        found += [Moved(*row[:5]) for row in rows if row[7]]
        seen = Counter(row[0] for row in rows)
        # Rows come in order: the last one of a balance says whether the ten seconds are over.
        ends = {row[0]: (row[5], row[6]) for row in rows}
        left = {
            balance: entry
            for balance, (entry, soon) in ends.items()
            if soon and seen[balance] == most
        }
        turn += 1
    return found


def base_of(at: datetime, axis: Axis, known_at: datetime | None) -> datetime:
    """The time of recording that a moment is cut at, before entries are moved.

    Raises:
        ValueError: `known_at` on the recorded axis, where it means nothing.
    """
    if axis is Axis.RECORDED:
        if known_at is not None:
            raise ValueError("known_at belongs to the occurred axis")
        return at
    return at if known_at is None else min(at, known_at)
