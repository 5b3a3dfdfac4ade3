"""The audit: every law of the books as a query that must find nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A broken law: which, where, what stands there and what should."""

    law: str
    where: str
    found: str
    expected: str


# Each gives (where, found, expected). No repair, no clamping: a difference is for people.
LAWS: dict[str, str] = {
    "A1 a cell's goods are the sum of its entries": """
        SELECT 'cell ' || c.id, c.on_hand::text, coalesce(e.s, 0)::text FROM inventory_stock c
        LEFT JOIN (SELECT stock_id, sum(on_hand) s FROM inventory_entry
                   WHERE stock_id IS NOT NULL GROUP BY 1) e ON e.stock_id = c.id
        WHERE c.on_hand <> coalesce(e.s, 0)""",
    "A1 a balance's goods are the sum of its entries": """
        SELECT 'balance ' || b.id, b.on_hand::text, coalesce(e.s, 0)::text FROM inventory_balance b
        LEFT JOIN (SELECT balance_id, sum(on_hand) s FROM inventory_entry
                   WHERE balance_id IS NOT NULL GROUP BY 1) e ON e.balance_id = b.id
        WHERE b.on_hand <> coalesce(e.s, 0)""",
    "A1 a balance's goods are the sum of its cells": """
        SELECT 'balance ' || b.id, b.on_hand::text, coalesce(c.s, 0)::text FROM inventory_balance b
        LEFT JOIN (SELECT balance_id, sum(on_hand) s FROM inventory_stock GROUP BY 1) c
            ON c.balance_id = b.id WHERE b.on_hand <> coalesce(c.s, 0)""",
    "A2 every posting sums to zero per SKU": """
        SELECT 'posting ' || posting_id, sum(on_hand)::text, '0' FROM inventory_entry
        GROUP BY posting_id, sku_id HAVING sum(on_hand) <> 0""",
    "A4 nothing is negative": """
        SELECT 'balance ' || id, on_hand || '/' || held, '0 <= held <= on hand'
        FROM inventory_balance WHERE held < 0 OR held > on_hand""",
    "B1 held is the sum of open lines": """
        SELECT 'balance ' || b.id, b.held::text, coalesce(l.s, 0)::text FROM inventory_balance b
        LEFT JOIN (SELECT balance_id, sum(open) s FROM inventory_holdline GROUP BY 1) l
            ON l.balance_id = b.id WHERE b.held <> coalesce(l.s, 0)""",
    "B1 pinned is the sum of the cell's open lines": """
        SELECT 'cell ' || c.id, c.pinned::text, coalesce(l.s, 0)::text FROM inventory_stock c
        LEFT JOIN (SELECT stock_id, sum(open) s FROM inventory_holdline
                   WHERE stock_id IS NOT NULL GROUP BY 1) l ON l.stock_id = c.id
        WHERE c.pinned <> coalesce(l.s, 0)""",
    "B1 a line is the sum of its entries": """
        SELECT 'line ' || l.id, l.open::text, coalesce(e.s, 0)::text FROM inventory_holdline l
        LEFT JOIN (SELECT line_id, sum(held) s FROM inventory_entry
                   WHERE line_id IS NOT NULL GROUP BY 1) e ON e.line_id = l.id
        WHERE l.open <> coalesce(e.s, 0)""",
    "B2 pinned lies within the cell": """
        SELECT 'cell ' || id, pinned || '/' || on_hand, '0 <= pinned <= on hand'
        FROM inventory_stock WHERE pinned < 0 OR pinned > on_hand""",
    "B5 a closed hold holds nothing, an open one something": """
        SELECT 'hold ' || h.id, h.state || ' ' || coalesce(l.s, 0), 'closed and 0, or open and more'
        FROM inventory_hold h
        LEFT JOIN (SELECT hold_id, sum(open) s FROM inventory_holdline GROUP BY 1) l
            ON l.hold_id = h.id
        WHERE NOT (h.blanket AND h.closed_at IS NULL)
          AND (h.closed_at IS NOT NULL) <> (coalesce(l.s, 0) = 0)""",
    "B5 a hold is closed exactly in its final states": """
        SELECT 'hold ' || id, state, coalesce(closed_at::text, 'open') FROM inventory_hold
        WHERE (closed_at IS NULL) <> (state IN
            ('PENDING', 'ACTIVE', 'PARTIALLY_RELEASED', 'RELEASE_PENDING'))""",
    "B6 goods that left under a claim left its cell": """
        SELECT 'entry ' || e.id, e.on_hand || '/' || e.held, 'equal'
        FROM inventory_entry e WHERE e.line_id IS NOT NULL AND e.on_hand <> 0
          AND e.on_hand <> e.held""",
    "F1 nothing available, or nothing unpinned under a blanket": """
        SELECT 'cell ' || c.id, b.available || ' available, ' || (c.on_hand - c.pinned)
            || ' unpinned', 'one of them 0'
        FROM inventory_stock c JOIN inventory_balance b ON b.id = c.balance_id
        WHERE c.blanket_id IS NOT NULL AND b.available > 0 AND c.on_hand > c.pinned""",
    "F2 every cell names the top blanket over it": """
        SELECT 'cell ' || c.id, coalesce(c.blanket_id::text, 'none'), coalesce(t.id::text, 'none')
        FROM inventory_stock c
        JOIN inventory_balance b ON b.id = c.balance_id
        JOIN inventory_location p ON p.id = c.location_id
        LEFT JOIN inventory_lot o ON o.id = c.lot_id
        LEFT JOIN LATERAL (
            SELECT h.id, h.rank FROM inventory_hold h
            WHERE h.blanket AND h.closed_at IS NULL AND h.blocks_reserve
              AND NOT (c.id = ANY(h.excluded_cells))
              AND (c.lot_id IS NULL OR NOT (c.lot_id = ANY(h.excluded_lots)))
              AND (h.warehouse_id IS NULL OR h.warehouse_id = b.warehouse_id)
              AND (h.zone_id IS NULL OR h.zone_id = p.zone_id)
              AND (h.location_id IS NULL OR h.location_id = c.location_id)
              AND (h.sku_id IS NULL OR h.sku_id = b.sku_id)
              AND (h.lot_id IS NULL OR h.lot_id = c.lot_id)
              AND (h.supplier = '' OR h.supplier = o.supplier)
              AND (h.grade = '' OR h.grade = b.grade)
              AND (h.owner = '' OR h.owner = b.owner)
            ORDER BY h.rank DESC, h.id LIMIT 1) t ON true
        LEFT JOIN inventory_hold named ON named.id = c.blanket_id
        WHERE (c.blanket_id IS NULL) <> (t.id IS NULL) OR named.rank <> t.rank""",
}


def audit() -> list[Difference]:
    """Recompute everything; an empty list means that every law holds."""
    found: list[Difference] = []
    with connection.cursor() as cursor:
        for law, query in LAWS.items():
            cursor.execute(f"{query} LIMIT {ROWS_SHOWN}")
            found.extend(Difference(law, *row) for row in cursor.fetchall())
    return found
