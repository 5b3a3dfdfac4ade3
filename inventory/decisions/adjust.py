"""A count is booked as a difference; a loss breaks claims in a fixed order, never silently."""

from __future__ import annotations

from inventory.decisions.giving_way import Displaced, loosen, note, take_away, weakest_first
from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import AdjustRequest, Refused
from inventory.world import Cell, World


def needs(request: AdjustRequest, need: Needs) -> None:
    """The counted balances with every claim on them, because a loss may break any."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.counted, grow=True)
    need.locations.add(request.location_id)
    need.all_claims.update(key_of(request.warehouse_id, line) for line in request.counted)


def decide(world: World, request: AdjustRequest) -> Displaced:
    """Book counted - on hand as of the locked read; answers which documents lost units.

    Raises:
        Refused: blocked, outside_place, bad_quantity, bad_request.
    """
    check_quantities(request.counted, zero=True)
    if not request.counted:
        raise Refused("bad_request", field="counted")
    place = world.place(request.location_id, request.warehouse_id)
    displaced: Displaced = {}
    seen: set[Cell] = set()
    for line in request.counted:
        if line.lot_id is None and line.sku_id in world.lot_tracked:
            raise Refused("bad_request", field="lot_id", sku_id=line.sku_id)
        balance = world.balance(key_of(request.warehouse_id, line))
        if balance is None:
            raise Refused("bad_request", field="sku_id", sku_id=line.sku_id)
        cell = world.cell(balance, place, line.lot_id)
        if cell in seen:
            raise Refused("bad_request", field="counted", sku_id=line.sku_id)
        seen.add(cell)
        forbidding = world.forbids(cell, "count")
        if forbidding is not None:
            raise Refused("blocked", hold_id=forbidding.id, document=forbidding.document)
        change = line.qty - cell.on_hand
        if change > 0:
            world.goods(cell, change)
            world.border(line.sku_id, "FOUND", -change)
        elif change < 0:
            _lose(world, cell, -change, displaced)
    return displaced


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
