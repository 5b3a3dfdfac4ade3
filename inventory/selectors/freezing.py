"""What postings did to freezes, for whoever keeps a journal of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

# Goods named with a change; a zone of ten thousand cells is counted, not listed.
NAMED = 20

# All postings of the transactions that these belong to, so one name stands for a whole batch.
_CHANGES = """
WITH mine AS (SELECT DISTINCT xid FROM inventory_posting WHERE id = ANY(%(ids)s::bigint[])),
booked AS (SELECT p.* FROM inventory_posting p JOIN mine USING (xid)),
parts AS (
    SELECT p.id AS posting_id, h.id AS hold_id, b.warehouse_id, e.sku_id, c.lot_id, c.location_id,
           sum(e.held)::bigint AS units, sum(e.held * s.unit_cost) AS value
    FROM booked p
    JOIN inventory_entry e ON e.posting_id = p.id AND e.held <> 0
    JOIN inventory_holdline l ON l.id = e.line_id
    JOIN inventory_hold h ON h.id = l.hold_id AND h.role = 'FREEZE'
    JOIN inventory_balance b ON b.id = e.balance_id
    JOIN inventory_sku s ON s.id = e.sku_id
    LEFT JOIN inventory_stock c ON c.id = l.stock_id
    GROUP BY 1, 2, 3, 4, 5, 6
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY posting_id, hold_id, warehouse_id
                                 ORDER BY abs(units) DESC, sku_id) AS place
    FROM parts WHERE units <> 0
),
sums AS (
    SELECT r.posting_id, r.hold_id, r.warehouse_id, sum(r.units)::bigint AS units,
           sum(r.value) AS value, count(*) AS cells,
           jsonb_agg(jsonb_build_object('sku', s.code, 'lot', coalesce(t.code, ''),
                                        'location', coalesce(o.code, ''), 'units', r.units)
                     ORDER BY r.place) FILTER (WHERE r.place <= %(named)s) AS goods
    FROM ranked r
    JOIN inventory_sku s ON s.id = r.sku_id
    LEFT JOIN inventory_lot t ON t.id = r.lot_id
    LEFT JOIN inventory_location o ON o.id = r.location_id
    GROUP BY 1, 2, 3
    -- Carrying frozen goods to another cell of the warehouse changes nothing.
    HAVING sum(r.units) <> 0
    UNION ALL
    SELECT h.posting_id, h.id, h.warehouse_id, 0, 0, 0, '[]'::jsonb
    FROM booked p JOIN inventory_hold h ON h.posting_id = p.id AND h.role = 'FREEZE'
    JOIN inventory_reason r ON r.id = h.reason_id
    -- A receiving area that is built has its standing freeze; nobody froze anything.
    WHERE (r.by_hand OR h.binds_to = 'GOODS')
    AND NOT EXISTS (SELECT FROM parts WHERE parts.hold_id = h.id
                      AND parts.posting_id = p.id)
)
SELECT x.posting_id, x.hold_id, x.warehouse_id, x.units, x.value, x.cells, x.goods,
       p.kind, p.recorded_at, p.actor, p.document, p.xid, p.facts->>'why', r.code, h.is_safety,
       h.document, h.placed_by, h.rule_version, h.note, w.unit_id
FROM sums x
JOIN inventory_posting p ON p.id = x.posting_id
JOIN inventory_hold h ON h.id = x.hold_id
JOIN inventory_reason r ON r.id = h.reason_id
LEFT JOIN inventory_warehouse w ON w.id = x.warehouse_id
ORDER BY x.posting_id, x.hold_id, x.warehouse_id
"""


@dataclass(frozen=True, slots=True)
class FreezeChange:
    """One posting changed one freeze in one warehouse by so many units.

    `document` is the freeze's, `booked_under` the posting's; `cells` counts SKU and cell pairs,
    of which `goods` names the largest. `xid` is the transaction that did it.
    """

    posting_id: int
    hold_id: int
    warehouse_id: int | None
    units: int
    value: Decimal
    cells: int
    goods: list[dict[str, Any]]
    kind: str
    at: datetime
    actor: str
    booked_under: str
    xid: int
    why: str | None
    reason: str
    is_safety: bool
    document: str
    placed_by: str
    rule_version: str
    note: str
    unit_id: int | None


def freeze_changes(posting_ids: Collection[int]) -> list[FreezeChange]:
    """What the transactions of these postings did to freezes. One statement."""
    if not posting_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"ids": list(posting_ids), "named": NAMED})
        rows = cursor.fetchall()
    return [FreezeChange(*_with_goods(row)) for row in rows]


def _with_goods(row: Sequence[Any]) -> list[Any]:
    """The row with its goods read; the driver may hand JSON over as text."""
    place = 6
    told = json.loads(row[place]) if isinstance(row[place], str) else row[place]
    return [*row[:place], told, *row[place + 1 :]]


def postings_with_freezes(*, after: int, limit: int) -> list[int]:
    """Ids of postings behind `after` that touched a freeze, in order: to write what is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id FROM inventory_posting p WHERE p.id > %s AND (
                   EXISTS (SELECT FROM inventory_hold h
                           JOIN inventory_reason r ON r.id = h.reason_id
                           WHERE h.posting_id = p.id AND h.role = 'FREEZE'
                               AND (r.by_hand OR h.binds_to = 'GOODS'))
                   OR EXISTS (SELECT FROM inventory_entry e
                              JOIN inventory_holdline l ON l.id = e.line_id
                              JOIN inventory_hold h ON h.id = l.hold_id AND h.role = 'FREEZE'
                              WHERE e.posting_id = p.id AND e.held <> 0))
               ORDER BY p.id LIMIT %s""",
            [after, limit],
        )
        return [row[0] for row in cursor.fetchall()]
