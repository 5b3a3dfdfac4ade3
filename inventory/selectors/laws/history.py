"""T: marks of the past are the sums of the entries below them, and nothing else is believed."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Kept, Law, final, triggers

# Each mark is compared with the one before it and the entries in between: every entry is read once.
HISTORY_LAWS = (
    Law(
        code="T1.balances",
        name=_("A mark of a balance is the sum of its entries up to there"),
        kept=Kept.QUERY,
        guards=(*triggers("balancemark", "balance_mark_is_final"), *final("balancemark")),
        query="""
            SELECT 'mark ' || m.id, m.goods || '/' || m.claims || ' up to ' || m.last_entry,
                coalesce(s.goods, 0) || '/' || coalesce(s.claims, 0) || ' up to '
                    || coalesce(s.last, 0),
                m.balance_id
            FROM (SELECT k.*, lag(k.last_entry, 1, 0::bigint) OVER w AS before,
                         k.on_hand - lag(k.on_hand, 1, 0::bigint) OVER w AS goods,
                         k.held - lag(k.held, 1, 0::bigint) OVER w AS claims
                  FROM inventory_balancemark k WHERE true /*among k.balance_id*/
                  WINDOW w AS (PARTITION BY k.balance_id ORDER BY k.last_entry)) m
            CROSS JOIN LATERAL (
                SELECT sum(e.on_hand) AS goods, sum(e.held) AS claims, max(e.id) AS last
                FROM inventory_entry e WHERE e.balance_id = m.balance_id
                    AND e.id > m.before AND e.id <= m.last_entry) s
            WHERE (m.goods, m.claims, m.last_entry)
                IS DISTINCT FROM (coalesce(s.goods, 0), coalesce(s.claims, 0), s.last)""",
    ),
    Law(
        code="T1.times",
        name=_("A mark is not dated before its last entry"),
        kept=Kept.QUERY,
        query="""
            SELECT 'mark ' || m.id, m.recorded_at::text, p.recorded_at::text, m.balance_id
            FROM inventory_balancemark m
            JOIN inventory_entry e ON e.id = m.last_entry
            JOIN inventory_posting p ON p.id = e.posting_id
            WHERE m.recorded_at < p.recorded_at /*among m.balance_id*/""",
    ),
    Law(
        code="T1.cells",
        name=_("A mark of a cell is the sum of its entries up to there"),
        kept=Kept.QUERY,
        guards=(*triggers("cellmark", "cell_mark_is_final"), *final("cellmark")),
        query="""
            SELECT 'cell ' || m.stock_id || ' at ' || m.last_entry, m.goods || '/' || m.claims,
                coalesce(s.goods, 0) || '/' || coalesce(s.claims, 0), m.balance_id
            FROM (SELECT k.stock_id, k.last_entry, c.balance_id,
                         lag(k.last_entry, 1, 0::bigint) OVER w AS before,
                         k.on_hand - lag(k.on_hand, 1, 0::bigint) OVER w AS goods,
                         k.pinned - lag(k.pinned, 1, 0::bigint) OVER w AS claims
                  FROM inventory_cellmark k JOIN inventory_stock c ON c.id = k.stock_id
                  WHERE true /*among c.balance_id*/
                  WINDOW w AS (PARTITION BY k.stock_id ORDER BY k.last_entry)) m
            CROSS JOIN LATERAL (
                SELECT sum(e.on_hand) AS goods, sum(e.held) AS claims
                FROM inventory_entry e WHERE e.stock_id = m.stock_id
                    AND e.id > m.before AND e.id <= m.last_entry) s
            WHERE (m.goods, m.claims) <> (coalesce(s.goods, 0), coalesce(s.claims, 0))""",
    ),
    Law(
        code="T1.whole",
        name=_("The marks of cells and reasons add up to their balance's mark"),
        kept=Kept.QUERY,
        guards=(*triggers("reasonmark", "reason_mark_is_final"), *final("reasonmark")),
        query="""
            SELECT 'mark ' || m.id, coalesce(c.goods, 0) || '/' || coalesce(r.claims, 0),
                m.goods || '/' || m.claims, m.balance_id
            FROM (SELECT k.id, k.balance_id, k.last_entry,
                         k.on_hand - lag(k.on_hand, 1, 0::bigint) OVER w AS goods,
                         k.held - lag(k.held, 1, 0::bigint) OVER w AS claims
                  FROM inventory_balancemark k WHERE true /*among k.balance_id*/
                  WINDOW w AS (PARTITION BY k.balance_id ORDER BY k.last_entry)) m
            LEFT JOIN (
                SELECT d.balance_id, d.last_entry, sum(d.goods) AS goods
                FROM (SELECT o.balance_id, k.last_entry,
                             k.on_hand - lag(k.on_hand, 1, 0::bigint) OVER (
                                 PARTITION BY k.stock_id ORDER BY k.last_entry) AS goods
                      FROM inventory_cellmark k JOIN inventory_stock o ON o.id = k.stock_id
                      WHERE true /*among o.balance_id*/) d
                GROUP BY 1, 2) c ON c.balance_id = m.balance_id AND c.last_entry = m.last_entry
            LEFT JOIN (
                SELECT d.balance_id, d.last_entry, sum(d.units) AS claims
                FROM (SELECT k.balance_id, k.last_entry,
                             k.units - lag(k.units, 1, 0::bigint) OVER (
                                 PARTITION BY k.balance_id, k.reason_id ORDER BY k.last_entry)
                                 AS units
                      FROM inventory_reasonmark k WHERE true /*among k.balance_id*/) d
                GROUP BY 1, 2) r ON r.balance_id = m.balance_id AND r.last_entry = m.last_entry
            WHERE (m.goods, m.claims) <> (coalesce(c.goods, 0), coalesce(r.claims, 0))""",
    ),
    Law(
        code="T1.positions",
        name=_("The marks count the hold lines that were open"),
        kept=Kept.QUERY,
        # Of the newest mark of each balance: its open lines are those of now, less what came since.
        query="""
            SELECT 'balance ' || m.balance_id || ' at ' || m.last_entry, coalesce(r.n, 0)::text,
                coalesce(l.n, 0)::text, m.balance_id
            FROM (SELECT k.balance_id, max(k.last_entry) AS last_entry
                  FROM inventory_balancemark k WHERE true /*among k.balance_id*/ GROUP BY 1) m
            LEFT JOIN LATERAL (
                SELECT sum(d.positions) AS n FROM (
                    SELECT DISTINCT ON (k.reason_id) k.positions FROM inventory_reasonmark k
                    WHERE k.balance_id = m.balance_id
                    ORDER BY k.reason_id, k.last_entry DESC) d) r ON true
            LEFT JOIN LATERAL (
                SELECT count(*) FILTER (WHERE o.open - coalesce(f.change, 0) > 0) AS n
                FROM inventory_holdline o
                LEFT JOIN (SELECT e.line_id, sum(e.held) AS change FROM inventory_entry e
                           WHERE e.balance_id = m.balance_id AND e.id > m.last_entry
                               AND e.line_id IS NOT NULL GROUP BY 1) f ON f.line_id = o.id
                WHERE o.balance_id = m.balance_id) l ON true
            WHERE coalesce(r.n, 0) <> coalesce(l.n, 0)""",
    ),
)
