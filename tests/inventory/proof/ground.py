"""A small world to plant lies in, built through the services."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from inventory import services as inventory
from inventory.models import Location
from tests import given

_keys = itertools.count(1)
DIGEST = "0" * 64

_IDS = {
    "tea": "SELECT id FROM inventory_sku WHERE code = 'TEA'",
    "rice": "SELECT id FROM inventory_sku WHERE code = 'RICE'",
    "phone": "SELECT id FROM inventory_sku WHERE code = 'PHONE'",
    "tea_location": "SELECT id FROM inventory_location WHERE code = 'A-01'"
    " AND warehouse_id = (SELECT id FROM inventory_warehouse WHERE code = 'WH1')",
    "far_location": "SELECT id FROM inventory_location WHERE code = 'A-01'"
    " AND warehouse_id = (SELECT id FROM inventory_warehouse WHERE code = 'FAR')",
    "tea_balance": "SELECT b.id FROM inventory_balance b JOIN inventory_warehouse w"
    " ON w.id = b.warehouse_id WHERE sku_id = {tea} AND w.code = 'WH1'",
    "rice_balance": "SELECT id FROM inventory_balance WHERE sku_id = {rice}",
    "rice_lot": "SELECT id FROM inventory_lot WHERE sku_id = {rice}",
    "tea_cell": "SELECT id FROM inventory_stock WHERE location_id = {tea_location}"
    " AND balance_id = {tea_balance}",
    "pinned_cell": "SELECT id FROM inventory_stock WHERE location_id = {tea_location}"
    " AND balance_id = {tea_balance}",
    "empty_cell": "SELECT s.id FROM inventory_stock s JOIN inventory_location p"
    " ON p.id = s.location_id WHERE p.code = 'B-01'",
    "receiving_cell": "SELECT s.id FROM inventory_stock s JOIN inventory_location p"
    " ON p.id = s.location_id WHERE p.code = 'RCV' AND s.on_hand > 0",
    "truck_cell": "SELECT s.id FROM inventory_stock s JOIN inventory_location p"
    " ON p.id = s.location_id WHERE p.kind = 'TRUCK'",
    "truck_balance": "SELECT balance_id FROM inventory_stock WHERE id = {truck_cell}",
    "truck_line": "SELECT id FROM inventory_holdline WHERE stock_id = {truck_cell}",
    "truck_posting": "SELECT min(posting_id) FROM inventory_entry WHERE stock_id = {truck_cell}",
    "tea_posting": "SELECT min(posting_id) FROM inventory_entry WHERE stock_id = {tea_cell}",
    "hold": "SELECT id FROM inventory_hold WHERE document = 'SO-1'",
    "hold_posting": "SELECT posting_id FROM inventory_hold WHERE id = {hold}",
    "line": "SELECT id FROM inventory_holdline WHERE hold_id = {hold}",
    "rice_line": "SELECT id FROM inventory_holdline WHERE balance_id = {rice_balance} LIMIT 1",
    "pinned_line": "SELECT id FROM inventory_holdline WHERE stock_id = {pinned_cell} AND open > 0",
    "shipped": "SELECT id FROM inventory_hold WHERE document = 'SO-3'",
    "standing": "SELECT id FROM inventory_hold WHERE blanket ORDER BY id LIMIT 1",
}


def build() -> dict[str, int | str]:
    """The world; gives the ids that plants name."""
    given.warehouse("WH1")
    given.warehouse("FAR")
    given.location("B-01")
    given.stock("TEA", 20)
    given.stock("TEA", 2, location="B-01")
    given.stock("TEA", 5, location="RCV")
    given.stock("RICE", 10, lot_id=given.lot("RICE", "R1"))
    given.stock("PHONE", 2)
    given.held("SO-1", "TEA", 4)
    given.held("SO-2", "TEA", 3)
    given.held("SO-3", "TEA", 2)
    given.held("SO-4", "RICE", 2)
    for document in ("SO-2", "SO-3"):
        _do(inventory.pin, inventory.PinRequest, document, warehouse_id=given.warehouse_id("WH1"))
    _do(inventory.ship, inventory.ShipRequest, "SO-3")
    _do(
        inventory.take_return, inventory.ReturnRequest, "RT-1",
        warehouse_id=given.warehouse_id("WH1"), location_id=given.location("RCV"),
        lines=(inventory.Line(sku_id=given.sku("TEA"), qty=1),), shipped_document="SO-3",
    )  # fmt: skip
    _move("B-01", "A-01", 2)
    _a_truck()
    return ids()


def _do(
    verb: Callable[..., list[inventory.Outcome]], request: type[Any], document: str, **more: Any
) -> None:
    with transaction.atomic():
        verb(
            [request(key=f"ground:{next(_keys)}", document=document, **more)], actor="system:test"
        )[0].check()


def _move(source: str, target: str, qty: int) -> None:
    _do(
        inventory.move, inventory.MoveRequest, "MOVE",
        warehouse_id=given.warehouse_id("WH1"),
        lines=(
            inventory.MoveLine(
                sku_id=given.sku("TEA"), qty=qty,
                from_location_id=given.location(source), to_location_id=given.location(target),
            ),
        ),
    )  # fmt: skip


def _a_truck() -> None:
    """Goods that are under a claim in a place that travels."""
    given.warehouse("ROAD", kind="TRANSIT")
    place = given.location("T-1", warehouse="ROAD")
    given.stock("TEA", 3, warehouse="ROAD", location="T-1")
    given.held("T-1", "TEA", 3, warehouse="ROAD", reason="TRANSFER")
    _do(inventory.pin, inventory.PinRequest, "T-1", warehouse_id=given.warehouse_id("ROAD"))
    # Nothing is received on a truck: this one stopped at a dock and drove on.
    Location.objects.filter(pk=place).update(kind=Location.Kind.TRUCK)


def ids() -> dict[str, int | str]:
    """The ids that plants name."""
    found: dict[str, int | str] = {"digest": DIGEST}
    with connection.cursor() as cursor:
        for name, query in _IDS.items():
            cursor.execute(query.format(**found))
            row = cursor.fetchone()
            assert row is not None, name
            assert row[0] is not None, name
            found[name] = row[0]
    return found
