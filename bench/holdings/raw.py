"""The limit: the same rows by COPY into the same tables without triggers, and one summed UPDATE.

The tables are copies with every column, index and check of the real ones. What the rows say is put
together before the clock runs: the limit is the database's alone.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

TABLES = ("posting", "hold", "holdline", "entry", "balance")
# Ids of one batch, far from those of the real rows.
IDS = 10_000
_HELD = """UPDATE raw_balance b SET held = b.held + d.qty, version = b.version + 1
    FROM unnest(%s::bigint[], %s::bigint[]) AS d(sku, qty)
    WHERE b.warehouse_id = %s AND b.sku_id = d.sku"""
# What all rows of a hold have in common, as defaults of the copies.
_SAME = {
    "posting": {},
    "hold": {
        "role": "'COMMITMENT'", "rank": "10", "is_safety": "false", "binds_to": "'GOODS'",
        "blocks_reserve": "true", "blocks_pick": "false", "blocks_ship": "false",
        "blocks_move": "false", "blocks_count": "false", "blocks_publish": "true",
        "reason_id": "1", "state": "'ACTIVE'", "supplier": "''", "grade": "''", "owner": "''",
        "blanket": "false", "excluded_lots": "'{}'", "excluded_cells": "'{}'",
        "placed_by": "'bench'", "rule_version": "''", "note": "''", "release_condition": "'{}'",
    },
    "holdline": {"priority": "0", "started": "false", "bound": "false", "reason_id": "1"},
    "entry": {"outside": "''", "on_hand": "0"},
    "balance": {},
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """A batch, as COPY wants it, and what it adds to each SKU's balance."""

    text: dict[str, str]
    held: Counter[int]
    house: int


def make_tables() -> None:
    """Copies of the tables; the balances with what is in them."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE raw_{table} (LIKE inventory_{table} INCLUDING ALL)")
            for column, value in _SAME[table].items():
                cursor.execute(f"ALTER TABLE raw_{table} ALTER {column} SET DEFAULT {value}")
        cursor.execute(f"CREATE SEQUENCE raw_ids START WITH 1000000000 INCREMENT BY {IDS}")
        columns = "id, warehouse_id, sku_id, grade, owner, on_hand, held, version"
        cursor.execute(
            f"INSERT INTO raw_balance ({columns}) SELECT {columns} FROM inventory_balance"  # noqa: S608
        )


def rows(orders: Sequence[tuple[str, Sequence[tuple[int, int]]]], *, house: int) -> Rows:
    """The rows of a batch, with ids of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('raw_ids')")
        number = cursor.fetchone()[0]
        cursor.execute(
            "SELECT sku_id, id FROM raw_balance WHERE warehouse_id = %s AND sku_id = ANY(%s)",
            [house, [sku for _, goods in orders for sku, _ in goods]],
        )
        balances = dict(cursor.fetchall())
    found: dict[str, list[str]] = {table: [] for table in TABLES}
    held: Counter[int] = Counter()
    line = number + len(orders)
    for at, (name, goods) in enumerate(orders):
        one, asked = number + at, sum(qty for _, qty in goods)
        found["posting"].append(f"{one}\traw:{name}\t1:{one:064d}\tHOLD\tSO-{name}\tbench\t{{}}")
        found["hold"].append(f"{one}\t{one}\tSO-{name}\t{house}\t{asked}")
        for sku, qty in goods:
            line += 1
            balance = balances[sku]
            found["holdline"].append(f"{line}\t{one}\t{balance}\t{qty}")
            found["entry"].append(f"{one}\t{sku}\t{balance}\t{line}\t{qty}")
            held[sku] += qty
    return Rows({table: "\n".join(text) + "\n" for table, text in found.items()}, held, house)


_COLUMNS = {
    "posting": "id, key, fingerprint, kind, document, actor, facts",
    "hold": "id, posting_id, document, warehouse_id, asked",
    "holdline": "id, hold_id, balance_id, open",
    "entry": "posting_id, sku_id, balance_id, line_id, held",
}


def write(batch: Rows) -> None:
    """COPY the rows, then add up the balances in one statement, in the order of their SKUs."""
    with connection.cursor() as cursor:
        skus = sorted(batch.held)
        cursor.execute(
            "SELECT id FROM raw_balance WHERE warehouse_id = %s AND sku_id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE",
            [batch.house, skus],
        )
        for table, columns in _COLUMNS.items():
            cursor.copy_expert(
                f"COPY raw_{table} ({columns}) FROM STDIN", io.StringIO(batch.text[table])
            )
        cursor.execute(_HELD, [skus, [batch.held[sku] for sku in skus], batch.house])
