"""Goods come in."""

from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import ReceiveRequest, Refused
from inventory.world import World


def needs(request: ReceiveRequest, need: Needs) -> None:
    """The balances grow, in one location."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=True)
    need.locations.add(request.location_id)


def decide(world: World, request: ReceiveRequest) -> None:
    """Put the goods into the location's cells; a freeze of the place takes them at once.

    Raises:
        Refused: bad_quantity, outside_place, bad_request (no lot for a lot-tracked SKU).
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    place = world.place(request.location_id, request.warehouse_id)
    for line in request.lines:
        if line.lot_id is None and line.sku_id in world.lot_tracked:
            raise Refused("bad_request", field="lot_id", sku_id=line.sku_id)
        balance = world.balance(key_of(request.warehouse_id, line))
        if balance is None:
            raise Refused("bad_request", field="sku_id", sku_id=line.sku_id)
        world.goods(world.cell(balance, place, line.lot_id), line.qty)
        world.border(line.sku_id, request.source, -line.qty)
