"""The picker took the goods from another cell: the pin goes there in one step."""

from __future__ import annotations

from inventory.decisions.effects import must_allow
from inventory.decisions.giving_way import commitments
from inventory.decisions.hold import expired
from inventory.decisions.needs import Needs, check_quantities
from inventory.decisions.pin import pickable
from inventory.requests import Line, Refused, SwapRequest
from inventory.scopes import covers
from inventory.things import PICK_ORDER, Bal, Cell, LineState
from inventory.world import World


def needs(request: SwapRequest, need: Needs) -> None:
    """Both cells with whatever is claimed in them, and the document's lines."""
    key = (request.warehouse_id, request.sku_id, request.grade, request.owner)
    need.balances.add(key)
    need.documents.add(request.document)
    need.locations.update((request.from_location_id, request.to_location_id))
    need.lots.update(lot for lot in (request.from_lot_id, request.to_lot_id) if lot is not None)


def decide(world: World, request: SwapRequest) -> None:
    """Pin the document's units to the scanned cell instead; free units of it first, then those
    of documents that have not started, which get the cell that was planned here.

    Raises:
        Refused: not_held when the document has fewer in the first cell; nothing_there when fewer
            may be had in the scanned one; not_pickable for a place or lot that nobody picks from;
            blocked by a freeze or mark over a cell; outside_place, bad_quantity, bad_request.
    """
    check_quantities([Line(sku_id=request.sku_id, qty=request.qty)])
    source, target = _cells(world, request)
    _check_target(world, request, target)
    left = request.qty
    mine = [
        line
        for line in world.lines_for(request.document)
        if line.cell is source and line.claim.role == "COMMITMENT"
    ]
    there = sum(line.open for line in mine)
    if there < left:
        raise Refused(
            "not_held", document=request.document, sku_id=request.sku_id, asked=left, there=there,
            missing=left - there,
        )  # fmt: skip
    got = 0
    for line in mine:
        take = min(left, line.open)
        if take and _may_go(line, target):
            moved = _to_free(world, line, target, take)
            moved += _to_others(world, line, source, target, take - moved)
            left -= moved
            got += moved
    if left:
        raise Refused(
            "nothing_there", sku_id=request.sku_id, location_id=request.to_location_id,
            asked=request.qty, there=got,
        )  # fmt: skip


def _cells(world: World, request: SwapRequest) -> tuple[Cell, Cell]:
    ends = (
        (request.from_location_id, request.from_lot_id),
        (request.to_location_id, request.to_lot_id),
    )
    if ends[0] == ends[1]:
        raise Refused("bad_request", field="to_location_id")
    balance = world.balance((request.warehouse_id, request.sku_id, request.grade, request.owner))
    found = [_cell(world, request, balance, place, lot) for place, lot in ends]
    return found[0], found[1]


def _cell(
    world: World, request: SwapRequest, balance: Bal | None, location_id: int, lot_id: int | None
) -> Cell:
    place = world.place(location_id, request.warehouse_id)
    cell = world.cells.get((balance.id, place.id, lot_id)) if balance is not None else None
    if cell is None:
        raise Refused(
            "nothing_there", sku_id=request.sku_id, location_id=location_id, asked=request.qty,
            there=0,
        )  # fmt: skip
    return cell


def _check_target(world: World, request: SwapRequest, target: Cell) -> None:
    must_allow(world, "pick", cell=target)
    if target.place.kind not in PICK_ORDER or expired(world, target):
        raise Refused(
            "not_pickable", sku_id=request.sku_id, location_id=target.place.id,
            short={request.sku_id: request.qty}, asked=request.qty, there=0,
        )  # fmt: skip


def _may_go(line: LineState, target: Cell) -> bool:
    """A claim on certain goods goes only to the same goods."""
    if not line.bound or line.cell is None:
        return True
    here, there = line.cell.batch, target.batch
    same = (here.id if here else None) == (there.id if there else None)
    return same and covers(line.claim.scope, target.spot)


def _to_free(world: World, line: LineState, target: Cell, qty: int) -> int:
    """Units of the scanned cell that nobody has pinned; what bin-less claims want stays enough."""
    take = min(qty, target.unpinned)
    if take > 0:
        _repin(world, line, target, take)
    return max(take, 0)


def _to_others(world: World, line: LineState, source: Cell, target: Cell, qty: int) -> int:
    """Change places with documents that have not started."""
    left = qty
    others = [
        other
        for other in world.lines_in(target.balance)
        if other.cell is target
        and other.claim.document != line.claim.document
        and not other.started
        and _may_go(other, source)
    ]
    if not pickable(world, source):
        return 0
    for other in commitments(others):
        take = min(left, other.open)
        if take:
            # Off first, or for a moment more would be pinned than there is.
            world.claim(other, -take)
            _repin(world, line, target, take)
            world.claim(_line_in(world, other, source), take)
            left -= take
    return qty - left


def _repin(world: World, line: LineState, target: Cell, qty: int) -> None:
    world.claim(line, -qty)
    world.claim(_line_in(world, line, target), qty)


def _line_in(world: World, line: LineState, cell: Cell) -> LineState:
    own = world.line(
        line.claim,
        line.balance,
        cell,
        priority=line.priority,
        origin=line.origin,
        bound=line.bound,
    )
    if line.started and own.id is None:
        own.started = True
    return own
