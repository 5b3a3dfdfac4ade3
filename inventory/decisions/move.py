"""Goods are carried from cell to cell of one warehouse; claims bound to goods follow them."""

from __future__ import annotations

from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import MoveLine, MoveRequest, Refused
from inventory.world import Cell, LineState, World


def needs(request: MoveRequest, need: Needs) -> None:
    """Both ends, and the documents whose claims move."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=True)
    for line in request.lines:
        need.locations.update((line.from_location_id, line.to_location_id))
        if line.hold_document is not None:
            need.documents.add(line.hold_document)


def decide(world: World, request: MoveRequest) -> None:
    """Carry every line or none.

    Raises:
        Refused: nothing_there, not_held, blocked, outside_place, bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    for line in request.lines:
        source, target = _ends(world, request, line)
        forbidding = world.forbids(source, "move")
        if forbidding is not None:
            raise Refused("blocked", hold_id=forbidding.id, document=forbidding.document)
        if line.hold_document is not None:
            _carry_claimed(world, source, target, line)
        else:
            _carry_free(world, source, target, line)


def _ends(world: World, request: MoveRequest, line: MoveLine) -> tuple[Cell, Cell]:
    if line.from_location_id == line.to_location_id:
        raise Refused("bad_request", field="to_location_id")
    start = world.place(line.from_location_id, request.warehouse_id)
    end = world.place(line.to_location_id, request.warehouse_id)
    balance = world.balance(key_of(request.warehouse_id, line))
    source = None
    if balance is not None:
        source = world.cells.get((balance.id, start.id, line.lot_id))
    if balance is None or source is None or source.on_hand < line.qty:
        raise Refused("nothing_there", sku_id=line.sku_id, there=source.on_hand if source else 0)
    return source, world.cell(balance, end, line.lot_id)


def _carry_claimed(world: World, source: Cell, target: Cell, line: MoveLine) -> None:
    assert line.hold_document is not None
    left = line.qty
    for claimed in world.lines_for(line.hold_document):
        if claimed.cell is source and left:
            left -= _follow(world, claimed, target, min(left, claimed.open))
    if left:
        raise Refused("not_held", document=line.hold_document, sku_id=line.sku_id, missing=left)


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
            left -= _follow(world, claimed, target, min(left, claimed.open))
    if left:
        raise Refused("nothing_there", sku_id=line.sku_id, there=line.qty - left)


def _follow(world: World, claimed: LineState, target: Cell, qty: int) -> int:
    """Move claimed units; a claim of the place ends for units that leave it."""
    assert claimed.cell is not None
    if "move" in claimed.claim.blocks:
        raise Refused("blocked", hold_id=claimed.claim.id, document=claimed.claim.document)
    world.goods(claimed.cell, -qty, line=claimed, held=-qty)
    if claimed.claim.binds_to == "PLACE":
        world.goods(target, qty)
        world.end_claim(claimed.claim, "RELEASED")
        return qty
    follower = world.line(
        claimed.claim,
        claimed.balance,
        target,
        priority=claimed.priority,
        origin=claimed.origin,
    )
    world.goods(target, qty, line=follower, held=qty)
    return qty
