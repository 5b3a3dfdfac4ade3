"""What all verbs share that take goods out of a cell: finding it, freeing them, claims that follow.

A truck is no place to put goods down: only a transfer brings goods into one, and takes them out.
"""

from __future__ import annotations

from inventory.decisions.effects import blocked
from inventory.decisions.needs import AnyLine, key_of
from inventory.requests import Refused
from inventory.world import Bal, Cell, LineState, Place, World


def floor_place(world: World, location_id: int | None, warehouse_id: int) -> Place:
    """A location of that warehouse where goods may be put down.

    Raises:
        Refused: outside_place; bad_request when none is named.
    """
    if location_id is None:
        raise Refused("bad_request", field="location_id")
    place = world.place(location_id, warehouse_id)
    if place.kind == "TRUCK":
        raise Refused("outside_place", location_id=location_id, warehouse_id=warehouse_id)
    return place


def growing_balance(world: World, warehouse_id: int, line: AnyLine) -> Bal:
    """The balance that goods of this line come into.

    Raises:
        Refused: bad_request for goods, grades or owners that there are none of, or a missing lot.
    """
    if line.lot_id is None and line.sku_id in world.lot_tracked:
        raise Refused("bad_request", field="lot_id", sku_id=line.sku_id)
    balance = world.balance(key_of(warehouse_id, line))
    if balance is None:
        raise Refused("bad_request", field="sku_id", sku_id=line.sku_id)
    return balance


def source_cell(world: World, warehouse_id: int, line: AnyLine, location_id: int) -> Cell:
    """The cell that the line takes its units from; they are all there, whoever claims them.

    Raises:
        Refused: outside_place; nothing_there.
    """
    place = world.place(location_id, warehouse_id)
    balance = world.balance(key_of(warehouse_id, line))
    cell = world.cells.get((balance.id, place.id, line.lot_id)) if balance else None
    if cell is None or cell.on_hand < line.qty:
        there = cell.on_hand if cell else 0
        raise Refused("nothing_there", sku_id=line.sku_id, asked=line.qty, there=there)
    return cell


def check_free(cell: Cell, asked: int) -> None:
    """Raises Refused: insufficient_stock, unless so many units of the cell are nobody's."""
    there = min(cell.unpinned, cell.balance.available)
    if there < asked:
        sku = cell.balance.sku_id
        raise Refused(
            "insufficient_stock", sku_id=sku, asked=asked, there=there, short={sku: asked - there}
        )


def claimed_line(world: World, cell: Cell, hold_id: int, asked: int) -> LineState:
    """The line under which the hold has that many units of the cell.

    Raises:
        Refused: not_held with what there is under it.
    """
    found = [
        line
        for line in world.lines_in(cell.balance)
        if line.cell is cell and line.claim.id == hold_id
    ]
    best = max(found, key=lambda line: line.open, default=None)
    if best is None or best.open < asked:
        there = best.open if best else 0
        raise Refused(
            "not_held", hold_id=hold_id, sku_id=cell.balance.sku_id, asked=asked, there=there,
            missing=asked - there,
        )  # fmt: skip
    return best


def follow(world: World, claimed: LineState, target: Cell, qty: int) -> int:
    """Claimed units go to another cell, their claim with them; gives how many.

    A claim of the place ends for units that leave it.

    Raises:
        Refused: blocked, when the claim itself forbids moving.
    """
    assert claimed.cell is not None
    if "move" in claimed.claim.blocks:
        raise blocked(claimed.claim, "move", sku_id=claimed.balance.sku_id)
    world.goods(claimed.cell, -qty, line=claimed, held=-qty)
    if claimed.claim.binds_to == "PLACE":
        world.goods(target, qty)
        world.end_claim(claimed.claim, "RELEASED")
        return qty
    follower = world.line(
        claimed.claim, target.balance, target, priority=claimed.priority, origin=claimed.origin,
        bound=claimed.bound,
    )  # fmt: skip
    world.goods(target, qty, line=follower, held=qty)
    return qty


def note_missed(world: World, truck: Cell, qty: int) -> None:
    """Units of a truck will not arrive; their transfer's announcement says so."""
    transfer = next(
        (
            line.claim.document
            for line in world.lines_in(truck.balance)
            if line.cell is truck and line.claim.reason == "TRANSFER"
        ),
        truck.place.code,
    )
    _, sku, grade, _ = truck.balance.key
    world.papers.arrive(transfer, None, sku_id=sku, grade=grade, missed=qty)


def check_trucks(world: World) -> None:
    """Whatever is on the way is claimed, by its transfer or by a freeze that travels with it.

    Raises:
        Refused: on_the_way, when a request would leave units on a truck to anybody.
    """
    for cell in world.changed_cells():
        if cell.place.kind == "TRUCK" and cell.unpinned:
            raise Refused(
                "on_the_way", sku_id=cell.balance.sku_id, location_id=cell.place.id,
                asked=cell.unpinned, there=0,
            )  # fmt: skip
