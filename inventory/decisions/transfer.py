"""Goods leave for another warehouse, travel in a truck under their transfer's claim, and arrive.

On the way every unit is under a claim: the transfer's, or a freeze that is bound to the goods and
travels with them. Nobody can sell what is on a truck.
"""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.answer import Answer
from inventory.decisions.carrying import (
    check_free,
    claimed_line,
    floor_place,
    follow,
    growing_balance,
    source_cell,
)
from inventory.decisions.effects import must_allow
from inventory.decisions.giving_way import spend_origin
from inventory.decisions.laying import lay
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.requests import Line, PlacedLine, Refused, TransferInRequest, TransferOutRequest
from inventory.scopes import Scope
from inventory.world import Cell, Claim, LineState, Place, World


def needs_out(request: TransferOutRequest, need: Needs) -> None:
    """Both sides' balances, the transfer's own claim, and the claims in the locations."""
    need.goods(warehouse_id=request.from_warehouse_id, lines=request.lines, grow=False)
    need.pieces(request.lines)
    need.documents.add(request.document)
    need.reasons.add("TRANSFER")
    if request.to_warehouse_id is not None:
        need.houses.add(request.to_warehouse_id)
    need.locations.add(request.transit_location_id)
    for line in request.lines:
        need.locations.add(line.location_id)
        need.at_location.add((request.transit_location_id, line.sku_id, line.grade, line.owner))


def decide_out(world: World, request: TransferOutRequest) -> Answer:
    """Load the truck: units pinned for the transfer, its bin-less units, then free ones.

    Free units come under a new claim of the transfer, claimed ones stay under theirs. A line that
    names a freeze takes units of it: bound to the goods it travels, bound to the place it ends.

    Raises:
        Refused: nothing_there, insufficient_stock, not_held, blocked, wrong_serials,
            outside_place (no truck), bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    if (request.to_warehouse_id is None) != (request.due_at is None):
        raise Refused("bad_request", field="due_at")
    if request.to_warehouse_id not in (None, *world.papers.houses):
        raise Refused("bad_request", field="to_warehouse_id", asked=request.to_warehouse_id)
    truck = _truck(world, request)
    loaded = Claims(world, request, truck)
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            floor_place(world, line.location_id, request.from_warehouse_id)
            source = source_cell(world, request.from_warehouse_id, line, line.location_id)
            must_allow(world, "move", cell=source)
            balance = growing_balance(world, truck.warehouse_id, line)
            target = world.cell(balance, truck, line.lot_id)
            _load(world, request, line, source, target, loaded)
            pieces.carry(world, line, source, target)
            if request.to_warehouse_id is not None:
                world.papers.arrive(
                    request.document, request.to_warehouse_id, sku_id=line.sku_id,
                    grade=line.grade, expected=line.qty, due_at=request.due_at,
                )  # fmt: skip
    return Answer(claim=loaded.new)


class Claims:
    """The transfer's claim on goods that nobody claimed before: one new hold per request."""

    def __init__(self, world: World, request: TransferOutRequest, truck: Place) -> None:
        self._world, self._request, self._truck = world, request, truck
        self.new: Claim | None = None

    def take(self, target: Cell, qty: int) -> None:
        """Put units into the truck under the new claim."""
        if self.new is None:
            self.new = self._make()
        self.new.row["asked"] += qty
        line = self._world.line(self.new, target.balance, target, bound=True)
        self._world.goods(target, qty, line=line, held=qty)

    def _make(self) -> Claim:
        scope = Scope(warehouse_id=self._truck.warehouse_id, location_id=self._truck.id)
        return lay(self._world, "TRANSFER", document=self._request.document, scope=scope, asked=0)


def _truck(world: World, request: TransferOutRequest | TransferInRequest) -> Place:
    """The place that the transfer travels in: a truck with its document as code."""
    place = world.places.get(request.transit_location_id)
    if place is None or place.kind != "TRUCK" or place.code != request.document:
        raise Refused("outside_place", location_id=request.transit_location_id)
    return place


def _load(
    world: World,
    request: TransferOutRequest,
    line: PlacedLine,
    source: Cell,
    target: Cell,
    loaded: Claims,
) -> None:
    left = line.qty
    if line.hold_id is not None:
        claimed = claimed_line(world, source, line.hold_id, line.qty)
        if claimed.claim.role != "FREEZE":
            raise Refused("bad_request", field="hold_id", hold_id=line.hold_id)
        if claimed.claim.binds_to == "GOODS":
            follow(world, claimed, target, line.qty)
            return
        must_allow(world, "move", line=claimed)
        world.goods(source, -line.qty, line=claimed, held=-line.qty)
        world.end_claim(claimed.claim, "RELEASED")
        loaded.take(target, line.qty)
        return
    for claimed in _own(world, request, source):
        if claimed.cell is None:
            take = min(left, claimed.open, source.unpinned)
            if take:
                world.claim(claimed, -take)
                world.goods(source, -take)
                _travel(world, claimed, target, take)
        else:
            take = min(left, claimed.open)
            if take:
                must_allow(world, "move", line=claimed)
                world.goods(source, -take, line=claimed, held=-take)
                _travel(world, claimed, target, take)
        left -= take
    if left:
        check_free(source, left)
        world.goods(source, -left)
        loaded.take(target, left)


def _own(world: World, request: TransferOutRequest, source: Cell) -> list[LineState]:
    """What the transfer itself claims: in the cell first, then without one."""
    own = [
        line
        for line in world.lines_for(request.document)
        if line.claim.reason == "TRANSFER"
        and line.balance is source.balance
        and line.cell in (source, None)
    ]
    return sorted(own, key=lambda line: line.cell is None)


def _travel(world: World, claimed: LineState, target: Cell, qty: int) -> None:
    """Units stay under the claim that they had, in the truck and bound to it."""
    line = world.line(
        claimed.claim, target.balance, target, priority=claimed.priority, origin=claimed.origin,
        bound=True,
    )  # fmt: skip
    world.goods(target, qty, line=line, held=qty)


def needs_in(request: TransferInRequest, need: Needs) -> None:
    """The truck with all claims in it, and the balances that grow."""
    need.goods(warehouse_id=request.to_warehouse_id, lines=request.lines, grow=True)
    need.pieces(request.lines)
    need.documents.add(request.document)
    need.locations.update((request.transit_location_id, request.location_id))
    for line in request.lines:
        need.at_location.add((request.transit_location_id, line.sku_id, line.grade, line.owner))


def decide_in(world: World, request: TransferInRequest) -> None:
    """Unload the truck: the transfer's units become free, frozen ones keep their freeze.

    Whatever is not named stays on the way. A freeze of the place takes what arrives at once.

    Raises:
        Refused: not_in_transit with what is on the way; blocked, wrong_serials, outside_place,
            bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    truck = _truck(world, request)
    place = floor_place(world, request.location_id, request.to_warehouse_id)
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            target = world.cell(
                growing_balance(world, request.to_warehouse_id, line), place, line.lot_id
            )
            source = _unload(world, request, line, truck, target)
            pieces.carry(world, line, source, target)
            world.papers.arrive(
                request.document, request.to_warehouse_id, sku_id=line.sku_id, grade=line.grade,
                arrived=line.qty,
            )  # fmt: skip


def _unload(
    world: World, request: TransferInRequest, line: Line, truck: Place, target: Cell
) -> Cell:
    """Take the line's units off the truck; the transfer's own first, then those under freezes."""
    key = (truck.warehouse_id, line.sku_id, line.grade, line.owner)
    balance = world.balance(key)
    source = world.cells.get((balance.id, truck.id, line.lot_id)) if balance else None
    if source is None:
        raise Refused("not_in_transit", asked=line.qty, there=0)
    must_allow(world, "move", cell=source)
    left = line.qty
    for claimed in _on_board(world, request, source):
        take = min(left, claimed.open)
        if not take:
            continue
        if claimed.claim.role == "FREEZE":
            follow(world, claimed, target, take)
        else:
            world.goods(source, -take, line=claimed, held=-take)
            world.goods(target, take)
            world.end_claim(claimed.claim, "CONSUMED")
            spend_origin(world, claimed)
        left -= take
    if left:
        raise Refused("not_in_transit", asked=line.qty, there=line.qty - left)
    return source


def _on_board(world: World, request: TransferInRequest, source: Cell) -> list[LineState]:
    on_board = [
        line
        for line in world.lines_in(source.balance)
        if line.cell is source
        and (line.claim.role == "FREEZE" or line.claim.document == request.document)
    ]
    return sorted(on_board, key=lambda line: line.claim.role == "FREEZE")
