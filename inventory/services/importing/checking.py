"""Judge the rows of an import: block by block against what exists, then against each other."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from inventory.models import ImportBlock, StockImport, Warehouse
from inventory.services.importing.rows import ADDED, Parsed, parse_rows
from org import roles
from org import services as org
from org.scope import Scope
from org.selectors import scope_of

_PLACES = """SELECT k.house, k.code, l.id, l.is_active
    FROM unnest(%s::bigint[], %s::text[]) AS k(house, code)
    CROSS JOIN LATERAL (SELECT id, is_active FROM inventory_location l
        WHERE l.warehouse_id = k.house AND l.code = k.code LIMIT 1) l"""
_LOTS = """SELECT k.sku, k.code, l.id, l.produced_on, l.expires_on
    FROM unnest(%s::bigint[], %s::text[]) AS k(sku, code)
    CROSS JOIN LATERAL (SELECT id, produced_on, expires_on FROM inventory_lot l
        WHERE l.sku_id = k.sku AND l.code = k.code LIMIT 1) l"""


@dataclass(frozen=True, slots=True)
class _Goods:
    id: int
    by_lot: bool
    by_serial: bool
    is_kit: bool


@dataclass(frozen=True)
class There:
    """What the rows of a block name, as far as it exists within reach."""

    warehouses: dict[str, int]
    goods: dict[str, _Goods]
    locations: dict[tuple[int, str], tuple[int, bool]]
    lots: dict[tuple[int, str], tuple[int, date | None, date | None]]

    @classmethod
    def of(cls, rows: Sequence[Parsed], scope: Scope) -> There:
        """Four statements, however many rows."""
        houses = scope.limit(Warehouse.objects.filter(is_active=True), "unit").exclude(
            kind=Warehouse.Kind.TRANSIT
        )
        warehouses = dict(
            houses.filter(code__in={row.warehouse for row in rows}).values_list("code", "id")
        )
        found = _rows(
            "SELECT code, id, lot_tracked, serial_tracked, is_kit FROM inventory_sku"
            " WHERE code = ANY(%s)",
            [list({row.sku for row in rows})],
        )
        there = cls(warehouses, {row[0]: _Goods(*row[1:]) for row in found}, {}, {})
        there.look(rows)
        return there

    def look(self, rows: Sequence[Parsed]) -> None:
        """Read the locations and lots that the rows name, perhaps made only now."""
        # One look into the index for each pair: all codes in all warehouses would be too many.
        houses = self.warehouses
        places = {(houses[row.warehouse], row.location) for row in rows if row.warehouse in houses}
        goods = self.goods
        lots = {(goods[row.sku].id, row.lot) for row in rows if row.lot and row.sku in goods}
        for house, code, place, active in _pairs(_PLACES, places):
            self.locations[house, code] = (place, active)
        for sku, code, lot, made, ends in _pairs(_LOTS, lots):
            self.lots[sku, code] = (lot, made, ends)


def _pairs(statement: str, pairs: Set[tuple[int, str]]) -> list[tuple[Any, ...]]:
    if not pairs:
        return []
    return _rows(statement, [list(column) for column in zip(*pairs, strict=True)])


def _rows(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def rows_of(block: ImportBlock, header: Sequence[str]) -> list[Parsed]:
    """The rows of a block that hold anything, parsed."""
    told = orjson.loads(zlib.decompress(bytes(block.content)))
    return parse_rows(told, header, block.first_row)


def judge(rows: Sequence[Parsed], there: There) -> None:
    """Note what each row names that is not there, or not so."""
    for row in rows:
        house = there.warehouses.get(row.warehouse)
        goods = there.goods.get(row.sku)
        if house is None and row.warehouse:
            row.wrong("warehouse", "unknown_warehouse", row.warehouse)
        if goods is None and row.sku:
            row.wrong("sku", "unknown_sku", row.sku)
        if house is not None and row.location:
            _judge_place(row, there.locations.get((house, row.location)))
        if goods is not None:
            _judge_goods(row, goods, there.lots.get((goods.id, row.lot)))


def _judge_place(row: Parsed, place: tuple[int, bool] | None) -> None:
    if place is None:
        row.wrong("location", "new_location", row.location)
    elif not place[1]:
        row.wrong("location", "closed_location", row.location)


def _judge_goods(
    row: Parsed, goods: _Goods, lot: tuple[int, date | None, date | None] | None
) -> None:
    if goods.is_kit:
        row.wrong("sku", "sku_is_kit", row.sku)
    elif goods.by_serial:
        row.wrong("sku", "needs_serials", row.sku)
    elif not row.lot:
        if goods.by_lot:
            row.wrong("lot", "lot_missing")
    elif lot is None:
        row.wrong("lot", "new_lot", row.lot)
    else:
        for column, known in (("produced_on", lot[1]), ("expires_on", lot[2])):
            told = getattr(row, column)
            if told is not None and told != known:
                row.wrong(column, "other_dates", str(told), str(known or ""))


def check(work: org.Work) -> Iterator[org.Step]:
    """The job: one block per chunk, then what only all rows together can show."""
    found = StockImport.objects.get(pk=work.payload["import"])
    if found.checked_at is not None:
        return
    done = work.done
    blocks = ImportBlock.objects.filter(
        stock_import=found, number__gt=work.place.get("block", 0)
    ).order_by("number")
    scope = scope_of(found.person, permission=roles.STOCK_IMPORT)
    for number in blocks.values_list("number", flat=True):
        done += _check_block(blocks.get(number=number), found, scope)
        yield org.Step(done=min(done, found.rows), total=found.rows, place={"block": number})
    _finish(found)
    yield org.Step(done=found.rows, total=found.rows, place=work.place, result=counts(found))


def check_now(import_id: int) -> None:
    """The same for a few blocks, in the caller's transaction."""
    found = StockImport.objects.get(pk=import_id)
    scope = scope_of(found.person, permission=roles.STOCK_IMPORT)
    for block in ImportBlock.objects.filter(stock_import=found).order_by("number"):
        _check_block(block, found, scope)
    _finish(found)


def counts(found: StockImport) -> dict[str, int]:
    """How many rows stand where."""
    return {"rows": found.rows, "faulty": found.faulty, "adding": found.adding}


def _check_block(block: ImportBlock, found: StockImport, scope: Scope) -> int:
    rows = rows_of(block, found.header)
    judge(rows, There.of(rows, scope))
    last = max((row.row for row in rows), default=block.first_row)
    cells = [0] * (last - block.first_row + 1)
    for row in rows:
        if not any(each.column in ("warehouse", "location", "sku") and each.code not in ADDED
                   for each in row.faults):  # fmt: skip
            cells[row.row - block.first_row] = row.cell
    block.cells = cells
    block.faults = [each.kept() for row in rows for each in row.faults]
    block.save(update_fields=["cells", "faults"])
    return len(rows)


def _finish(found: StockImport) -> None:
    """Find rows about one cell, count, and say that the import is judged."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME_CELL, {"import": found.pk})
        cursor.execute(_COUNT, {"import": found.pk, "added": sorted(ADDED)})
        found.faulty, found.adding = cursor.fetchone()
    found.checked_at = timezone.now()
    found.save(update_fields=["faulty", "adding", "checked_at"])


# Sums and sorts of a million rows are the database's work: our memory stays small.
_SAME_CELL = """
WITH told AS (
    SELECT block.id AS block_id, block.first_row + spot.place - 1 AS row, spot.cell
    FROM inventory_importblock AS block, unnest(block.cells) WITH ORDINALITY AS spot (cell, place)
    WHERE block.stock_import_id = %(import)s AND spot.cell <> 0
), first AS (
    SELECT cell, min(row) AS row FROM told GROUP BY cell HAVING count(*) > 1
), later AS (
    SELECT told.block_id,
           jsonb_agg(jsonb_build_object('row', told.row, 'column', 'location', 'code', 'same_cell',
                                        'asked', '', 'there', first.row::text)
                     ORDER BY told.row) AS faults
    FROM told JOIN first ON first.cell = told.cell AND told.row > first.row
    GROUP BY told.block_id
)
UPDATE inventory_importblock AS block SET faults = block.faults || later.faults
FROM later WHERE later.block_id = block.id
"""
_COUNT = """
WITH rows AS (
    SELECT (fault ->> 'row')::int AS row, bool_or(NOT fault ->> 'code' = ANY (%(added)s)) AS faulty
    FROM inventory_importblock AS block, jsonb_array_elements(block.faults) AS fault
    WHERE block.stock_import_id = %(import)s GROUP BY 1
)
SELECT count(*) FILTER (WHERE faulty), count(*) FILTER (WHERE NOT faulty) FROM rows
"""
