"""A count is booked as a difference; a loss breaks claims in a fixed order, never silently."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import growing_balance, note_missed
from inventory.decisions.effects import must_allow_all_in
from inventory.decisions.giving_way import Displaced, loosen, note, take_away, weakest_first
from inventory.decisions.needs import Needs, at_line, check_quantities, key_of
from inventory.requests import AdjustRequest, Line, Refused
from inventory.world import Cell, World


def needs(request: AdjustRequest, need: Needs) -> None:
    """The counted balances with every claim on them, because a loss may break any."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.counted, grow=True)
    need.pieces(request.counted)
    need.locations.add(request.location_id)
    need.pieces_at.add(request.location_id)
    need.all_claims.update(key_of(request.warehouse_id, line) for line in request.counted)


def decide(world: World, request: AdjustRequest) -> Displaced:
    """Book counted - on hand as of the locked read; answers which documents lost units.

    What stood and what was counted is kept with the posting. A count names the pieces it found:
    those missing are lost, those never seen are found. A truck is counted to book a loss only.

    Raises:
        Refused: blocked (also by a claim on units in the cell), wrong_serials, outside_place,
            bad_quantity, bad_request.
    """
    check_quantities(request.counted, zero=True)
    if not request.counted:
        raise Refused("bad_request", field="counted")
    place = world.place(request.location_id, request.warehouse_id)
    displaced: Displaced = {}
    seen: set[Cell] = set()
    for number, line in enumerate(request.counted):
        with at_line(number, line):
            balance = growing_balance(world, request.warehouse_id, line)
            cell = world.cell(balance, place, line.lot_id)
            if cell in seen:
                raise Refused("bad_request", field="counted")
            seen.add(cell)
            must_allow_all_in(world, "count", cell)
            if place.kind == "TRUCK" and line.qty > cell.on_hand:
                raise Refused("not_in_transit", asked=line.qty, there=cell.on_hand)
            world.papers.count(cell, line.qty)
            _settle_pieces(world, line, cell)
            _book(world, line, cell, displaced)
    world.note(why=request.why)
    return displaced


def _settle_pieces(world: World, line: Line, cell: Cell) -> None:
    found = pieces.named(world, line)
    for piece in world.papers.pieces_in(cell):
        if piece not in found:
            world.papers.move(piece, "LOST")
    for piece in found:
        if piece.cell is not cell:
            pieces.check(piece, not piece.lies)
            world.papers.move(piece, cell)


def _book(world: World, line: Line, cell: Cell, displaced: Displaced) -> None:
    change = line.qty - cell.on_hand
    if change > 0:
        world.goods(cell, change)
        world.border(line.sku_id, "FOUND", -change)
    elif change < 0:
        if cell.place.kind == "TRUCK":
            note_missed(world, cell, -change)
        _lose(world, cell, -change, displaced)


def _lose(world: World, cell: Cell, loss: int, displaced: Displaced) -> None:
    """Unpin in the cell, book the loss, then break claims until all that is held exists."""
    balance = cell.balance
    _empty_pins(world, cell, cell.pinned - (cell.on_hand - loss), displaced)
    world.goods(cell, -loss)
    world.border(balance.sku_id, "LOST", loss)
    over = balance.held - balance.on_hand
    for line in weakest_first(world.lines_in(balance)):
        if over <= 0:
            break
        take = min(over, line.open)
        take_away(world, line, take, "DISPOSED")
        over -= take
        note(displaced, line, take)


def _empty_pins(world: World, cell: Cell, excess: int, displaced: Displaced) -> None:
    """Commitments in the cell become bin-less again; claims on the very goods end with them."""
    for line in weakest_first(world.lines_in(cell.balance)):
        if excess <= 0:
            return
        if line.cell is not cell:
            continue
        take = min(excess, line.open)
        excess -= take
        if line.claim.role == "COMMITMENT" and not line.bound:
            loosen(world, line, take)
            continue
        take_away(world, line, take, "DISPOSED")
        if line.claim.role == "COMMITMENT":
            note(displaced, line, take)
