# ruff: noqa: S608 - statements are put together from constants of this file.
"""How long an explanation and a look into the past take on ten million entries.

python -m bench.holdings.history [--quick] [--json FILE]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import measure as measuring

WAREHOUSES = 20
SKUS = 1_000
# Touches of each ordinary balance: odd, so that one of its lines stays open.
TOUCHES = 401
# Claims on the hot SKU; a third of them is released again.
CLAIMS = 1_500_000
EACH_POSTING = 4
LINES = 10
RUNS = 15
BEGAN = datetime(2025, 11, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Filled:
    """What was made: ids of the hot balance, its cell and SKU, and of ordinary ones."""

    entries: int
    balances: int
    hot_balance: int
    hot_sku: int
    hot_house: int
    hot_cell: int


def measure(*, quick: bool) -> dict[str, float]:
    """Medians in ms; Django is set up on some server, a database is made there.

    `explain_ms` and `as_of_ms` are the slowest kinds of question: see `_explanations`, `_pasts`.
    """
    shorter = 100 if quick else 1
    with measuring.database_beside("history"):
        began = time.monotonic()
        filled = fill(touches=max(5, TOUCHES // shorter | 1), claims=CLAIMS // shorter)
        print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
        marking = _mark()
        figures = {"history_entries": float(filled.entries), "marking_s": marking}
        for name, kinds in (("explain", _explanations(filled)), ("as_of", _pasts(filled))):
            spent = {kind: _median(ask, 3 if quick else RUNS) for kind, ask in kinds.items()}
            figures[f"{name}_ms"] = max(spent.values())
            figures |= {f"{name}_{kind}_ms": ms for kind, ms in spent.items()}
    return figures


def _explanations(filled: Filled) -> dict[str, Callable[[random.Random], object]]:
    from inventory import selectors as stock
    from org.scope import Scope

    scope = Scope.everything()
    return {
        "hot": lambda _: stock.explain(
            sku_id=filled.hot_sku, warehouse_id=filled.hot_house, scope=scope
        ),
        "hot_sku": lambda _: stock.explain_sku(sku_id=filled.hot_sku, scope=scope),
        "ordinary": lambda dice: stock.explain(
            sku_id=1 + dice.randrange(SKUS - 1), warehouse_id=filled.hot_house, scope=scope
        ),
        "cell": lambda _: stock.explain_cell(stock_id=filled.hot_cell, scope=scope),
    }


def _pasts(filled: Filled) -> dict[str, Callable[[random.Random], object]]:
    from inventory import selectors as stock
    from inventory.selectors import Axis
    from org.scope import Scope

    scope = Scope.everything()

    def moment(dice: random.Random) -> datetime:
        return BEGAN + YEAR * dice.random()

    def page(dice: random.Random, axis: Axis) -> object:
        start = dice.randrange(max(1, filled.balances - 100))
        return stock.as_of(at=moment(dice), axis=axis, after=start, limit=100, scope=scope)

    def hot(dice: random.Random, axis: Axis) -> object:
        return stock.as_of(
            at=moment(dice), axis=axis, balance_ids=[filled.hot_balance], scope=scope
        )

    return {
        "page": lambda dice: page(dice, Axis.RECORDED),
        "page_occurred": lambda dice: page(dice, Axis.OCCURRED),
        "sku": lambda dice: stock.as_of(
            at=moment(dice), sku_ids=[1 + dice.randrange(SKUS - 1)], scope=scope
        ),
        "hot": lambda dice: hot(dice, Axis.RECORDED),
        "hot_occurred": lambda dice: hot(dice, Axis.OCCURRED),
        "hot_cells": lambda dice: stock.cells_as_of(
            at=moment(dice), balance_id=filled.hot_balance, scope=scope
        ),
        "hot_claims": lambda dice: stock.claims_as_of(
            at=moment(dice), balance_id=filled.hot_balance, scope=scope
        ),
    }


def _median(ask: Callable[[random.Random], object], runs: int) -> float:
    """Milliseconds of the middle run; a fresh connection, two runs to warm up."""
    from django.db import connection

    connection.close()
    dice = random.Random(1)
    spent = []
    for number in range(runs + 2):
        began = time.perf_counter()
        found = ask(dice)
        if number > 1:
            spent.append((time.perf_counter() - began) * 1000)
        assert found is not None
    return sorted(spent)[len(spent) // 2]


def _mark() -> float:
    """Seconds to mark everything, as the periodic task does within minutes; then the statistics."""
    from django.db import connection, transaction

    from inventory import services as inventory

    began = time.monotonic()
    more = True
    while more:
        with transaction.atomic(durable=True):
            more = inventory.take_marks()
    spent = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return spent


def fill(*, touches: int, claims: int) -> Filled:
    """A year of claims: ordinary balances touched in turn, and one hot balance.

    The rows are those the verbs write, but made without triggers, foreign keys and indexes, and
    the sums beside them; the indexes are there again afterwards.
    """
    from django.db import connection, transaction

    from tests import given

    house = given.warehouse("WH1")
    place = given.location("A-01")
    balances = WAREHOUSES * (SKUS - 1)
    ordinary = balances * touches
    hot = balances + 1
    values: dict[str, Any] = {
        "houses": WAREHOUSES, "skus": SKUS, "balances": balances, "ordinary": ordinary,
        "hot": hot, "claims": claims, "events": claims // 3 * 4, "touches": touches,
        "lines": LINES, "each": EACH_POSTING, "house": house, "place": place,
        "postings": -(-ordinary // EACH_POSTING), "began": BEGAN, "year": YEAR,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id FROM inventory_warehouse WHERE id = %s", [house])
        values["unit"] = cursor.fetchone()[0]
    again = _bare()
    for statement in (*_WORLD, *_BOOKS):
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(statement, values)
    with connection.cursor() as cursor:
        for statement in again:
            cursor.execute(statement)
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM inventory_entry")
        entries = int(cursor.fetchone()[0])
    return Filled(
        entries=entries, balances=balances, hot_balance=hot, hot_sku=SKUS,
        hot_house=house, hot_cell=hot,
    )  # fmt: skip


def _bare() -> list[str]:
    """Take triggers, foreign keys and indexes away; gives what makes the indexes again."""
    from django.db import connection

    again: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.conrelid::regclass::text, c.conname, c.contype::text,
                      pg_get_constraintdef(c.oid)
               FROM pg_constraint c WHERE c.contype IN ('f', 'u')
                   AND c.conrelid::regclass::text = ANY(%s)
               ORDER BY c.contype = 'u'""",
            [_TABLES],
        )
        constraints = cursor.fetchall()
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, name, kind, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
            if kind == "u":
                again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
               FROM pg_index i WHERE i.indrelid::regclass::text = ANY(%s) AND NOT i.indisprimary""",
            [_TABLES],
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")
            again.append(definition)
        cursor.execute("DELETE FROM inventory_entry")
        for table in ("holdline", "hold", "stock", "balance", "posting"):
            cursor.execute(f"DELETE FROM inventory_{table}")
    return again


_TABLES = [
    "inventory_sku", "inventory_balance", "inventory_stock", "inventory_posting", "inventory_hold",
    "inventory_holdline", "inventory_entry",
]  # fmt: skip
_UNITS = 10_000_000
# Ids: warehouse n (the given one is the first), SKU n, balance n = a warehouse and a SKU in turn;
# its cell has the same id. Postings: receipts at 1, ordinary ones after them, then the hot ones.
_WORLD = (
    """INSERT INTO inventory_warehouse (id, code, name, pinyin, kind, unit_id, province, city,
           time_zone, priority, is_active)
       SELECT 1000 + n, 'H' || n, 'H' || n, '', 'CENTRAL', %(unit)s, '', '',
           'Asia/Shanghai', 100, true
       FROM generate_series(2, %(houses)s) n""",
    """INSERT INTO inventory_location (id, warehouse_id, code, kind, sequence, is_active)
       SELECT 1000 + n, 1000 + n, 'A-01', 'STORAGE', 0, true
       FROM generate_series(2, %(houses)s) n""",
    """INSERT INTO inventory_sku (id, code, name, pinyin, category, brand, unit_name, weight_g,
           volume_ml, unit_cost, list_price, currency, temperature, light_sensitive, lot_tracked,
           serial_tracked, is_kit, lot_strategy, is_active)
       SELECT n, 'P' || n, 'P' || n, '', '', '', '件', 0, 0, 0, 0, 'CNY', 'AMBIENT', false,
           false, false, false, 'FEFO', true FROM generate_series(1, %(skus)s) n""",
    f"""INSERT INTO inventory_balance
           (id, warehouse_id, sku_id, grade, owner, on_hand, held, version)
       SELECT n, CASE (n - 1) %% %(houses)s WHEN 0 THEN %(house)s
                 ELSE 1001 + (n - 1) %% %(houses)s END,
           CASE n WHEN %(hot)s THEN %(skus)s ELSE 1 + (n - 1) / %(houses)s END, 'ZP', 'SELF',
           {_UNITS}, CASE n WHEN %(hot)s THEN %(claims)s / 3 * 2 ELSE 1 END, %(touches)s
       FROM generate_series(1, %(hot)s) n""",
    f"""INSERT INTO inventory_stock (id, balance_id, location_id, on_hand, pinned)
       SELECT id, id, CASE warehouse_id WHEN %(house)s THEN %(place)s ELSE warehouse_id END,
           {_UNITS}, 0 FROM inventory_balance""",
)
_POSTING = """
    INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts, occurred_at,
        recorded_at, xid)
    SELECT {id}, '{key}' || n, '1:' || repeat('0', 64), {kind}, '{key}-' || n, 'system:bench',
        '{{}}',
        {when} - CASE n %% 1000 WHEN 0 THEN interval '1 day' ELSE interval '1 second' END,
        {when}, {id}
    FROM generate_series(0, {count} - 1) n"""
_ENTRY = """
    INSERT INTO inventory_entry (id, posting_id, sku_id, balance_id, stock_id, line_id, outside,
        on_hand, held) """
_HOLD = """
    INSERT INTO inventory_hold (id, reason_id, posting_id, document, state, role, rank,
        is_safety, binds_to, blocks_reserve, blocks_pick, blocks_ship, blocks_move, blocks_count,
        blocks_publish, asked, blanket, placed_by, supplier, grade, owner, rule_version, note,
        release_condition, excluded_lots, excluded_cells, warehouse_id, closed_at)
    SELECT {id}, r.id, {posting}, 'SO-' || n, {state}, r.role, r.rank, r.is_safety,
        r.binds_to, r.blocks_reserve, r.blocks_pick, r.blocks_ship, r.blocks_move,
        r.blocks_count, r.blocks_publish, 1, false, 'system:bench', '', '', '', '', '', '{{}}',
        '{{}}', '{{}}', %(house)s, CASE {state} WHEN 'ACTIVE' THEN NULL ELSE now() END
    FROM generate_series(0, {count} - 1) n, inventory_reason r WHERE r.code = 'ORDER'"""
_LINE = """
    INSERT INTO inventory_holdline (id, hold_id, balance_id, stock_id, open, priority, started,
        bound, reason_id)
    SELECT {id}, {id}, {balance}, NULL, {open}, 0, false, false, r.id
    FROM generate_series(0, {count} - 1) n, inventory_reason r WHERE r.code = 'ORDER'"""
# A touch of an ordinary balance: its k-th line is claimed, at the next touch released.
_LINE_OF = "1 + (g %% %(balances)s) * %(lines)s + (g / %(balances)s / 2) %% %(lines)s"
_HOT_HOLD = "%(balances)s::bigint * %(lines)s + 1 + "
# Of four hot events three are claims and the fourth releases the first of them.
_BOOKS = (
    _POSTING.format(id="1 + n", key="R", kind="'RECEIVE'", count="%(hot)s", when="%(began)s"),
    _ENTRY
    + f"""SELECT n, n, b.sku_id, n, n, NULL, '', {_UNITS}, 0
          FROM generate_series(1, %(hot)s) n JOIN inventory_balance b ON b.id = n ORDER BY n""",
    _POSTING.format(
        id="1 + %(hot)s + n", key="T", kind="'HOLD'", count="%(postings)s",
        when="(%(began)s + %(year)s * (n / %(postings)s::float))",
    ),
    _ENTRY
    + f"""SELECT 1 + %(hot)s + g, 1 + %(hot)s + g / %(each)s, 1 + (g %% %(balances)s) / %(houses)s,
              1 + g %% %(balances)s, NULL, {_LINE_OF}, '', 0,
              CASE (g / %(balances)s) %% 2 WHEN 0 THEN 1 ELSE -1 END
          FROM generate_series(0, %(ordinary)s - 1) g""",
    _POSTING.format(
        id="1 + %(hot)s + %(postings)s + n", key="S", count="%(events)s",
        kind="CASE n %% 4 WHEN 3 THEN 'RELEASE' ELSE 'HOLD' END",
        when="(%(began)s + %(year)s * (n / %(events)s::float))",
    ),
    _ENTRY
    + f"""SELECT 1 + %(hot)s + %(ordinary)s + n, 1 + %(hot)s + %(postings)s + n, %(skus)s, %(hot)s,
              NULL, {_HOT_HOLD} CASE n %% 4 WHEN 3 THEN n / 4 * 3 ELSE n / 4 * 3 + n %% 4 END, '',
              0, CASE n %% 4 WHEN 3 THEN -1 ELSE 1 END
          FROM generate_series(0, %(events)s - 1) n""",
    _HOLD.format(id="1 + n", posting="1 + n / %(lines)s", count="%(balances)s * %(lines)s",
                 state="'RELEASED'"),
    _LINE.format(id="1 + n", balance="1 + n / %(lines)s", count="%(balances)s * %(lines)s",
                 open="CASE n %% %(lines)s WHEN (%(touches)s / 2) %% %(lines)s THEN 1 ELSE 0 END"),
    _HOLD.format(id=_HOT_HOLD + "n", posting="1 + %(hot)s + %(postings)s + n / 3 * 4 + n %% 3",
                 count="%(claims)s", state="CASE n %% 3 WHEN 0 THEN 'RELEASED' ELSE 'ACTIVE' END"),
    _LINE.format(id=_HOT_HOLD + "n", balance="%(hot)s", count="%(claims)s",
                 open="CASE n %% 3 WHEN 0 THEN 0 ELSE 1 END"),
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Alone, on a server of its own."""
    options = measuring.options("history", arguments).parse_args(arguments)
    with measuring.own_database():
        figures: dict[str, float | str] = dict(measure(quick=options.quick))
    return measuring.report(figures, options.json, {"explain_ms": 50.0, "as_of_ms": 200.0})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
