"""Where the rows of an opening stock belong: find the places and lots, make them, book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from inventory import bulk
from inventory.models import Location, Lot, Warehouse
from inventory.requests import Outcome, PlacedLine, ReceiveRequest
from inventory.services.verbs import receive
from org.importing.kinds import Batch, Fault, Told
from org.scope import Scope

# What needs a new location or lot is no fault when somebody asks for them to be made.
ADDED = frozenset({"new_location", "new_lot"})
# What a booking makes rows of, or looks into.
TABLES = [
    f"inventory_{name}"
    for name in ("balance", "stock", "posting", "entry", "location", "lot", "sku")
]
_PLACES = """SELECT k.house, k.code, l.id, l.is_active
    FROM unnest(%s::bigint[], %s::text[]) AS k(house, code)
    CROSS JOIN LATERAL (SELECT id, is_active FROM inventory_location l
        WHERE l.warehouse_id = k.house AND l.code = k.code LIMIT 1) l"""
_LOTS = """SELECT k.sku, k.code, l.id, l.produced_on, l.expires_on
    FROM unnest(%s::bigint[], %s::text[]) AS k(sku, code)
    CROSS JOIN LATERAL (SELECT id, produced_on, expires_on FROM inventory_lot l
        WHERE l.sku_id = k.sku AND l.code = k.code LIMIT 1) l"""
_GOODS = """SELECT code, id, lot_tracked, serial_tracked, is_kit FROM inventory_sku
    WHERE code = ANY(%s)"""


@dataclass(slots=True)
class Placed:
    """A row that can be read: codes as we keep them, then the ids of what they name (0: none)."""

    warehouse: str
    location: str
    sku: str
    qty: int
    lot: str
    produced_on: date | None
    expires_on: date | None
    grade: str
    owner: str
    supplier: str
    warehouse_id: int = 0
    sku_id: int = 0
    location_id: int = 0
    lot_id: int | None = None


def know(rows: Sequence[Told], scope: Scope) -> None:
    """Find warehouses and SKUs, and note those that are not there or not so. Two statements."""
    houses = scope.limit(Warehouse.objects.filter(is_active=True), "unit").exclude(
        kind=Warehouse.Kind.TRANSIT
    )
    named = {row.made.warehouse for row in rows}
    warehouses = dict(houses.filter(code__in=named).values_list("code", "id"))
    goods = {found[0]: found[1:] for found in _rows(_GOODS, [list({r.made.sku for r in rows})])}
    for row in rows:
        made: Placed = row.made
        made.warehouse_id = warehouses.get(made.warehouse, 0)
        if made.warehouse and not made.warehouse_id:
            row.wrong("warehouse", "unknown_warehouse", made.warehouse)
        if made.sku in goods:
            made.sku_id, by_lot, by_serial, is_kit = goods[made.sku]
            if is_kit:
                row.wrong("sku", "sku_is_kit", made.sku)
            elif by_serial:
                row.wrong("sku", "needs_serials", made.sku)
            elif by_lot and not made.lot:
                row.wrong("lot", "lot_missing")
        elif made.sku:
            row.wrong("sku", "unknown_sku", made.sku)


def look(rows: Sequence[Told]) -> None:
    """Find the locations and lots of known warehouses and SKUs; note what is not there or not so.

    Two statements, with one look into the index for each pair: all codes in all warehouses would
    be too many.
    """
    made = [row.made for row in rows]
    places = {(each.warehouse_id, each.location) for each in made if each.warehouse_id}
    lots = {(each.sku_id, each.lot) for each in made if each.sku_id and each.lot}
    known = {(house, code): found for house, code, *found in _pairs(_PLACES, places)}
    known_lots = {(sku, code): found for sku, code, *found in _pairs(_LOTS, lots)}
    for row in rows:
        each: Placed = row.made
        if each.warehouse_id and each.location:
            _place(row, known.get((each.warehouse_id, each.location)))
        if each.sku_id and each.lot and not _no_lot(row):
            _lot(row, known_lots.get((each.sku_id, each.lot)))


def _no_lot(row: Told) -> bool:
    """Kits and goods with serial numbers: their lots are beside the point."""
    return any(fault.code in ("sku_is_kit", "needs_serials") for fault in row.faults)


def _place(row: Told, found: Sequence[Any] | None) -> None:
    if found is None:
        row.wrong("location", "new_location", row.made.location)
    elif not found[1]:
        row.wrong("location", "closed_location", row.made.location)
    else:
        row.made.location_id = found[0]


def _lot(row: Told, found: Sequence[Any] | None) -> None:
    if found is None:
        row.wrong("lot", "new_lot", row.made.lot)
        return
    row.made.lot_id = found[0]
    for column, known in (("produced_on", found[1]), ("expires_on", found[2])):
        told = getattr(row.made, column)
        if told is not None and told != known:
            row.wrong(column, "other_dates", str(told), str(known or ""))


def _pairs(statement: str, pairs: Set[tuple[int, str]]) -> list[tuple[Any, ...]]:
    if not pairs:
        return []
    return _rows(statement, [list(column) for column in zip(*pairs, strict=True)])


def _rows(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def book(rows: Sequence[Told], batch: Batch) -> Sequence[Fault]:
    """Receive the rows, one posting for each warehouse; missing places and lots are made first."""
    adding = [row for row in rows if row.faults]
    if adding:
        _make(adding)
        for row in adding:
            row.faults.clear()
        # Once more: another row may have made the lot with other dates.
        look(adding)
    by_house: defaultdict[int, list[Told]] = defaultdict(list)
    for row in rows:
        if not row.faults:
            by_house[row.made.warehouse_id].append(row)
    requests = [
        ReceiveRequest(
            key=f"{batch.key}:{house}",
            document=batch.document,
            warehouse_id=house,
            source="OPENING",
            placed=tuple(_line(row.made) for row in by_house[house]),
        )
        for house in sorted(by_house)
    ]
    outcomes = receive(requests, actor=batch.person.actor) if requests else []
    refused = _refusals(outcomes, [by_house[house] for house in sorted(by_house)])
    return [fault for row in adding for fault in row.faults] + refused


def _line(made: Placed) -> PlacedLine:
    return PlacedLine(
        sku_id=made.sku_id,
        qty=made.qty,
        location_id=made.location_id,
        lot_id=made.lot_id,
        grade=made.grade,
        owner=made.owner,
    )


def _refusals(outcomes: Sequence[Outcome], told: Sequence[Sequence[Told]]) -> list[Fault]:
    """A posting is booked whole or not at all: each of its rows says why."""
    return [
        Fault(row.row, "", outcome.refusal.code)
        for outcome, rows in zip(outcomes, told, strict=True)
        if outcome.refusal is not None
        for row in rows
    ]


def _make(rows: Sequence[Told]) -> None:
    """Make the locations (for storage) and lots that these rows need."""
    codes = {fault.code for row in rows for fault in row.faults}
    made = [row.made for row in rows]
    if "new_location" in codes:
        fresh = sorted({(each.warehouse_id, each.location) for each in made
                        if not each.location_id})  # fmt: skip
        bulk.insert(
            Location,
            len(fresh),
            {"warehouse_id": [place[0] for place in fresh], "code": [place[1] for place in fresh]},
            skip_known=True,
        )
    if "new_lot" in codes:
        lots = {(each.sku_id, each.lot): each for each in reversed(made)
                if each.lot and each.lot_id is None}  # fmt: skip
        named = sorted(lots.items())
        bulk.insert(
            Lot,
            len(named),
            {
                "sku_id": [sku for (sku, _), _ in named],
                "code": [code for (_, code), _ in named],
                "produced_on": [each.produced_on for _, each in named],
                "expires_on": [each.expires_on for _, each in named],
                "supplier": [each.supplier for _, each in named],
            },
            skip_known=True,
        )
