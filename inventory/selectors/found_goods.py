"""Cells that a search found, gathered into the goods a freeze would name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundGoods:
    """Units on hand of one SKU and lot in a warehouse; with a location those of that cell."""

    warehouse_id: int
    sku_id: int
    lot_id: int | None
    grade: str
    location_id: int | None
    units: int


def gathered(cell_ids: Collection[int], *, by_cell: bool) -> list[FoundGoods]:
    """The goods of these cells, by cell or by lot and warehouse. One statement."""
    place = "s.location_id" if by_cell else "NULL::bigint"
    grade = "b.grade" if by_cell else "''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT b.warehouse_id, b.sku_id, s.lot_id, {grade}, {place},
                   sum(s.on_hand)::bigint
               FROM inventory_stock s JOIN inventory_balance b ON b.id = s.balance_id
               WHERE s.id = ANY(%s) AND s.on_hand > 0
               GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 5""",  # noqa: S608 - our own columns
            [sorted(cell_ids)],
        )
        return [
            FoundGoods(
                warehouse_id=house, sku_id=sku, lot_id=lot, grade=grade, location_id=place,
                units=units,
            )
            for house, sku, lot, grade, place, units in cursor.fetchall()
        ]  # fmt: skip
