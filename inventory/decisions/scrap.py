"""Goods are destroyed, or go back to the supplier."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import (
    check_free,
    claimed_line,
    note_missed,
    source_cell,
)
from inventory.decisions.effects import must_allow
from inventory.decisions.giving_way import Displaced, note, take_away
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.requests import PlacedLine, Refused, ScrapRequest
from inventory.world import Cell, World

TARGETS = ("SCRAPPED", "SUPPLIER")


def needs(request: ScrapRequest, need: Needs) -> None:
    """The cells with all claims on them."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=False)
    need.pieces(request.lines)
    need.locations.update(line.location_id for line in request.lines)


def decide(world: World, request: ScrapRequest) -> Displaced:
    """Take the units out for good: free ones, or units of the named claim, which ends with them.

    What is on the way is scrapped by naming the transfer's claim. Answers which other documents
    lost units that were promised to them.

    Raises:
        Refused: nothing_there, insufficient_stock, not_held, blocked (goods that may not be
            moved), wrong_serials, outside_place, bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    if request.to not in TARGETS:
        raise Refused("bad_request", field="to", asked=request.to)
    displaced: Displaced = {}
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            cell = source_cell(world, request.warehouse_id, line, line.location_id)
            must_allow(world, "move", cell=cell)
            _take_out(world, request, line, cell, displaced)
            pieces.carry(world, line, cell, request.to)
            world.border(line.sku_id, request.to, line.qty)
    world.note(why=request.why)
    return displaced


def _take_out(
    world: World, request: ScrapRequest, line: PlacedLine, cell: Cell, displaced: Displaced
) -> None:
    if line.hold_id is None:
        check_free(cell, line.qty)
        world.goods(cell, -line.qty)
        return
    claimed = claimed_line(world, cell, line.hold_id, line.qty)
    must_allow(world, "move", line=claimed)
    if cell.place.kind == "TRUCK":
        note_missed(world, cell, line.qty)
    take_away(world, claimed, line.qty, "DISPOSED")
    world.goods(cell, -line.qty)
    if claimed.claim.role == "COMMITMENT" and claimed.claim.document != request.document:
        note(displaced, claimed, line.qty)
