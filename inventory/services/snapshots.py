"""Marks every so many entries of a balance, and one for every balance at the end of a month.

Marks are taken from the entries alone and follow the books by seconds; nobody waits for them and
nothing is wrong without them: the past is then read from more entries. Writing stock costs nothing
for it. See `models/history.py` for why a mark cannot miss an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from inventory.models import Balance, BalanceMark, Entry, Reach, Snapshot

# A past figure is read from at most about this many entries of its balance.
EVERY = 128
# Entries that one call of `take_marks` walks over, and balances of one of `take_snapshot`.
WINDOW = 500_000
BALANCES = 2_000
# Entries summed in one statement.
AT_ONCE = 65_536
MARKS = "marks"

_BUSY = """
    SELECT o.id FROM (
        SELECT DISTINCT balance_id AS id FROM inventory_entry
        -- One entry in sixteen is enough to notice a busy balance; chosen by hash, because orders
        -- of two lines would give a hot SKU every second number.
        WHERE id > %(low)s AND id <= %(high)s AND balance_id IS NOT NULL
          AND hashint8(id) & 15 = 0) o
    CROSS JOIN LATERAL (
        SELECT coalesce(max(k.last_entry), 0) AS last_entry FROM inventory_balancemark k
        WHERE k.balance_id = o.id) m
    CROSS JOIN LATERAL (
        SELECT count(*) AS behind FROM (
            SELECT 1 FROM inventory_entry e
            WHERE e.balance_id = o.id AND e.id > m.last_entry LIMIT %(every)s) few) n
    WHERE n.behind = %(every)s ORDER BY o.id"""

# Sums of each run of `every` entries, added up; cells and reasons only where they changed.
_MARK = """
    WITH old AS MATERIALIZED (
        SELECT b.id, coalesce(m.last_entry, 0) AS last_entry, coalesce(m.on_hand, 0) AS on_hand,
               coalesce(m.held, 0) AS held, coalesce(m.last_line, 0) AS last_line, m.recorded_at
        FROM unnest(%(balances)s::bigint[]) AS b(id)
        LEFT JOIN LATERAL (
            SELECT * FROM inventory_balancemark k WHERE k.balance_id = b.id
            ORDER BY k.last_entry DESC LIMIT 1) m ON true),
    numbered AS MATERIALIZED (
        SELECT n.*, p.recorded_at, old.last_entry AS old_entry,
               (row_number() OVER (PARTITION BY n.balance_id ORDER BY n.id) - 1) / %(every)s
                   AS part,
               count(*) OVER (PARTITION BY n.balance_id) AS total
        FROM old
        CROSS JOIN LATERAL (
            SELECT e.id, e.balance_id, e.stock_id, e.line_id, e.posting_id, e.on_hand, e.held
            FROM inventory_entry e WHERE e.balance_id = old.id AND e.id > old.last_entry
            ORDER BY e.id LIMIT %(most)s) n
        JOIN inventory_posting p ON p.id = n.posting_id
        WHERE p.recorded_at < %(until)s::timestamptz),
    kept AS MATERIALIZED (
        SELECT * FROM numbered WHERE %(whole)s OR (part + 1) * %(every)s <= total),
    parts AS (
        SELECT balance_id, part, max(id) AS last_entry, max(recorded_at) AS recorded_at,
               sum(on_hand) AS on_hand, sum(held) AS held, max(line_id) AS last_line
        FROM kept GROUP BY balance_id, part),
    marks AS MATERIALIZED (
        SELECT t.balance_id, t.part, t.last_entry,
               greatest(old.recorded_at, max(t.recorded_at) OVER w) AS recorded_at,
               old.on_hand + sum(t.on_hand) OVER w AS on_hand,
               old.held + sum(t.held) OVER w AS held,
               greatest(old.last_line, max(t.last_line) OVER w) AS last_line
        FROM parts t JOIN old ON old.id = t.balance_id
        WINDOW w AS (PARTITION BY t.balance_id ORDER BY t.part)),
    balances AS (
        INSERT INTO inventory_balancemark
            (balance_id, last_entry, recorded_at, on_hand, held, last_line)
        SELECT balance_id, last_entry, recorded_at, on_hand, held, last_line FROM marks
        RETURNING balance_id),
    cell_parts AS (
        SELECT balance_id, stock_id, part, sum(on_hand) AS on_hand, sum(held) AS held
        FROM kept WHERE stock_id IS NOT NULL GROUP BY balance_id, stock_id, part),
    cells AS (
        INSERT INTO inventory_cellmark (stock_id, last_entry, on_hand, pinned)
        SELECT c.stock_id, m.last_entry,
               coalesce(k.on_hand, 0) + sum(c.on_hand) OVER w,
               coalesce(k.pinned, 0) + sum(c.held) OVER w
        FROM cell_parts c JOIN marks m ON m.balance_id = c.balance_id AND m.part = c.part
        LEFT JOIN LATERAL (
            SELECT s.on_hand, s.pinned FROM inventory_cellmark s WHERE s.stock_id = c.stock_id
            ORDER BY s.last_entry DESC LIMIT 1) k ON true
        WINDOW w AS (PARTITION BY c.stock_id ORDER BY c.part)),
    line_parts AS MATERIALIZED (
        SELECT balance_id, line_id, part, sum(held) AS held, min(old_entry) AS old_entry
        FROM kept WHERE line_id IS NOT NULL GROUP BY balance_id, line_id, part),
    line_runs AS (
        SELECT t.balance_id, l.reason_id, t.part, t.held,
               b.units + sum(t.held) OVER (PARTITION BY t.line_id ORDER BY t.part) AS units
        FROM line_parts t JOIN inventory_holdline l ON l.id = t.line_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN t.old_entry = 0 THEN 0 ELSE coalesce((
                SELECT sum(e.held) FROM inventory_entry e
                WHERE e.line_id = t.line_id AND e.id <= t.old_entry), 0) END AS units) b),
    reason_parts AS (
        SELECT balance_id, reason_id, part, sum(held) AS units,
               sum((units > 0)::int - (units - held > 0)::int) AS positions
        FROM line_runs GROUP BY balance_id, reason_id, part),
    reasons AS (
        INSERT INTO inventory_reasonmark (balance_id, reason_id, last_entry, units, positions)
        SELECT r.balance_id, r.reason_id, m.last_entry,
               coalesce(k.units, 0) + sum(r.units) OVER w,
               coalesce(k.positions, 0) + sum(r.positions) OVER w
        FROM reason_parts r JOIN marks m ON m.balance_id = r.balance_id AND m.part = r.part
        LEFT JOIN LATERAL (
            SELECT s.units, s.positions FROM inventory_reasonmark s
            WHERE s.balance_id = r.balance_id AND s.reason_id = r.reason_id
            ORDER BY s.last_entry DESC LIMIT 1) k ON true
        WINDOW w AS (PARTITION BY r.balance_id, r.reason_id ORDER BY r.part))
    SELECT balance_id, count(*) FROM balances GROUP BY balance_id"""


def take_marks() -> bool:
    """Mark the busy balances among the next entries; True while there are entries to walk over.

    Joins the caller's transaction, which only one may have open (`outbox.periodic.once`).
    """
    assert connection.in_atomic_block
    reach = _reach(MARKS)
    newest: int = Entry.objects.aggregate(last=Max("id"))["last"] or 0
    if newest <= reach.reached:
        return False
    high = min(newest, reach.reached + WINDOW)
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, {"low": reach.reached, "high": high, "every": EVERY})
        busy = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(busy), 16):
        mark(busy[start : start + 16])
    reach.reached = high
    reach.save(update_fields=["reached"])
    return high < newest


def mark(balance_ids: Sequence[int], *, until: datetime | None = None, whole: bool = False) -> int:
    """Mark these balances up to their newest entry; gives the number of marks.

    Args:
        balance_ids: the balances.
        until: only entries recorded before it.
        whole: a last mark after fewer than `EVERY` entries too.
    """
    taken = 0
    left = list(balance_ids)
    moment = "infinity" if until is None else until.isoformat()
    while left:
        most = max(EVERY, AT_ONCE // len(left))
        with connection.cursor() as cursor:
            cursor.execute(
                _MARK,
                {
                    "balances": left, "every": EVERY, "most": most,
                    "until": moment, "whole": whole,
                },
            )  # fmt: skip
            rows = cursor.fetchall()
        taken += sum(count for _, count in rows)
        # Whoever filled the statement may have more.
        left = [balance for balance, count in rows if count >= most // EVERY]
    return taken


def last_month_end(now: datetime) -> datetime:
    """The first moment of this month in the display zone; what was before it is last month's."""
    local = timezone.localtime(now)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def take_snapshot(*, taken_for: datetime) -> bool:
    """Mark the next balances at their last entry before `taken_for`; True when all are.

    Once per `taken_for`: a finished one is left alone, an interrupted one goes on. Joins the
    caller's transaction, which only one may have open.
    """
    assert connection.in_atomic_block
    if Snapshot.objects.filter(taken_for=taken_for).exists():
        return True
    reach = _reach(f"snapshot {taken_for.isoformat()}")
    ids = list(
        Balance.objects.filter(id__gt=reach.reached)
        .order_by("id")
        .values_list("id", flat=True)[:BALANCES]
    )
    if ids:
        mark(ids, until=taken_for, whole=True)
        reach.reached = ids[-1]
        reach.save(update_fields=["reached"])
        return False
    before = Snapshot.objects.filter(taken_for__lt=taken_for).aggregate(last=Max("taken_for"))
    moved = BalanceMark.objects.filter(recorded_at__lt=taken_for)
    if before["last"] is not None:
        moved = moved.filter(recorded_at__gte=before["last"])
    Snapshot.objects.create(
        taken_for=taken_for, balances=moved.values("balance_id").distinct().count()
    )
    reach.delete()
    return True


def _reach(name: str) -> Reach:
    return Reach.objects.get_or_create(name=name)[0]
