"""A blanket covers less, or becomes a fixed quantity."""

from __future__ import annotations

from dataclasses import replace

from inventory.decisions.needs import Needs
from inventory.decisions.release import uncover
from inventory.requests import NarrowRequest, Refused
from inventory.scopes import covers
from inventory.things import Cell, Claim, LineState
from inventory.world import World


def needs(request: NarrowRequest, need: Needs) -> None:
    """The blanket, what it covers and what it holds."""
    need.hold_ids.add(request.hold_id)
    need.lots.update(request.lot_ids)
    need.lifts_blankets = True


def decide(world: World, request: NarrowRequest) -> None:
    """Free the units of the named lots and cells; whatever else covers them takes them then.

    With `fixed` the rest stays under the same claim, as the quantity it is now; goods that come
    later are not covered any more. A mark holds no units, so it cannot be fixed.

    Raises:
        Refused: already_released; bad_request when it is no blanket or nothing is named;
            nothing_in_scope for a lot or cell that it does not cover; not_held when a quantity of
            nothing would be left.
    """
    claim = world.claims.get(request.hold_id)
    if claim is None or not claim.open:
        raise Refused("already_released", hold_id=request.hold_id)
    if not claim.blanket:
        raise Refused("bad_request", field="hold_id", hold_id=request.hold_id)
    if not (request.lot_ids or request.stock_ids or request.fixed):
        raise Refused("bad_request", field="lot_ids", hold_id=request.hold_id)
    covered = [cell for cell in world.cells.values() if covers(claim.scope, cell.spot)]
    _check_named(world, request, claim, covered)
    scope = replace(
        claim.scope,
        without_lots=claim.scope.without_lots | set(request.lot_ids),
        without_cells=claim.scope.without_cells | set(request.stock_ids),
    )
    for line in world.lines_of(claim):
        # Goods that were carried out of the scope are still frozen, unless they are named.
        if _names(request, line):
            world.claim(line, -line.open)
    world.narrow(claim, scope, blanket=not request.fixed)
    if request.fixed:
        kept = sum(line.open for line in world.lines_of(claim))
        if not kept:
            raise Refused("not_held", hold_id=claim.id, asked=1, there=0)
        claim.row["asked"] = kept
    uncover(world, claim)


def _names(request: NarrowRequest, line: LineState) -> bool:
    cell = line.cell
    if cell is None:
        return False
    lot = cell.batch.id if cell.batch is not None else None
    return cell.id in request.stock_ids or lot in request.lot_ids


def _check_named(world: World, request: NarrowRequest, claim: Claim, covered: list[Cell]) -> None:
    cells = {cell.id for cell in covered}
    for stock_id in request.stock_ids:
        if stock_id not in cells:
            raise Refused("nothing_in_scope", asked={"stock_id": stock_id}, there=len(cells))
    lots = {cell.batch.id for cell in covered if cell.batch is not None}
    for lot_id in request.lot_ids:
        batch = world.batches.get(lot_id)
        fits = batch is not None and (
            claim.scope.lot_id in (None, lot_id)
            and claim.scope.sku_id in (None, batch.sku_id)
            and claim.scope.supplier in ("", batch.supplier)
        )
        if lot_id not in lots and not fits:
            raise Refused("nothing_in_scope", asked={"lot_id": lot_id}, there=len(lots))
