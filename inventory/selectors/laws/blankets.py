"""B, continued: freezes that cover whatever lies, or comes, within their scope."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Kept, Law

# What else must match once the hold and the cell met by their most telling part.
_FITS = """
    h.blanket AND h.closed_at IS NULL AND h.blocks_reserve
    AND NOT (c.id = ANY(h.excluded_cells))
    AND (c.lot_id IS NULL OR NOT (c.lot_id = ANY(h.excluded_lots)))
    AND (h.warehouse_id IS NULL OR h.warehouse_id = b.warehouse_id)
    AND (h.zone_id IS NULL OR h.zone_id = p.zone_id)
    AND (h.location_id IS NULL OR h.location_id = c.location_id)
    AND (h.sku_id IS NULL OR h.sku_id = b.sku_id)
    AND (h.lot_id IS NULL OR h.lot_id = c.lot_id)
    AND (h.supplier = '' OR h.supplier = o.supplier)
    AND (h.grade = '' OR h.grade = b.grade)
    AND (h.owner = '' OR h.owner = b.owner) /*among c.balance_id*/"""
_CELL = """
    JOIN inventory_balance b ON b.id = c.balance_id
    JOIN inventory_location p ON p.id = c.location_id
    LEFT JOIN inventory_lot o ON o.id = c.lot_id"""
# Hundreds of standing freezes of one place each meet a million cells: each kind of scope is
# joined by its own index or hash, only the wide ones look at every cell.
_COVERS = f"""
    SELECT c.id AS cell, h.id AS hold, h.rank FROM inventory_hold h
    JOIN inventory_stock c ON c.location_id = h.location_id {_CELL}
    WHERE h.location_id IS NOT NULL AND {_FITS}
    UNION ALL SELECT c.id, h.id, h.rank FROM inventory_hold h
    JOIN inventory_stock c ON c.lot_id = h.lot_id {_CELL}
    WHERE h.location_id IS NULL AND h.lot_id IS NOT NULL AND {_FITS}
    UNION ALL SELECT c.id, h.id, h.rank FROM inventory_hold h
    JOIN inventory_balance b ON b.sku_id = h.sku_id
    JOIN inventory_stock c ON c.balance_id = b.id
    JOIN inventory_location p ON p.id = c.location_id
    LEFT JOIN inventory_lot o ON o.id = c.lot_id
    WHERE h.location_id IS NULL AND h.lot_id IS NULL AND h.sku_id IS NOT NULL AND {_FITS}
    UNION ALL SELECT c.id, h.id, h.rank FROM inventory_hold h CROSS JOIN inventory_stock c {_CELL}
    WHERE h.location_id IS NULL AND h.lot_id IS NULL AND h.sku_id IS NULL AND {_FITS}"""  # noqa: S608

BLANKET_LAWS = (
    Law(
        code="B14",
        name=_("Under a blanket nothing is unpinned while the balance has anything available"),
        kept=Kept.LOCK,
        query="""
            SELECT 'cell ' || c.id, b.available || ' available, ' || (c.on_hand - c.pinned)
                || ' unpinned', 'one of them 0', c.balance_id
            FROM inventory_stock c JOIN inventory_balance b ON b.id = c.balance_id
            WHERE c.blanket_id IS NOT NULL AND b.available > 0 AND c.on_hand > c.pinned
                /*among c.balance_id*/""",
    ),
    Law(
        code="B15",
        name=_("Every cell names the top blanket over it"),
        kept=Kept.LOCK,
        query=f"""
            WITH covering AS MATERIALIZED ({_COVERS}),
            top AS (SELECT cell, max(rank) AS rank FROM covering GROUP BY cell)
            SELECT 'cell ' || c.id, coalesce('hold ' || c.blanket_id, 'none'),
                coalesce('rank ' || top.rank, 'none'), c.balance_id
            FROM inventory_stock c
            LEFT JOIN top ON top.cell = c.id
            LEFT JOIN covering n ON n.cell = c.id AND n.hold = c.blanket_id
            WHERE (c.blanket_id IS NOT NULL OR top.cell IS NOT NULL)
              AND (c.blanket_id IS NULL OR n.rank IS DISTINCT FROM top.rank OR top.cell IS NULL)
                /*among c.balance_id*/""",  # noqa: S608
    ),
    Law(
        code="B11",
        name=_("Goods in receiving, defect and quarantine places are frozen"),
        kept=Kept.QUERY,
        query="""
            SELECT 'cell ' || c.id, 'no freeze', p.kind, c.balance_id
            FROM inventory_location p JOIN inventory_stock c ON c.location_id = p.id
            WHERE p.kind IN ('RECEIVING', 'DEFECT', 'QUARANTINE') AND c.on_hand > 0
              AND c.blanket_id IS NULL /*among c.balance_id*/""",
    ),
    Law(
        code="B11.expired",
        name=_("Goods of an expired lot are frozen within two hours of the day's end"),
        kept=Kept.QUERY,
        timely=True,
        query="""
            SELECT 'cell ' || c.id, 'no freeze', 'expired ' || o.expires_on, c.balance_id
            FROM inventory_lot o JOIN inventory_stock c ON c.lot_id = o.id
            JOIN inventory_balance b ON b.id = c.balance_id
            JOIN inventory_warehouse w ON w.id = b.warehouse_id
            WHERE c.on_hand > c.pinned AND c.blanket_id IS NULL
              AND (o.expires_on + 1)::timestamp AT TIME ZONE w.time_zone
                    < clock_timestamp() - interval '2 hours' /*among c.balance_id*/""",
    ),
)
