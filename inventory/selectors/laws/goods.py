"""A: goods are neither made nor lost; every sum follows from the entries."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Kept, Law, constraints, final, triggers

GOODS_LAWS = (
    Law(
        code="A1.cells",
        name=_("A cell's goods are the sum of its entries"),
        kept=Kept.TRIGGER,
        guards=(
            *triggers("entry", "entry_sums"),
            *triggers("stock", "cell_starts_empty", "cell_by_entries", "cell_stays"),
            *final("stock"),
        ),
        query="""
            SELECT 'cell ' || c.id, c.on_hand::text, coalesce(e.s, 0)::text, c.balance_id
            FROM inventory_stock c
            LEFT JOIN (SELECT stock_id, sum(on_hand) s FROM inventory_entry
                       WHERE stock_id IS NOT NULL /*among balance_id*/ GROUP BY 1) e
                ON e.stock_id = c.id
            WHERE c.on_hand <> coalesce(e.s, 0) /*among c.balance_id*/""",
    ),
    Law(
        code="A1.balances",
        name=_("A balance's goods and claims are the sums of its entries"),
        kept=Kept.TRIGGER,
        guards=(
            *triggers("balance", "balance_starts_empty", "balance_by_entries", "balance_stays"),
            *final("balance"),
        ),
        query="""
            SELECT 'balance ' || b.id, b.on_hand || '/' || b.held,
                coalesce(e.goods, 0) || '/' || coalesce(e.claims, 0), b.id
            FROM inventory_balance b
            LEFT JOIN (SELECT balance_id, sum(on_hand) goods, sum(held) claims
                       FROM inventory_entry WHERE balance_id IS NOT NULL /*among balance_id*/
                       GROUP BY 1) e ON e.balance_id = b.id
            WHERE (b.on_hand <> coalesce(e.goods, 0) OR b.held <> coalesce(e.claims, 0))
                /*among b.id*/""",
    ),
    Law(
        code="A1.balance-cells",
        name=_("A balance's goods are the sum of its cells"),
        kept=Kept.TRIGGER,
        query="""
            SELECT 'balance ' || b.id, b.on_hand::text, coalesce(c.s, 0)::text, b.id
            FROM inventory_balance b
            LEFT JOIN (SELECT balance_id, sum(on_hand) s FROM inventory_stock
                       WHERE true /*among balance_id*/ GROUP BY 1) c ON c.balance_id = b.id
            WHERE b.on_hand <> coalesce(c.s, 0) /*among b.id*/""",
    ),
    Law(
        code="A2",
        name=_("The goods of every posting sum to zero per SKU"),
        kept=Kept.TRIGGER,
        guards=triggers("entry", "entry_sums"),
        query="""
            SELECT 'posting ' || posting_id, sum(on_hand)::text, '0', min(balance_id)
            FROM inventory_entry WHERE true /*postings posting_id*/
            GROUP BY posting_id, sku_id HAVING sum(on_hand) <> 0""",
    ),
    Law(
        code="A3",
        name=_("Over the whole world each SKU sums to zero"),
        kept=Kept.TRIGGER,
        query="""
            SELECT 'SKU ' || sku_id, sum(on_hand)::text, '0', min(balance_id)
            FROM inventory_entry WHERE true /*skus sku_id*/
            GROUP BY sku_id HAVING sum(on_hand) <> 0""",
    ),
    Law(
        code="A4",
        name=_("Nothing is negative"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints("balance", "balance_held_within_on_hand"),
            *constraints("stock", "cell_pinned_within_on_hand"),
            *constraints("holdline", "line_open_not_negative"),
        ),
        query="""
            SELECT 'balance ' || id, on_hand::text, '0 or more', id
            FROM inventory_balance WHERE on_hand < 0 /*among id*/
            UNION ALL SELECT 'cell ' || id, on_hand::text, '0 or more', balance_id
            FROM inventory_stock WHERE on_hand < 0 /*among balance_id*/
            UNION ALL SELECT 'line ' || id, open::text, '0 or more', balance_id
            FROM inventory_holdline WHERE open < 0 /*among balance_id*/""",
    ),
    Law(
        code="A5",
        name=_("Goods that move have a source and a target; who, why and which document is said"),
        kept=Kept.TRIGGER,
        guards=constraints("entry", "entry_changes_something"),
        query="""
            SELECT 'posting ' || posting_id, 'one entry of goods', 'two or more', min(balance_id)
            FROM inventory_entry WHERE on_hand <> 0 /*postings posting_id*/
            GROUP BY posting_id, sku_id HAVING count(*) < 2
            UNION ALL SELECT 'posting ' || id, concat_ws(' ', key, document, actor),
                'key, document, actor', NULL
            FROM inventory_posting
            WHERE (key = '' OR document = '' OR actor = '') /*postings id*/""",
        placeless=True,
    ),
    Law(
        code="A6",
        name=_("An entry's SKU, cell and line are those of its balance"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints(
                "entry",
                "entry_balance_or_outside", "entry_changes_something", "entry_goods_lie_in_a_cell",
                "entry_claim_names_its_line", "entry_balance_of_its_sku",
                "entry_cell_in_its_balance", "entry_line_in_its_balance",
            ),
            *constraints("holdline", "line_cell_in_its_balance"),
            *triggers("stock", "cell_fits"),
            *triggers("balance", "balance_fits"),
            *triggers("lot", "lot_keeps_its_sku"),
            *triggers("location", "location_keeps_its_warehouse"),
        ),
        query="""
            SELECT 'entry ' || e.id, 'SKU ' || e.sku_id, 'the SKU of its balance', e.balance_id
            FROM inventory_entry e
            WHERE e.balance_id IS NOT NULL /*among e.balance_id*/ AND NOT EXISTS (
                SELECT FROM inventory_balance b WHERE b.id = e.balance_id AND b.sku_id = e.sku_id)
            UNION ALL
            SELECT 'entry ' || e.id, 'cell ' || e.stock_id, 'a cell of its balance', e.balance_id
            FROM inventory_entry e
            WHERE e.stock_id IS NOT NULL /*among e.balance_id*/ AND NOT EXISTS (
                SELECT FROM inventory_stock c
                WHERE c.id = e.stock_id AND c.balance_id = e.balance_id)
            UNION ALL
            SELECT 'entry ' || e.id, 'line ' || e.line_id, 'a line of its cell', e.balance_id
            FROM inventory_entry e
            WHERE e.line_id IS NOT NULL /*among e.balance_id*/ AND NOT EXISTS (
                SELECT FROM inventory_holdline l
                WHERE l.id = e.line_id AND l.balance_id = e.balance_id
                  AND coalesce(l.stock_id, 0) = coalesce(e.stock_id, 0))""",
    ),
    Law(
        code="A6.cells",
        name=_("A cell lies in its balance's warehouse and keeps a lot of its SKU; kits have none"),
        kept=Kept.TRIGGER,
        guards=triggers("stock", "cell_fits"),
        query="""
            SELECT 'cell ' || c.id, concat_ws('/', p.warehouse_id, o.sku_id),
                concat_ws('/', b.warehouse_id, b.sku_id), c.balance_id
            FROM inventory_stock c
            JOIN inventory_balance b ON b.id = c.balance_id
            JOIN inventory_sku s ON s.id = b.sku_id
            JOIN inventory_location p ON p.id = c.location_id
            LEFT JOIN inventory_lot o ON o.id = c.lot_id
            WHERE (p.warehouse_id <> b.warehouse_id OR s.is_kit
                   OR c.lot_id IS NOT NULL AND o.sku_id IS DISTINCT FROM b.sku_id)
                /*among c.balance_id*/""",
    ),
    Law(
        code="A7",
        name=_("Entries and postings are never changed and never deleted"),
        kept=Kept.TRIGGER,
        guards=(
            *triggers("entry", "entry_is_final"),
            *triggers("posting", "posting_is_final"),
            *final("entry", "posting"),
        ),
        query="""
            SELECT 'entry ' || e.id, 'no posting', 'posting ' || e.posting_id, e.balance_id
            FROM inventory_entry e LEFT JOIN inventory_posting p ON p.id = e.posting_id
            WHERE p.id IS NULL /*among e.balance_id*/""",
    ),
    Law(
        code="A8",
        name=_("A posting is reversed once, by the exact mirror of its goods"),
        kept=Kept.CONSTRAINT,
        guards=constraints("posting", "inventory_posting_reverses_id_key"),
        query="""
            SELECT 'posting ' || r.id, sum(e.on_hand)::text, '0 together with posting '
                || r.reverses_id, e.balance_id
            FROM inventory_posting r
            JOIN inventory_entry e ON e.posting_id IN (r.id, r.reverses_id) AND e.on_hand <> 0
            WHERE r.reverses_id IS NOT NULL /*postings r.id*/
            GROUP BY r.id, r.reverses_id, e.sku_id, e.balance_id, e.stock_id, e.outside
            HAVING sum(e.on_hand) <> 0
            UNION ALL SELECT 'posting ' || id, kind, 'a reversal names what it reverses', NULL
            FROM inventory_posting
            WHERE (kind = 'REVERSE') <> (reverses_id IS NOT NULL) /*postings id*/""",
        placeless=True,
    ),
    Law(
        code="A9",
        name=_("One key, one posting"),
        kept=Kept.CONSTRAINT,
        guards=constraints("posting", "inventory_posting_key_key"),
    ),
    Law(
        code="A10",
        name=_("One cell per place and lot, one balance per SKU, grade and owner"),
        kept=Kept.CONSTRAINT,
        guards=(*constraints("balance", "balance_once"), *constraints("stock", "cell_once")),
    ),
)  # fmt: skip
