"""B: one claim per unit; claims are sums of entries and end properly."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Guard, Kept, Law, constraints, final, triggers

CLAIM_LAWS = (
    Law(
        code="B1.balances",
        name=_("Held is the sum of the balance's open lines"),
        kept=Kept.TRIGGER,
        guards=(
            *triggers("entry", "entry_sums"),
            *triggers("holdline", "line_starts_empty", "line_by_entries", "line_stays"),
            *final("holdline"),
        ),
        query="""
            SELECT 'balance ' || b.id, b.held::text, coalesce(l.s, 0)::text, b.id
            FROM inventory_balance b
            LEFT JOIN (SELECT balance_id, sum(open) s FROM inventory_holdline
                       WHERE true /*among balance_id*/ GROUP BY 1) l ON l.balance_id = b.id
            WHERE b.held <> coalesce(l.s, 0) /*among b.id*/""",
    ),
    Law(
        code="B1.cells",
        name=_("Pinned is the sum of the cell's open lines"),
        kept=Kept.TRIGGER,
        query="""
            SELECT 'cell ' || c.id, c.pinned::text, coalesce(l.s, 0)::text, c.balance_id
            FROM inventory_stock c
            LEFT JOIN (SELECT stock_id, sum(open) s FROM inventory_holdline
                       WHERE stock_id IS NOT NULL /*among balance_id*/ GROUP BY 1) l
                ON l.stock_id = c.id
            WHERE c.pinned <> coalesce(l.s, 0) /*among c.balance_id*/""",
    ),
    Law(
        code="B1.lines",
        name=_("A line is the sum of its entries"),
        kept=Kept.TRIGGER,
        query="""
            SELECT 'line ' || l.id, l.open::text, coalesce(e.s, 0)::text, l.balance_id
            FROM inventory_holdline l
            LEFT JOIN (SELECT line_id, sum(held) s FROM inventory_entry
                       WHERE line_id IS NOT NULL /*among balance_id*/ GROUP BY 1) e
                ON e.line_id = l.id
            WHERE l.open <> coalesce(e.s, 0) /*among l.balance_id*/""",
    ),
    Law(
        code="B2",
        name=_("Held lies within on hand, pinned within the cell"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints("balance", "balance_held_within_on_hand"),
            *constraints("stock", "cell_pinned_within_on_hand"),
        ),
        query="""
            SELECT 'balance ' || id, held || '/' || on_hand, '0 <= held <= on hand', id
            FROM inventory_balance WHERE (held < 0 OR held > on_hand) /*among id*/
            UNION ALL SELECT 'cell ' || id, pinned || '/' || on_hand,
                '0 <= pinned <= on hand', balance_id
            FROM inventory_stock WHERE (pinned < 0 OR pinned > on_hand) /*among balance_id*/""",
    ),
    Law(
        code="B3",
        name=_("A claim never has more units than were asked for"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints("holdline", "line_open_not_negative"),
            *constraints("hold", "hold_quantity_or_blanket"),
        ),
        query="""
            SELECT 'hold ' || h.id, sum(l.open)::text, h.asked || ' or less', min(l.balance_id)
            FROM inventory_hold h JOIN inventory_holdline l ON l.hold_id = h.id AND l.open > 0
            WHERE NOT h.blanket /*holds h.id*/
            GROUP BY h.id, h.asked HAVING sum(l.open) > h.asked""",
    ),
    Law(
        code="B4",
        name=_("What was consumed or released stays so: claims change by entries alone"),
        kept=Kept.TRIGGER,
        guards=(
            *triggers("entry", "entry_is_final"),
            *triggers("hold", "hold_stays"),
            *final("hold"),
        ),
    ),
    Law(
        code="B5.units",
        name=_("A closed hold holds nothing, an open one something"),
        kept=Kept.QUERY,
        query="""
            SELECT 'hold ' || h.id, h.state || ' ' || coalesce(l.s, 0),
                'closed and 0, or open and more', l.balance
            FROM inventory_hold h
            LEFT JOIN (SELECT hold_id, sum(open) s, min(balance_id) balance
                       FROM inventory_holdline WHERE true /*holds hold_id*/ GROUP BY 1) l
                ON l.hold_id = h.id
            WHERE NOT (h.blanket AND h.closed_at IS NULL)
              AND (h.closed_at IS NOT NULL) <> (coalesce(l.s, 0) = 0)
              -- A reserve stays open as long as units drawn from it may return to it.
              AND NOT (h.closed_at IS NULL AND EXISTS (
                  SELECT FROM inventory_holdline o JOIN inventory_holdline d ON d.origin_id = o.id
                  WHERE o.hold_id = h.id AND d.open > 0)) /*holds h.id*/""",
        placeless=True,
    ),
    Law(
        code="B5.state",
        name=_("A hold is closed exactly in its final states"),
        kept=Kept.QUERY,
        guards=constraints("hold", "hold_known_state"),
        query="""
            SELECT 'hold ' || id, state, coalesce(closed_at::text, 'open'), NULL::bigint
            FROM inventory_hold
            WHERE (closed_at IS NULL) <> (state IN
                ('PENDING', 'ACTIVE', 'PARTIALLY_RELEASED', 'RELEASE_PENDING')) /*holds id*/""",
        placeless=True,
    ),
    Law(
        code="B6",
        name=_("Goods that left under a claim left its cell, as many as it lost"),
        kept=Kept.QUERY,
        guards=constraints("entry", "entry_claim_names_its_line"),
        query="""
            SELECT 'entry ' || e.id, e.on_hand || '/' || e.held, 'equal', e.balance_id
            FROM inventory_entry e
            WHERE e.line_id IS NOT NULL AND e.on_hand <> 0 AND e.on_hand <> e.held
                /*among e.balance_id*/""",
    ),
    Law(
        code="B6.shipped",
        name=_("Whatever was shipped was claimed"),
        kept=Kept.QUERY,
        query="""
            SELECT 'entry ' || e.id, 'no line', 'a line of the document', e.balance_id
            FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
            WHERE p.kind = 'SHIP' AND e.balance_id IS NOT NULL AND e.line_id IS NULL
                /*among e.balance_id*/""",
    ),
    Law(
        code="B7",
        name=_("One key never makes two claims"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints("posting", "inventory_posting_key_key"),
            *constraints("holdline", "line_once_per_hold_and_cell", "line_with_its_balance"),
        ),
    ),
    Law(
        code="B8",
        name=_("A closed hold moves nothing any more"),
        kept=Kept.LOCK,
        query="""
            SELECT 'hold ' || h.id, 'posting ' || p.id, 'closed before', t.balance
            FROM (SELECT l.hold_id, max(e.posting_id) last, min(e.balance_id) balance
                  FROM inventory_holdline l JOIN inventory_entry e ON e.line_id = l.id
                  WHERE true /*holds l.hold_id*/ GROUP BY 1) t
            JOIN inventory_hold h ON h.id = t.hold_id
            JOIN inventory_posting p ON p.id = t.last
            WHERE h.closed_at IS NOT NULL AND p.recorded_at > h.closed_at""",
    ),
    Law(
        code="B9",
        name=_("Lost goods break claims in a fixed order, in the posting that books the loss"),
        kept=Kept.LOCK,
        guards=constraints("balance", "balance_held_within_on_hand"),
    ),
    Law(
        code="B10",
        name=_("No claim is open a minute past its end"),
        kept=Kept.QUERY,
        timely=True,
        placeless=True,
        query="""
            SELECT 'hold ' || h.id, h.expires_at::text, 'closed',
                (SELECT min(balance_id) FROM inventory_holdline WHERE hold_id = h.id)
            FROM inventory_hold h
            WHERE h.closed_at IS NULL AND NOT h.is_safety
              AND h.expires_at < clock_timestamp() - interval '60 seconds' /*holds h.id*/""",
    ),
    Law(
        code="B12",
        name=_("Available is on hand less held, computed by the database"),
        kept=Kept.CONSTRAINT,
        guards=(Guard("generated", "inventory_balance", "available"),),
    ),
    Law(
        code="B17",
        name=_("Drawn units come from a claim in the same balance"),
        kept=Kept.QUERY,
        query="""
            SELECT 'line ' || l.id, 'balance ' || o.balance_id, 'balance ' || l.balance_id,
                l.balance_id
            FROM inventory_holdline l JOIN inventory_holdline o ON o.id = l.origin_id
            WHERE o.balance_id <> l.balance_id /*among l.balance_id*/""",
    ),
    Law(
        code="B18",
        name=_("A safety freeze never ends by itself"),
        kept=Kept.CONSTRAINT,
        guards=constraints("hold", "hold_safety_never_thaws_by_time"),
        query="""
            SELECT 'hold ' || id, expires_at::text, 'no end', NULL::bigint FROM inventory_hold
            WHERE is_safety AND expires_at IS NOT NULL AND closed_at IS NULL /*holds id*/""",
        placeless=True,
    ),
    Law(
        code="B19",
        name=_("A claim keeps the effects it was placed with"),
        kept=Kept.TRIGGER,
        guards=triggers("hold", "hold_keeps_its_effects"),
    ),
    Law(
        code="B20",
        name=_("A mark takes no units"),
        kept=Kept.QUERY,
        guards=constraints("reason", "reason_mark_takes_no_units"),
        query="""
            SELECT 'line ' || l.id, l.open::text, '0', l.balance_id
            FROM inventory_hold h JOIN inventory_holdline l ON l.hold_id = h.id
            WHERE (h.role = 'MARK' OR NOT h.blocks_reserve AND h.role = 'FREEZE')
              AND l.open <> 0 /*among l.balance_id*/""",
    ),
    Law(
        code="B21",
        name=_("A line repeats the reason of its hold"),
        kept=Kept.QUERY,
        query="""
            SELECT 'line ' || l.id, 'reason ' || l.reason_id, 'reason ' || h.reason_id,
                l.balance_id
            FROM inventory_holdline l JOIN inventory_hold h ON h.id = l.hold_id
            WHERE l.reason_id <> h.reason_id /*among l.balance_id*/""",
    ),
)
