"""Claimed goods leave to the customer."""

from __future__ import annotations

from collections import Counter

from inventory.decisions import pieces
from inventory.decisions.effects import must_allow
from inventory.decisions.giving_way import spend_origin
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.papers import PieceState
from inventory.requests import Line, Refused, ShipRequest
from inventory.world import LineState, World


def needs(request: ShipRequest, need: Needs) -> None:
    """The document's lines."""
    need.documents.add(request.document)
    need.effects = True
    need.pieces(request.lines or ())


def decide(world: World, request: ShipRequest) -> None:
    """Consume the document's pinned units and book them out.

    Goods with serial numbers leave by name only: their lines must be given.

    Raises:
        Refused: not_held; not_pinned; wrong_serials; blocked with the `hold_id` of the freeze that
            forbids it.
    """
    lines = [
        line
        for line in world.lines_for(request.document)
        if line.claim.role == "COMMITMENT" and not _on_the_way(line)
    ]
    if not lines:
        raise Refused("not_held", document=request.document)
    if request.lines is None:
        for line in lines:
            sku = line.balance.sku_id
            if line.cell is None:
                raise Refused("not_pinned", document=request.document, sku_id=sku, asked=line.open)
            if sku in world.papers.serial_tracked:
                raise Refused("wrong_serials", sku_id=sku, asked=line.open, there=0)
        for line in lines:
            _leave(world, line, line.open)
        return
    if not request.lines:
        raise Refused("bad_request", field="lines")
    check_quantities(request.lines)
    for number, wanted in enumerate(request.lines):
        with at_line(number, wanted):
            _leave_part(world, lines, wanted)


def _on_the_way(line: LineState) -> bool:
    return line.cell is not None and line.cell.place.kind == "TRUCK"


def _leave_part(world: World, lines: list[LineState], wanted: Line) -> None:
    fitting = [line for line in lines if _fits(line, wanted)]
    named = pieces.named(world, wanted)
    if named:
        _leave_by_name(world, fitting, wanted, named)
        return
    left = wanted.qty
    for line in fitting:
        take = min(left, line.open)
        if take:
            _leave(world, line, take)
            left -= take
    _check_all_left(wanted, left)


def _fits(line: LineState, wanted: Line) -> bool:
    cell = line.cell
    _, sku, grade, owner = line.balance.key
    if cell is None or (sku, grade, owner) != (wanted.sku_id, wanted.grade, wanted.owner):
        return False
    return wanted.lot_id is None or (cell.batch is not None and cell.batch.id == wanted.lot_id)


def _leave_by_name(
    world: World, fitting: list[LineState], wanted: Line, named: list[PieceState]
) -> None:
    """Out of each cell as many claimed units as pieces of it are named."""
    cells = {line.cell for line in fitting}
    for piece in named:
        pieces.check(piece, piece.cell is not None and piece.cell in cells)
    per_cell = Counter(piece.cell for piece in named)
    for line in fitting:
        take = min(per_cell[line.cell], line.open)
        if take:
            _leave(world, line, take)
            per_cell[line.cell] -= take
    _check_all_left(wanted, per_cell.total())
    for piece in named:
        world.papers.move(piece, "CUSTOMER")


def _check_all_left(wanted: Line, left: int) -> None:
    if left:
        raise Refused("not_held", asked=wanted.qty, there=wanted.qty - left, missing=left)


def _leave(world: World, line: LineState, qty: int) -> None:
    assert line.cell is not None
    must_allow(world, "ship", line=line)
    world.goods(line.cell, -qty, line=line, held=-qty)
    world.border(line.balance.sku_id, "CUSTOMER", qty)
    world.end_claim(line.claim, "CONSUMED")
    spend_origin(world, line)
