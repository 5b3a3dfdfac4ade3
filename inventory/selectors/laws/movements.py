"""A, continued: transfers, counts, kits and numbered pieces."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Kept, Law, constraints, final, triggers

MOVEMENT_LAWS = (
    Law(
        code="A11",
        name=_("In transit is what was sent, less what arrived, less what was lost"),
        kept=Kept.QUERY,
        query="""
            SELECT 'transfer ' || t.code || ' SKU ' || t.sku_id, t.there::text,
                (coalesce(m.sent, 0) - coalesce(m.came, 0) + t.other)::text, t.balance
            FROM (SELECT p.code, b.sku_id, min(b.id) balance, sum(c.on_hand) there,
                    sum(coalesce((SELECT sum(e.on_hand) FROM inventory_entry e
                        JOIN inventory_posting q ON q.id = e.posting_id
                        WHERE e.stock_id = c.id
                          AND q.kind NOT IN ('TRANSFER_OUT', 'TRANSFER_IN')), 0)) other
                  FROM inventory_location p
                  JOIN inventory_stock c ON c.location_id = p.id
                  JOIN inventory_balance b ON b.id = c.balance_id
                  WHERE p.kind = 'TRUCK' /*skus b.sku_id*/ GROUP BY 1, 2) t
            LEFT JOIN (SELECT q.document, e.sku_id,
                    -sum(e.on_hand) FILTER (WHERE q.kind = 'TRANSFER_OUT') sent,
                    sum(e.on_hand) FILTER (WHERE q.kind = 'TRANSFER_IN') came
                  FROM inventory_posting q JOIN inventory_entry e ON e.posting_id = q.id
                  JOIN inventory_stock c ON c.id = e.stock_id
                  JOIN inventory_location p ON p.id = c.location_id
                  WHERE q.kind IN ('TRANSFER_OUT', 'TRANSFER_IN') AND p.kind <> 'TRUCK'
                    /*skus e.sku_id*/ GROUP BY 1, 2) m
                ON m.document = t.code AND m.sku_id = t.sku_id
            WHERE t.there <> coalesce(m.sent, 0) - coalesce(m.came, 0) + t.other""",
    ),
    Law(
        code="A11.claimed",
        name=_("Goods on the way are all under claims"),
        kept=Kept.QUERY,
        query="""
            SELECT 'cell ' || c.id, c.pinned::text, c.on_hand::text, c.balance_id
            FROM inventory_location p JOIN inventory_stock c ON c.location_id = p.id
            WHERE p.kind = 'TRUCK' AND c.pinned <> c.on_hand /*among c.balance_id*/""",
    ),
    Law(
        code="A12",
        name=_("A count books counted less what stood there at the locked read"),
        kept=Kept.QUERY,
        query="""
            WITH counts AS (
                SELECT p.id AS posting, (f.row->>0)::bigint AS cell, (f.row->>1)::bigint AS before,
                    (f.row->>2)::bigint AS counted
                FROM inventory_posting p, jsonb_array_elements(p.facts->'counted') AS f(row)
                WHERE p.facts ? 'counted' AND jsonb_typeof(f.row->0) = 'number'
                  /*postings p.id*/),
            steps AS (
                SELECT stock_id, posting_id, sum(on_hand) AS booked FROM inventory_entry
                WHERE on_hand <> 0 AND stock_id IN (SELECT cell FROM counts)
                GROUP BY 1, 2),
            walk AS (
                SELECT coalesce(s.stock_id, c.cell) AS cell, coalesce(s.posting_id, c.posting)
                    AS posting, coalesce(s.booked, 0) AS booked, c.before, c.counted
                FROM steps s FULL JOIN counts c
                    ON c.cell = s.stock_id AND c.posting = s.posting_id),
            summed AS (
                SELECT *, sum(booked) OVER (PARTITION BY cell ORDER BY posting) - booked AS stood
                FROM walk)
            SELECT 'posting ' || m.posting || ' cell ' || m.cell,
                'before ' || m.before || ', counted ' || m.counted || ', booked ' || m.booked,
                'before ' || m.stood || ', booked ' || (m.counted - m.stood), k.balance_id
            FROM summed m LEFT JOIN inventory_stock k ON k.id = m.cell
            WHERE m.before IS NOT NULL AND (m.before <> m.stood
                OR m.booked <> m.counted - m.before)""",
    ),
    Law(
        code="A13",
        name=_("Replaying every entry gives the same balances, cells, lines and pieces"),
        kept=Kept.REPLAY,
    ),
    Law(
        code="A14",
        name=_("The entries up to the last seal are what they were when it was set"),
        kept=Kept.REPLAY,
    ),
    Law(
        code="A15",
        name=_("A hold of kits claimed its parts by the recipe it was asked with"),
        kept=Kept.QUERY,
        guards=(
            *triggers("recipe", "recipe_is_final", "recipe_fits"),
            *triggers("recipeline", "recipe_line_is_final", "recipe_line_fits"),
            *triggers("sku", "sku_stays_kit"),
            *triggers("holdkit", "hold_kit_is_final"),
            *constraints("recipe", "recipe_version_once"),
            *constraints("recipeline", "recipe_part_once", "recipe_part_not_empty"),
            *constraints("holdkit", "hold_kit_once", "hold_kit_not_empty"),
            *final("recipe", "recipeline", "holdkit"),
        ),
        query="""
            SELECT 'hold ' || k.hold_id || ' SKU ' || k.part_id, coalesce(g.s, 0)::text,
                k.parts || ' or more', g.balance
            FROM (SELECT h.id hold_id, h.posting_id, r.part_id, sum(x.qty * r.qty) parts
                  FROM inventory_holdkit x JOIN inventory_hold h ON h.id = x.hold_id
                  JOIN inventory_recipeline r ON r.recipe_id = x.recipe_id
                  WHERE true /*holds h.id*/ GROUP BY 1, 2, 3) k
            LEFT JOIN (SELECT l.hold_id, e.posting_id, e.sku_id, sum(e.held) s,
                    min(e.balance_id) balance
                  FROM inventory_holdline l JOIN inventory_entry e ON e.line_id = l.id
                  WHERE l.hold_id IN (SELECT hold_id FROM inventory_holdkit) /*holds l.hold_id*/
                  GROUP BY 1, 2, 3) g
                ON g.hold_id = k.hold_id AND g.posting_id = k.posting_id AND g.sku_id = k.part_id
            WHERE coalesce(g.s, 0) < k.parts""",
        placeless=True,
    ),
    Law(
        code="A16.place",
        name=_("A numbered piece is where its last entry put it"),
        kept=Kept.TRIGGER,
        guards=(
            *constraints("piece", "piece_once", "piece_in_one_place"),
            *constraints("pieceentry", "piece_goes_to_one_place"),
            *triggers("piece", "piece_starts_nowhere", "piece_by_entries", "piece_stays"),
            *triggers("pieceentry", "piece_entry_moves", "piece_entry_is_final"),
            *final("piece", "pieceentry"),
        ),
        query="""
            SELECT 'piece ' || p.id, coalesce('cell ' || p.stock_id, p.outside),
                coalesce('cell ' || e.to_stock_id, e.outside, ''), c.balance_id
            FROM inventory_piece p
            LEFT JOIN inventory_stock c ON c.id = p.stock_id
            LEFT JOIN LATERAL (SELECT to_stock_id, outside FROM inventory_pieceentry
                WHERE piece_id = p.id ORDER BY id DESC LIMIT 1) e ON true
            WHERE (p.stock_id IS DISTINCT FROM e.to_stock_id
                   OR p.outside <> coalesce(e.outside, '')) /*among c.balance_id*/""",
        placeless=True,
    ),
    Law(
        code="A16.walk",
        name=_("Each entry of a piece begins where the one before ended"),
        kept=Kept.TRIGGER,
        guards=triggers("pieceentry", "piece_entry_moves"),
        query="""
            SELECT 'piece ' || w.piece_id, 'from ' || coalesce(w.from_stock_id::text, 'outside'),
                'from ' || coalesce(w.before::text, 'outside'), c.balance_id
            FROM (SELECT piece_id, from_stock_id,
                    lag(to_stock_id) OVER (PARTITION BY piece_id ORDER BY id) AS before
                  FROM inventory_pieceentry
                  WHERE true /*pieces piece_id*/) w
            LEFT JOIN inventory_stock c ON c.id = coalesce(w.from_stock_id, w.before)
            WHERE w.from_stock_id IS DISTINCT FROM w.before""",
        placeless=True,
    ),
    Law(
        code="A16.count",
        name=_("A cell of a SKU with serial numbers has as many pieces as goods"),
        kept=Kept.QUERY,
        query="""
            SELECT 'cell ' || c.id, coalesce(n.pieces, 0) || ' pieces', c.on_hand::text,
                c.balance_id
            FROM inventory_sku s JOIN inventory_balance b ON b.sku_id = s.id
            JOIN inventory_stock c ON c.balance_id = b.id
            LEFT JOIN (SELECT stock_id, count(*) pieces FROM inventory_piece
                       WHERE stock_id IS NOT NULL /*cells stock_id*/ GROUP BY 1) n
                ON n.stock_id = c.id
            WHERE s.serial_tracked AND c.on_hand <> coalesce(n.pieces, 0) /*among b.id*/""",
    ),
    Law(
        code="A17",
        name=_("What arrived of an announcement is what was booked in under its document"),
        kept=Kept.QUERY,
        guards=constraints("incoming", "incoming_once", "incoming_quantities"),
        query="""
            SELECT 'incoming ' || i.id, i.arrived::text, coalesce(m.came, 0)::text, m.balance
            FROM inventory_incoming i LEFT JOIN LATERAL (
                SELECT sum(e.on_hand) came, min(e.balance_id) balance
                FROM inventory_posting q
                LEFT JOIN inventory_posting r ON r.reverses_id = q.id
                JOIN inventory_entry e ON e.posting_id = ANY(ARRAY[q.id, r.id])
                JOIN inventory_balance b ON b.id = e.balance_id
                    AND b.warehouse_id = i.warehouse_id AND b.sku_id = i.sku_id
                    AND b.grade = i.grade
                WHERE q.document = i.document AND q.recorded_at >= i.created_at
                  AND q.kind = CASE i.kind WHEN 'TRANSFER' THEN 'TRANSFER_IN' ELSE 'RECEIVE' END
            ) m ON true
            WHERE i.arrived <> coalesce(m.came, 0) /*skus i.sku_id*/""",
        placeless=True,
    ),
    Law(
        code="A18",
        name=_("Never more units come back than were shipped under a document"),
        kept=Kept.LOCK,
        query="""
            WITH back AS (
                SELECT DISTINCT q.facts->>'shipped_document' AS document, e.sku_id
                FROM inventory_posting q JOIN inventory_entry e ON e.posting_id = q.id
                WHERE q.kind = 'RETURN' AND q.facts ? 'shipped_document' /*skus e.sku_id*/),
            own AS (
                SELECT q.id, q.document FROM inventory_posting q
                WHERE q.kind = 'SHIP' AND q.document IN (SELECT document FROM back)
                UNION ALL
                SELECT q.id, q.facts->>'shipped_document' FROM inventory_posting q
                WHERE q.kind = 'RETURN' AND q.facts ? 'shipped_document'
                  AND q.facts->>'shipped_document' IN (SELECT document FROM back)),
            concerned AS (
                SELECT id, document FROM own
                UNION ALL
                SELECT r.id, own.document FROM own
                JOIN inventory_posting r ON r.reverses_id = own.id)
            SELECT 'document ' || c.document || ' SKU ' || e.sku_id,
                (-sum(e.on_hand))::text || ' more back than shipped', '0 or less',
                (SELECT min(b.id) FROM inventory_balance b WHERE b.sku_id = e.sku_id)
            FROM concerned c JOIN inventory_entry e ON e.posting_id = c.id
                AND e.outside = 'CUSTOMER'
            JOIN back ON back.document = c.document AND back.sku_id = e.sku_id
            GROUP BY c.document, e.sku_id HAVING sum(e.on_hand) < 0""",
    ),
)
