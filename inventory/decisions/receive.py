"""Goods come in: from a supplier, or as the opening balance of a warehouse."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import floor_place, growing_balance
from inventory.decisions.needs import Needs, check_quantities, name_line
from inventory.requests import Line, PlacedLine, ReceiveRequest, Refused
from inventory.world import World

SOURCES = ("SUPPLIER", "OPENING")


def needs(request: ReceiveRequest, need: Needs) -> None:
    """The balances that grow, and the locations."""
    lines = _lines(request)
    need.goods(warehouse_id=request.warehouse_id, lines=lines, grow=True)
    need.pieces(lines)
    if request.location_id is not None:
        need.locations.add(request.location_id)
    need.locations.update(line.location_id for line in request.placed)


def decide(world: World, request: ReceiveRequest) -> None:
    """Put the goods into their cells; a freeze of the place takes them at once.

    `placed` lines count on from `lines` where a refusal names a line. A piece that was shipped
    or lost before may be received again, one that lies somewhere may not.

    Raises:
        Refused: bad_quantity, outside_place, wrong_serials, bad_request (no lot for a lot-tracked
            SKU, a lot of another SKU, an unknown source).
    """
    lines = _lines(request)
    check_quantities(lines)
    if not lines:
        raise Refused("bad_request", field="lines")
    if request.source not in SOURCES:
        raise Refused("bad_request", field="source", asked=request.source)
    for number, line in enumerate(lines):
        # Not `at_line`: a context for each of a million lines takes its time.
        try:
            _bring(world, request, line)
        except Refused as refusal:
            name_line(refusal, number, line)
            raise


def _bring(world: World, request: ReceiveRequest, line: Line | PlacedLine) -> None:
    place = floor_place(
        world,
        line.location_id if isinstance(line, PlacedLine) else request.location_id,
        request.warehouse_id,
    )
    if isinstance(line, PlacedLine) and line.hold_id is not None:
        raise Refused("bad_request", field="hold_id")
    balance = growing_balance(world, request.warehouse_id, line)
    cell = world.cell(balance, place, line.lot_id)
    pieces.bring(world, line, cell, fits=lambda piece: True)
    world.goods(cell, line.qty)
    world.border(line.sku_id, request.source, -line.qty)
    world.papers.arrive(
        request.document, request.warehouse_id, sku_id=line.sku_id, grade=line.grade,
        arrived=line.qty,
    )  # fmt: skip


def _lines(request: ReceiveRequest) -> tuple[Line | PlacedLine, ...]:
    return (*request.lines, *request.placed)
