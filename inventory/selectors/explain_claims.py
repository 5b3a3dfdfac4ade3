"""Which claims take units of some balances or cells: sums by reason, and the largest by name.

One statement reads the sums and the largest claims, so they fit each other whatever is written
meanwhile. A million open claims of one balance are not added up: the reason's newest mark and the
entries since say how many there are, and an index gives the largest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from inventory.decisions.effects import ACTS
from inventory.models import Hold, HoldLine, Reason
from inventory.selectors.explain_frees import frees, permission_of
from inventory.selectors.explanations import Group, Origin, Step
from inventory.selectors.past_sums import REASON_SUMS, Cut

# Claims named for each reason; up to so many hold lines are added up by claim, of more only the
# largest lines are looked at.
NAMED = 10
EXACT = 4_000


@dataclass(frozen=True, slots=True)
class Largest:
    """Units of one hold in one balance, or in the cells asked for."""

    hold_id: int
    reason_id: int
    qty: int
    positions: int
    pinned: int
    started: bool
    origin_id: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one reason: units, hold lines, holds (None: too many to count)."""

    units: int
    positions: int
    claims: int | None


@dataclass(frozen=True)
class Claims:
    """What was found: totals of the balances, by reason, and the largest claims of each."""

    balances: Mapping[int, tuple[int, int, int]]
    tallies: Mapping[int, Tally]
    largest: tuple[Largest, ...]


# `sums` are (balance, reason, units, positions); a line of the balance or a claim of a reason.
_IN_BALANCES = """
    , counted AS MATERIALIZED (
        SELECT s.*, t.holds FROM sums s CROSS JOIN LATERAL (
            SELECT CASE WHEN s.positions <= %(exact)s THEN (
                SELECT count(DISTINCT l.hold_id) FROM inventory_holdline l
                WHERE l.balance_id = s.balance_id AND l.reason_id = s.reason_id AND l.open > 0)
            END AS holds) t)
    SELECT 0 AS part, b.id, NULL::bigint, b.on_hand, b.held, b.version, 0::bigint, false,
           NULL::bigint
    FROM inventory_balance b WHERE b.id = ANY(%(balances)s::bigint[])
    UNION ALL
    SELECT 1, c.balance_id, c.reason_id, c.units, c.positions, c.holds, 0, false, NULL
    FROM counted c
    UNION ALL
    SELECT 2, g.hold_id, c.reason_id, f.units, f.positions, f.pinned, 0, f.started, f.origin
    FROM counted c
    CROSS JOIN LATERAL (
        SELECT h.hold_id FROM (
            SELECT l.hold_id, l.open FROM inventory_holdline l
            WHERE l.balance_id = c.balance_id AND l.reason_id = c.reason_id AND l.open > 0
            ORDER BY l.open DESC
            LIMIT CASE WHEN c.positions <= %(exact)s THEN %(exact)s ELSE %(named)s * 10 END) h
        GROUP BY h.hold_id ORDER BY sum(h.open) DESC, h.hold_id LIMIT %(named)s) g
    CROSS JOIN LATERAL (
        SELECT sum(l.open)::bigint AS units, count(*) AS positions,
               coalesce(sum(l.open) FILTER (WHERE l.stock_id IS NOT NULL), 0)::bigint AS pinned,
               bool_or(l.started) AS started, max(l.origin_id) AS origin
        FROM inventory_holdline l
        WHERE l.hold_id = g.hold_id AND l.balance_id = c.balance_id AND l.open > 0) f"""
_IN_CELLS = """
    WITH held AS MATERIALIZED (
        SELECT l.hold_id, l.reason_id, sum(l.open)::bigint AS units, count(*) AS positions,
               bool_or(l.started) AS started, max(l.origin_id) AS origin
        FROM unnest(%(cells)s::bigint[]) AS c(id)
        JOIN inventory_holdline l ON l.stock_id = c.id AND l.open > 0 AND l.stock_id IS NOT NULL
        GROUP BY l.hold_id, l.reason_id)
    SELECT 1 AS part, 0::bigint, reason_id, sum(units)::bigint, sum(positions)::bigint, count(*),
           0::bigint, false, NULL::bigint
    FROM held GROUP BY reason_id
    UNION ALL
    SELECT 2, hold_id, reason_id, units, positions, units, 0, started, origin
    FROM (SELECT *, row_number() OVER (
              PARTITION BY reason_id ORDER BY units DESC, hold_id) AS place FROM held) ranked
    WHERE place <= %(named)s"""


def claims_in_balances(balance_ids: Collection[int]) -> Claims:
    """Everything that takes units of these balances now. One statement."""
    cut = Cut.at(balance_ids, None)
    return _claims(cut.rows(REASON_SUMS, _IN_BALANCES, exact=EXACT, named=NAMED))


def claims_in_cells(stock_ids: Collection[int]) -> Claims:
    """Everything that is pinned in these cells now. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_CELLS, {"cells": sorted(stock_ids), "named": NAMED})
        return _claims(cursor.fetchall())


def _claims(rows: Iterable[tuple[int, ...]]) -> Claims:
    balances: dict[int, tuple[int, int, int]] = {}
    tallies: dict[int, Tally] = {}
    largest: dict[int, Largest] = {}
    for part, first, reason, units, positions, third, _, started, origin in rows:
        if part == 0:
            balances[first] = (units, positions, third)
        elif part == 1:
            known = tallies.get(reason, Tally(0, 0, 0))
            # A hold in two balances counts twice here, so several balances have no exact count.
            alone = third is not None and known.positions == 0
            tallies[reason] = Tally(
                known.units + units, known.positions + positions, third if alone else None
            )
        else:
            before = largest.get(first, Largest(first, reason, 0, 0, 0, False, None))
            largest[first] = Largest(
                first,
                reason,
                before.qty + units,
                before.positions + positions,
                before.pinned + third,
                before.started or bool(started),
                before.origin_id or origin,
            )
    return Claims(balances, tallies, tuple(largest.values()))


def named(claims: Claims) -> tuple[tuple[Group, ...], tuple[Step, ...]]:
    """Groups and steps, highest rank first, the larger first within a rank. Three statements."""
    shown = _largest_of_each(claims.largest)
    holds = Hold.objects.select_related("reason").in_bulk([row.hold_id for row in shown])
    origins = _origins([row.origin_id for row in shown if row.origin_id is not None])
    steps = [_step(row, holds[row.hold_id], origins.get(row.origin_id or 0)) for row in shown]
    steps.sort(key=lambda step: (-step.rank, -step.qty, step.hold_id))
    units: dict[int, int] = defaultdict(int)
    positions: dict[int, int] = defaultdict(int)
    for row in shown:
        units[row.reason_id] += row.qty
        positions[row.reason_id] += row.positions
    # A reason that has units has a claim among the largest; were the books broken, not even then.
    reasons = {hold.reason_id: hold.reason for hold in holds.values()}
    missing = claims.tallies.keys() - reasons.keys()
    if missing:
        reasons |= Reason.objects.in_bulk(missing)
    groups = [
        Group(
            reason_code=reason.code,
            reason_label=reason.label,
            role=reason.role,
            rank=reason.rank,
            is_safety=reason.is_safety,
            units=tally.units,
            positions=tally.positions,
            claims=tally.claims,
            unnamed=tally.units - units[pk],
            unnamed_positions=tally.positions - positions[pk],
        )
        for pk, tally in claims.tallies.items()
        for reason in (reasons[pk],)
    ]
    groups.sort(key=lambda group: (-group.rank, group.reason_code))
    return tuple(groups), tuple(steps)


def _largest_of_each(found: Iterable[Largest]) -> list[Largest]:
    """The largest of each reason; several balances give some of each."""
    by_reason: dict[int, list[Largest]] = defaultdict(list)
    for row in found:
        by_reason[row.reason_id].append(row)
    return [
        row
        for rows in by_reason.values()
        for row in sorted(rows, key=lambda item: (-item.qty, item.hold_id))[:NAMED]
    ]


def _origins(line_ids: Collection[int]) -> dict[int, Origin]:
    """The claims that lines were drawn from, as far as those are open."""
    if not line_ids:
        return {}
    rows = HoldLine.objects.filter(id__in=line_ids, hold__closed_at__isnull=True)
    return {
        row.pk: Origin(
            hold_id=row.hold_id, document=row.hold.document, reason_code=row.hold.reason.code
        )
        for row in rows.select_related("hold__reason")
    }


def forbidden(hold: Hold) -> tuple[str, ...]:
    """The acts that a hold forbids, in the order of a unit's way out."""
    return tuple(act for act in ACTS if getattr(hold, f"blocks_{act}"))


def _step(row: Largest, hold: Hold, origin: Origin | None) -> Step:
    return Step(
        hold_id=hold.pk,
        document=hold.document,
        reason_code=hold.reason.code,
        reason_label=hold.reason.label,
        role=hold.role,
        qty=row.qty,
        placed_by=hold.placed_by,
        frees=frees(hold, origin),
        pinned=row.pinned,
        started=row.started,
        rule_version=hold.rule_version,
        since=hold.created_at,
        posting_id=hold.posting_id,
        rank=hold.rank,
        is_safety=hold.is_safety,
        blanket=hold.blanket,
        forbids=forbidden(hold),
        review_at=hold.review_at,
        expires_at=hold.expires_at,
        permission=permission_of(hold),
        release_condition=hold.release_condition,
        note=hold.note,
        origin=origin,
    )
