"""What is known of goods, as facts with names: of cells that a condition finds, and of goods that
an event is about.

A condition comes as the text of a WHERE over columns named after facts, f."lot.days_left", with its
values apart; only the tables that it needs are joined. Both ways read the same expressions, so what
is judged in Python has the values that PostgreSQL compares.

Days are counted on the calendar of the warehouse's time zone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.selectors.fact_columns import (
    COLUMNS,
    FROM_CELLS,
    FROM_GOODS,
    OF_GOODS,
    PRELUDE,
    SOLD,
    Column,
    needed,
)
from org.scope import Scope

_NAMED = re.compile(r'"([a-z]+\.[a-z0-9_]+)"')
# Warehouses that the reader sees and the question is about.
_BOUNDS = """, bounds AS (
        SELECT %s::bigint[] AS units, %s::bigint[] AS houses, %s::bigint[] AS chosen
    ), inside AS MATERIALIZED (
        SELECT h.id FROM here h, bounds
        WHERE (units IS NULL OR h.unit_id = ANY(units) OR h.id = ANY(houses))
          AND (chosen IS NULL OR h.id = ANY(chosen))
    )"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """Goods that something is about; what is not said is not known, except grade and owner.

    Without a SKU it is a place alone.
    """

    sku_id: int | None
    warehouse_id: int | None = None
    lot_id: int | None = None
    location_id: int | None = None
    grade: str = "ZP"
    owner: str = "SELF"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How much stock a condition finds. `value` is units times unit cost."""

    cells: int
    units: int
    free: int
    skus: int
    warehouses: int
    value: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundCell:
    """One cell that a condition finds."""

    id: int
    warehouse_id: int
    warehouse_code: str
    location_id: int
    location_code: str
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    lot_id: int | None
    lot_code: str
    grade: str
    on_hand: int
    pinned: int


def cells(
    where: str,
    args: Sequence[Any],
    *,
    scope: Scope,
    now: datetime | None = None,
    warehouse_ids: Collection[int] | None = None,
    limit: int | None = None,
) -> list[int]:
    """Ids of the cells with goods for which the condition holds, in id order. One statement.

    Args:
        where: over columns f."<fact>", with "%s" for each of `args`.
        now: what day it is is asked of this moment; the database's clock otherwise.
        warehouse_ids: only in these.

    Raises:
        UnknownColumn: the text names a fact that stock does not know.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_source(where, 'id')} SELECT f.id FROM f WHERE {_literal(where)}"  # noqa: S608
            " ORDER BY f.id LIMIT %s",
            [*_bounds(scope, now, warehouse_ids), *args, limit],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def found(where: str, args: Sequence[Any], *, scope: Scope, now: datetime | None = None) -> Found:
    """How much the condition finds. One statement.

    Raises:
        UnknownColumn: the text names a fact that stock does not know.
    """
    extra = ("cell.on_hand", "cell.free", "cell.value")
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_source(where, 'id', *extra, ids=True)}"  # noqa: S608 - our own column names
            """ SELECT count(*), COALESCE(sum(f."cell.on_hand"), 0)::bigint,
                   COALESCE(sum(f."cell.free"), 0)::bigint, count(DISTINCT f.sku),
                   count(DISTINCT f.house), COALESCE(sum(f."cell.value"), 0)
               FROM f WHERE """ + _literal(where),
            [*_bounds(scope, now, None), *args],
        )
        row = cursor.fetchone()
    return Found(
        cells=row[0], units=row[1], free=row[2], skus=row[3], warehouses=row[4], value=row[5]
    )


def found_cells(*, cell_ids: Collection[int], scope: Scope) -> list[FoundCell]:
    """Cells to be shown, in the order of warehouse, walk and SKU. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.id, w.id, w.code, p.id, p.code, k.id, k.code, k.name, k.unit_name,
                   l.id, COALESCE(l.code, ''), b.grade, s.on_hand, s.pinned
               FROM inventory_stock s JOIN inventory_balance b ON b.id = s.balance_id
               JOIN inventory_warehouse w ON w.id = b.warehouse_id
               JOIN inventory_location p ON p.id = s.location_id
               JOIN inventory_sku k ON k.id = b.sku_id
               LEFT JOIN inventory_lot l ON l.id = s.lot_id
               WHERE s.id = ANY(%(ids)s)
                 AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                      OR w.id = ANY(%(houses)s::bigint[]))
               ORDER BY w.code, p.sequence, p.code, k.code, l.expires_on, s.id""",
            {"ids": sorted(cell_ids), **scope.of_warehouses},
        )
        names = list(FoundCell.__dataclass_fields__)
        return [FoundCell(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def facts_of_cells(
    cell_ids: Collection[int],
    *,
    codes: Collection[str] | None = None,
    now: datetime | None = None,
) -> dict[int, dict[str, Any]]:
    """Per cell its facts by code; None for what is not known. One statement.

    Args:
        codes: only these facts; all that stock knows otherwise, which is much work.

    Raises:
        UnknownColumn: stock does not know one of them.
    """
    wanted = _columns(COLUMNS if codes is None else codes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_with(wanted)} SELECT s.id{_selected(wanted)} FROM {_from(wanted, FROM_CELLS)}"  # noqa: S608
            " WHERE s.id = ANY(%s)",
            [now, sorted(set(cell_ids))],
        )
        return {row[0]: _facts(wanted, row[1:]) for row in cursor.fetchall()}


def facts_of(
    goods: Sequence[Goods],
    *,
    codes: Collection[str] | None = None,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Facts by code of each of these goods, in their order. One statement.

    Where a location is named and goods of the lot lie there, the facts of that cell are known;
    where a warehouse is named, those of its stock.

    Raises:
        UnknownColumn: stock does not know one of the facts.
    """
    wanted = _columns(COLUMNS if codes is None else codes, OF_GOODS)
    columns: list[Any] = [
        [each.sku_id for each in goods],
        [each.warehouse_id for each in goods],
        [each.lot_id for each in goods],
        [each.location_id for each in goods],
        [each.grade for each in goods],
        [each.owner for each in goods],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_with(wanted)} SELECT g.n{_selected(wanted)} FROM {_from(wanted, FROM_GOODS)}"  # noqa: S608
            " ORDER BY g.n",
            [now, *columns],
        )
        return [_facts(wanted, row[1:]) for row in cursor.fetchall()]


# Where the words of a fact stand: a statement with the scope and the beginning in it.
_SUGGESTED: Mapping[str, str] = {
    "sku": "SELECT code AS word FROM inventory_sku",
    "category": "SELECT category AS word FROM inventory_sku",
    "brand": "SELECT brand AS word FROM inventory_sku",
    "lot": "SELECT code AS word FROM inventory_lot",
    "supplier": "SELECT supplier AS word FROM inventory_lot",
    "origin": "SELECT origin AS word FROM inventory_lot",
    "owner": "SELECT owner AS word FROM inventory_balance",
    "reason": "SELECT code AS word FROM inventory_reason WHERE role = 'FREEZE'",
    "unit": "SELECT code AS word FROM org_unit",
    "warehouse": "SELECT code AS word FROM houses",
    "province": "SELECT province AS word FROM houses",
    "city": "SELECT city AS word FROM houses",
    "zone": "SELECT z.code AS word FROM inventory_zone z JOIN houses h ON h.id = z.warehouse_id",
    "location": """SELECT p.code AS word FROM inventory_location p
        JOIN houses h ON h.id = p.warehouse_id""",
}

_SUGGESTING = """
    WITH houses AS (
        SELECT * FROM inventory_warehouse w
        WHERE %(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
           OR w.id = ANY(%(houses)s::bigint[])
    )
    SELECT word FROM ({list}) AS all_words
    WHERE word <> '' AND position(lower(%(words)s) IN lower(word)) > 0
    GROUP BY word
    ORDER BY NOT starts_with(lower(word), lower(%(words)s)), word LIMIT %(limit)s"""


def suggested(source: str, *, words: str, scope: Scope, limit: int = 20) -> list[str]:
    """Words that stand in this list and have these letters, those that begin so first.

    Empty for a list that is not ours to know. One statement.
    """
    if source not in _SUGGESTED:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SUGGESTING.replace("{list}", _SUGGESTED[source]),
            {"words": words, "limit": limit, **scope.of_warehouses},
        )
        return [str(row[0]) for row in cursor.fetchall()]


class UnknownColumn(LookupError):
    """Stock does not know this fact."""


def _columns(
    codes: Collection[str], instead: Mapping[str, Column] | None = None
) -> dict[str, Column]:
    unknown = sorted(set(codes) - COLUMNS.keys())
    if unknown:
        raise UnknownColumn(", ".join(unknown))
    return {code: (instead or {}).get(code) or COLUMNS[code] for code in codes}


def _facts(wanted: Mapping[str, Column], row: Sequence[Any]) -> dict[str, Any]:
    return {
        code: tuple(value) if isinstance(value, list) else value
        for code, value in zip(wanted, row, strict=True)
    }


def _with(wanted: Mapping[str, Column]) -> str:
    """What stands before: the moment, warehouses with their day, and sales where they are asked."""
    return PRELUDE + (SOLD if any(column.sold for column in wanted.values()) else "")


def _selected(wanted: Mapping[str, Column]) -> str:
    return "".join(f', {column.sql} AS "{code}"' for code, column in wanted.items())


def _from(wanted: Mapping[str, Column], tables: Mapping[str, str]) -> str:
    joined = needed([column.tables for column in wanted.values()], tables)
    return " ".join(tables[name] for name in joined)


def _source(where: str, *extra: str, ids: bool = False) -> str:
    """The facts that the text names, of all cells with goods within bounds (`_bounds`), as f."""
    codes = [code for code in extra if code in COLUMNS]
    wanted = _columns(dict.fromkeys([*_NAMED.findall(where), *codes]))
    more = ", b.sku_id AS sku, b.warehouse_id AS house" if ids else ""
    joined = _from({**wanted, "": Column("", ("w",))}, FROM_CELLS)
    return (
        f"{_with(wanted)}{_BOUNDS}, f AS NOT MATERIALIZED ("  # noqa: S608 - our own names
        f"SELECT s.id{more}{_selected(wanted)} FROM {joined} WHERE s.on_hand > 0"
        " AND w.id IN (SELECT id FROM inside))"
    )


def _bounds(scope: Scope, now: datetime | None, warehouse_ids: Collection[int] | None) -> list[Any]:
    where = scope.of_warehouses
    chosen = None if warehouse_ids is None else sorted(set(warehouse_ids))
    return [now, where["units"], where["houses"], chosen]


def _literal(where: str) -> str:
    """The text may be empty."""
    return where or "TRUE"
