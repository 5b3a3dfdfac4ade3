"""How long the audit takes on a million entries: all laws in SQL, and the replay in Python.

python -m bench.holdings.proof [--quick] [--json FILE]
"""

from __future__ import annotations

import sys

from bench import measure as measuring

SKUS = 100_000
ORDERS = 105_300
# Of ten orders so many have left, and so many more are pinned.
SHIPPED, PINNED = 6, 2
RUNS = 3


def measure(*, quick: bool) -> dict[str, float]:
    """Median seconds of three runs; Django is set up on some server, a database is made there."""
    shorter = 50 if quick else 1
    with measuring.database_beside("proof"):
        entries = fill(skus=SKUS // shorter, orders=ORDERS // shorter)
        _settle()
        runs = [_once() for _ in range(1 if quick else RUNS)]
    sql = sorted(run[0] for run in runs)
    replayed = sorted(run[1] for run in runs)
    return {
        "audit_entries": float(entries),
        "audit_1m_s": sql[len(sql) // 2],
        "replay_1m_s": replayed[len(replayed) // 2],
    }


def _once() -> tuple[float, float]:
    """Seconds of one complete audit: in SQL, in Python."""
    from django.db import connection, transaction

    from inventory.selectors.everything import look_at_everything

    connection.close()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = look_at_everything()
    assert found.audit.differences == [], found.audit.differences[:5]
    spent = {law: seconds for law, (_, seconds) in found.audit.by_law.items()}
    replayed = spent.pop("A13")
    return sum(spent.values()), replayed


def by_law() -> dict[str, float]:
    """Seconds of each law, the slowest first; on the database that is there."""
    from inventory.selectors.audit import check

    spent = {law: seconds for law, (_, seconds) in check().by_law.items()}
    return dict(sorted(spent.items(), key=lambda each: -each[1]))


def _settle() -> None:
    """What autovacuum does within minutes on data that grew by themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill(*, skus: int, orders: int) -> int:
    """Goods received and two-line orders held, pinned and shipped; gives the number of entries.

    The rows are those the verbs write, made inside the database, all triggers on.
    """
    from django.db import connection, transaction

    from tests import given

    house = given.warehouse("WH1")
    given.sku("SEED")
    place = given.location("A-01")
    values = {
        "house": house, "place": place, "skus": skus, "orders": orders,
        "shipped": orders * SHIPPED // 10, "pinned": orders * (SHIPPED + PINNED) // 10,
    }  # fmt: skip
    for statement in _FILLING:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(statement, values)
    with connection.cursor() as cursor:
        for table in ("sku", "balance", "stock", "posting", "hold", "holdline", "entry"):
            name = f"inventory_{table}"
            cursor.execute(f"SELECT max(id) FROM {name}")  # noqa: S608
            top = cursor.fetchone()[0]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [name, top])
        cursor.execute("SELECT count(*) FROM inventory_entry")
        return int(cursor.fetchone()[0])


# Ids: SKU, balance and cell n are 1000 + n; an order's postings, hold and lines follow its number.
_POSTING = """
    INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts)
    SELECT {id}, '{kind}' || n, '1:' || repeat('0', 64), '{kind}', 'SO-' || n, 'system:bench',
        '{{}}'
    FROM generate_series(1, {count}) n"""
_GOODS = """
    INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, line_id, outside,
        on_hand, held) """
_ORDER = "(SELECT id FROM inventory_reason WHERE code = 'ORDER')"
# Both lines of an order: a SKU each, spread over all.
_LINES = """
    FROM generate_series(1, {count}) n, generate_series(0, 1) l,
        LATERAL (SELECT 1001 + (n * 7 + l * 4993) %% %(skus)s AS b) at ORDER BY n, l"""

_FILLING = (
    """INSERT INTO inventory_sku (id, code, name, pinyin, category, brand, unit_name, weight_g,
           volume_ml, unit_cost, list_price, currency, temperature, light_sensitive, lot_tracked,
           serial_tracked, is_kit, lot_strategy, is_active)
       SELECT 1000 + n, 'P' || n, 'P' || n, '', '', '', '件', 0, 0, 0, 0, 'CNY', 'AMBIENT', false,
           false, false, false, 'FEFO', true FROM generate_series(1, %(skus)s) n""",
    """INSERT INTO inventory_balance
           (id, warehouse_id, sku_id, grade, owner, on_hand, held, version)
       SELECT 1000 + n, %(house)s, 1000 + n, 'ZP', 'SELF', 0, 0, 0
       FROM generate_series(1, %(skus)s) n""",
    """INSERT INTO inventory_stock (id, balance_id, location_id, on_hand, pinned)
       SELECT 1000 + n, 1000 + n, %(place)s, 0, 0 FROM generate_series(1, %(skus)s) n""",
    _POSTING.format(id="1000 + n", kind="RECEIVE", count="%(skus)s"),
    _GOODS  # noqa: S608
    + """SELECT 1000 + n, 1000 + n, CASE s WHEN 0 THEN 1000 + n END,
           CASE s WHEN 0 THEN 1000 + n END, NULL, CASE s WHEN 0 THEN '' ELSE 'SUPPLIER' END,
           CASE s WHEN 0 THEN 1000 ELSE -1000 END, 0
       FROM generate_series(1, %(skus)s) n, generate_series(0, 1) s ORDER BY n, s""",
    _POSTING.format(id="1000000 + n", kind="HOLD", count="%(orders)s"),
    """INSERT INTO inventory_hold (id, reason_id, posting_id, document, state, role, rank,
           is_safety, binds_to, blocks_reserve, blocks_pick, blocks_ship, blocks_move, blocks_count,
           blocks_publish, asked, blanket, placed_by, supplier, grade, owner, rule_version, note,
           release_condition, excluded_lots, excluded_cells, warehouse_id)
       SELECT 1000 + n, r.id, 1000000 + n, 'SO-' || n, 'ACTIVE', r.role, r.rank, r.is_safety,
           r.binds_to, r.blocks_reserve, r.blocks_pick, r.blocks_ship, r.blocks_move,
           r.blocks_count, r.blocks_publish, 2, false, 'system:bench', '', '', '', '', '', '{}',
           '{}', '{}', %(house)s
       FROM generate_series(1, %(orders)s) n, inventory_reason r WHERE r.code = 'ORDER'""",
    """INSERT INTO inventory_holdline (id, hold_id, balance_id, stock_id, open, priority, started,
           bound, reason_id) SELECT 1000 + n * 2 + l, 1000 + n, b, NULL, 0, 0, false, false, """
    + _ORDER
    + _LINES.format(count="%(orders)s"),
    _GOODS
    + "SELECT 1000000 + n, b, b, NULL, 1000 + n * 2 + l, '', 0, 1"
    + _LINES.format(count="%(orders)s"),
    _POSTING.format(id="2000000 + n", kind="PIN", count="%(pinned)s"),
    """INSERT INTO inventory_holdline (id, hold_id, balance_id, stock_id, open, priority, started,
           bound, reason_id) SELECT 1000000 + n * 2 + l, 1000 + n, b, b, 0, 0, false, false, """
    + _ORDER
    + _LINES.format(count="%(pinned)s"),
    _GOODS
    + """SELECT 2000000 + n, b, b, CASE s WHEN 1 THEN b END,
           CASE s WHEN 0 THEN 1000 + n * 2 + l ELSE 1000000 + n * 2 + l END, '', 0,
           CASE s WHEN 0 THEN -1 ELSE 1 END"""
    + _LINES.format(count="%(pinned)s").replace(
        "generate_series(0, 1) l,", "generate_series(0, 1) l, generate_series(0, 1) s,"
    ),
    _POSTING.format(id="3000000 + n", kind="SHIP", count="%(shipped)s"),
    _GOODS
    + """SELECT 3000000 + n, b, CASE s WHEN 0 THEN b END, CASE s WHEN 0 THEN b END,
           CASE s WHEN 0 THEN 1000000 + n * 2 + l END, CASE s WHEN 0 THEN '' ELSE 'CUSTOMER' END,
           CASE s WHEN 0 THEN -1 ELSE 1 END, CASE s WHEN 0 THEN -1 ELSE 0 END"""
    + _LINES.format(count="%(shipped)s").replace(
        "generate_series(0, 1) l,", "generate_series(0, 1) l, generate_series(0, 1) s,"
    ),
    """UPDATE inventory_hold SET state = 'CONSUMED', closed_at = clock_timestamp()
       WHERE id BETWEEN 1001 AND 1000 + %(shipped)s""",
)


def main(arguments: list[str]) -> int:
    """Alone, on a server of its own."""
    options = measuring.options("proof", arguments).parse_args(arguments)
    with measuring.own_database():
        figures = measure(quick=options.quick)
    limits = {"audit_1m_s": 5.0, "replay_1m_s": 20.0}
    return measuring.report(figures, options.json, limits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
