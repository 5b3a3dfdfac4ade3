"""Goods are carried from cell to cell of one warehouse; claims bound to goods follow them."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import floor_place, follow, source_cell
from inventory.decisions.effects import must_allow
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.requests import MoveLine, MoveRequest, Refused
from inventory.world import Cell, World


def needs(request: MoveRequest, need: Needs) -> None:
    """Both ends, and the documents whose claims move."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=True)
    need.pieces(request.lines)
    for line in request.lines:
        need.locations.update((line.from_location_id, line.to_location_id))
        if line.hold_document is not None:
            need.documents.add(line.hold_document)


def decide(world: World, request: MoveRequest) -> None:
    """Carry every line or none.

    Raises:
        Refused: nothing_there, not_held, blocked, outside_place, wrong_serials, bad_quantity,
            bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            source, target = _ends(world, request, line)
            must_allow(world, "move", cell=source)
            if line.hold_document is not None:
                _carry_claimed(world, source, target, line)
            else:
                _carry_free(world, source, target, line)
            pieces.carry(world, line, source, target)


def _ends(world: World, request: MoveRequest, line: MoveLine) -> tuple[Cell, Cell]:
    if line.from_location_id == line.to_location_id:
        raise Refused("bad_request", field="to_location_id")
    floor_place(world, line.from_location_id, request.warehouse_id)
    end = floor_place(world, line.to_location_id, request.warehouse_id)
    source = source_cell(world, request.warehouse_id, line, line.from_location_id)
    return source, world.cell(source.balance, end, line.lot_id)


def _carry_claimed(world: World, source: Cell, target: Cell, line: MoveLine) -> None:
    assert line.hold_document is not None
    left = line.qty
    for claimed in world.lines_for(line.hold_document):
        if claimed.cell is source and left:
            left -= follow(world, claimed, target, min(left, claimed.open))
    if left:
        raise Refused(
            "not_held", document=line.hold_document, asked=line.qty, there=line.qty - left,
            missing=left,
        )  # fmt: skip


def _carry_free(world: World, source: Cell, target: Cell, line: MoveLine) -> None:
    """Unclaimed units first, then units that only the place holds, then frozen goods."""
    left = line.qty
    take = min(left, source.unpinned)
    if take:
        world.goods(source, -take)
        world.goods(target, take)
        left -= take
    frozen = [
        claimed
        for claimed in world.lines_in(source.balance)
        if claimed.cell is source and claimed.claim.role == "FREEZE"
    ]
    for claimed in sorted(frozen, key=lambda item: item.claim.binds_to != "PLACE"):
        if left:
            left -= follow(world, claimed, target, min(left, claimed.open))
    if left:
        raise Refused("nothing_there", asked=line.qty, there=line.qty - left)
