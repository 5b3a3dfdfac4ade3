"""Units of a cell get another grade where they lie: good ones turn defective, or good again."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import check_free, claimed_line, floor_place, source_cell
from inventory.decisions.effects import must_allow
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.requests import Refused, RegradeLine, RegradeRequest
from inventory.world import Cell, World


def needs(request: RegradeRequest, need: Needs) -> None:
    """The balances of both grades, and the locations with all claims in them."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=False)
    need.pieces(request.lines)
    for line in request.lines:
        key = (request.warehouse_id, line.sku_id, line.to_grade, line.owner)
        need.balances.add(key)
        need.growing.add(key)
        need.locations.add(line.location_id)


def decide(world: World, request: RegradeRequest) -> None:
    """Regrade every line or none: free units, or units of the named freeze.

    A freeze is carried along or lets go of them, as the line says; a blanket whose scope covers
    the new grade takes them at once either way. Goods that may not be moved (a count is under
    way) may not be regraded.

    Raises:
        Refused: nothing_there, insufficient_stock, not_held, blocked, wrong_serials,
            outside_place, bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            if line.from_grade == line.to_grade:
                raise Refused("bad_request", field="to_grade", asked=line.to_grade)
            floor_place(world, line.location_id, request.warehouse_id)
            source = source_cell(world, request.warehouse_id, line, line.location_id)
            key = (request.warehouse_id, line.sku_id, line.to_grade, line.owner)
            balance = world.balance(key)
            if balance is None:
                raise Refused("bad_request", field="to_grade", asked=line.to_grade)
            must_allow(world, "move", cell=source)
            target = world.cell(balance, source.place, line.lot_id)
            _regrade(world, line, source, target)
            pieces.carry(world, line, source, target)
    if request.why:
        world.note(why=request.why)


def _regrade(world: World, line: RegradeLine, source: Cell, target: Cell) -> None:
    if line.hold_id is None:
        check_free(source, line.qty)
        world.goods(source, -line.qty)
        world.goods(target, line.qty)
        return
    claimed = claimed_line(world, source, line.hold_id, line.qty)
    if claimed.claim.role != "FREEZE":
        # An order asked for this grade: it must be let go of, not given another one.
        raise Refused("bad_request", field="hold_id", hold_id=line.hold_id)
    must_allow(world, "move", line=claimed)
    world.goods(source, -line.qty, line=claimed, held=-line.qty)
    if line.carry:
        follower = world.line(
            claimed.claim, target.balance, target, priority=claimed.priority, bound=claimed.bound
        )
        world.goods(target, line.qty, line=follower, held=line.qty)
    else:
        world.goods(target, line.qty)
        world.end_claim(claimed.claim, "RELEASED")
