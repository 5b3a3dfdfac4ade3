"""Claimed goods leave to the customer."""

from __future__ import annotations

from inventory.decisions.needs import Needs, check_quantities
from inventory.requests import Line, Refused, ShipRequest
from inventory.world import LineState, World


def needs(request: ShipRequest, need: Needs) -> None:
    """The document's lines."""
    need.documents.add(request.document)


def decide(world: World, request: ShipRequest) -> None:
    """Consume the document's pinned units and book them out.

    Raises:
        Refused: not_held; not_pinned; blocked with the `hold_id` of the freeze that forbids it.
    """
    lines = [line for line in world.lines_for(request.document) if line.claim.role == "COMMITMENT"]
    if not lines:
        raise Refused("not_held", document=request.document)
    if request.lines is None:
        if any(line.cell is None for line in lines):
            raise Refused("not_pinned", document=request.document)
        for line in lines:
            _leave(world, line, line.open)
        return
    check_quantities(request.lines)
    for wanted in request.lines:
        _leave_part(world, lines, wanted)


def _leave_part(world: World, lines: list[LineState], wanted: Line) -> None:
    left = wanted.qty
    for line in lines:
        cell = line.cell
        if cell is None or line.balance.sku_id != wanted.sku_id:
            continue
        if line.balance.key[2] != wanted.grade:
            continue
        if wanted.lot_id is not None and (cell.batch is None or cell.batch.id != wanted.lot_id):
            continue
        take = min(left, line.open)
        if take:
            _leave(world, line, take)
            left -= take
    if left:
        raise Refused("not_held", sku_id=wanted.sku_id, missing=left)


def _leave(world: World, line: LineState, qty: int) -> None:
    assert line.cell is not None
    forbidding = world.forbids(line.cell, "ship")
    if forbidding is not None:
        raise Refused("blocked", hold_id=forbidding.id, document=forbidding.document)
    world.goods(line.cell, -qty, line=line, held=-qty)
    world.border(line.balance.sku_id, "CUSTOMER", qty)
    world.end_claim(line.claim, "CONSUMED")
