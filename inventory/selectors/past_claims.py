"""Which claims were open at a moment, with their documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from inventory.models import Balance, HoldLine, Reason
from inventory.selectors.moments import Axis, PastClaim, PastClaims, PastReason
from inventory.selectors.past_sums import (
    Cut,
    balance_sums,
    base_of,
    moved_entries,
    reason_sums,
)
from org.scope import Scope

PAGE = 100
# Lines looked at, one statement after the other, until a page is full: it never takes long.
CHUNKS = (250, 1_000, 4_000, 8_000)


def claims_as_of(
    *,
    balance_id: int,
    at: datetime,
    axis: Axis = Axis.RECORDED,
    known_at: datetime | None = None,
    scope: Scope,
    after: int | None = None,
    limit: int = PAGE,
) -> PastClaims | None:
    """The balance's claims that were open at a moment, the newest first.

    Args:
        balance_id: the balance.
        at, axis, known_at: as in `as_of`.
        scope: whose warehouses; None is answered for a balance outside.
        after: the cursor of the page before.
        limit: claims on a page; a page may be short although `after` says that more follow.

    Raises:
        ValueError: `known_at` on the recorded axis.
    """
    base = base_of(at, axis, known_at)
    rows = scope.limit(Balance.objects.filter(pk=balance_id), "warehouse__unit")
    if not rows.exists():
        return None
    cut = Cut.at([balance_id], base)
    end = balance_sums(cut)[balance_id]
    moved: dict[int, int] = defaultdict(int)
    if axis is Axis.OCCURRED:
        for entry in moved_entries({balance_id: end.last_entry}, at=at, known_at=known_at):
            if entry.line_id is not None:
                moved[entry.line_id] += entry.held
    shown: list[tuple[int, int]] = []
    start = end.last_line + 1 if after is None else after
    later = sorted((line for line in moved if line > end.last_line), reverse=True)
    if after is None:
        shown = [(line, moved[line]) for line in later if moved[line]]
    next_line: int | None = start
    for size in CHUNKS:
        found, next_line = _chunk(balance_id, next_line, size, end.last_entry, moved)
        shown += found
        if next_line is None or len(shown) >= limit:
            break
    if len(shown) > limit:
        # Never cut among the lines that are newer than the recorded past: they have no cursor.
        keep = max(limit, sum(1 for line, _ in shown if line > end.last_line))
        if len(shown) > keep:
            shown = shown[:keep]
            next_line = min(shown[-1][0], start)
    return PastClaims(
        by_reason=_by_reason(cut, balance_id, end.last_entry, moved),
        rows=tuple(_named(shown)),
        after=next_line,
    )


def _chunk(
    balance_id: int, below: int | None, size: int, last_entry: int, moved: dict[int, int]
) -> tuple[list[tuple[int, int]], int | None]:
    """Open lines among the next ones, newest first, and where to go on (None: no more lines)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.id, s.units
               FROM (SELECT id FROM inventory_holdline WHERE balance_id = %s AND id < %s
                     ORDER BY id DESC LIMIT %s) l
               CROSS JOIN LATERAL (
                   SELECT coalesce(sum(e.held), 0)::bigint AS units FROM inventory_entry e
                   WHERE e.line_id = l.id AND e.id <= %s) s
               ORDER BY l.id DESC""",
            [balance_id, below, size, last_entry],
        )
        rows = cursor.fetchall()
    found = [(line, units + moved.get(line, 0)) for line, units in rows]
    return [row for row in found if row[1]], rows[-1][0] if len(rows) == size else None


def _by_reason(
    cut: Cut, balance_id: int, last_entry: int, moved: dict[int, int]
) -> tuple[PastReason, ...]:
    sums = {reason: figures for (_, reason), figures in reason_sums(cut).items()}
    for reason, units, positions in _moved_by_reason(last_entry, moved):
        before = sums.get(reason, (0, 0))
        sums[reason] = (before[0] + units, before[1] + positions)
    reasons = Reason.objects.in_bulk([pk for pk, figures in sums.items() if figures != (0, 0)])
    return tuple(
        PastReason(
            reason_code=reason.code,
            reason_label=reason.label,
            role=reason.role,
            units=sums[reason.pk][0],
            positions=sums[reason.pk][1],
        )
        for reason in sorted(reasons.values(), key=lambda item: (-item.rank, item.code))
    )


def _moved_by_reason(last_entry: int, moved: dict[int, int]) -> list[tuple[int, int, int]]:
    """(reason, units, positions) that entries moved on the occurred axis change."""
    if not moved:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.reason_id, sum(d.change)::bigint,
                      sum((o.units + d.change > 0)::int - (o.units > 0)::int)::bigint
               FROM unnest(%s::bigint[], %s::bigint[]) AS d(line, change)
               JOIN inventory_holdline l ON l.id = d.line
               CROSS JOIN LATERAL (
                   SELECT coalesce(sum(e.held), 0) AS units FROM inventory_entry e
                   WHERE e.line_id = d.line AND e.id <= %s) o
               GROUP BY l.reason_id""",
            [list(moved), list(moved.values()), last_entry],
        )
        return list(cursor.fetchall())


def _named(lines: Sequence[tuple[int, int]]) -> list[PastClaim]:
    rows = HoldLine.objects.select_related("hold__reason", "stock__location", "stock__lot")
    by_id = rows.in_bulk([line for line, _ in lines])
    return [_claim(by_id[line], units) for line, units in lines]


def _claim(row: HoldLine, units: int) -> PastClaim:
    cell = row.stock
    return PastClaim(
        line_id=row.pk,
        hold_id=row.hold_id,
        document=row.hold.document,
        reason_code=row.hold.reason.code,
        reason_label=row.hold.reason.label,
        role=row.hold.role,
        stock_id=row.stock_id,
        location_code=cell.location.code if cell else "",
        lot_code=cell.lot.code if cell and cell.lot else "",
        open=units,
        placed_by=row.hold.placed_by,
        created_at=row.hold.created_at,
    )
