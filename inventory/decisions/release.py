"""A claim is let go, whole or in part."""

from __future__ import annotations

from inventory.decisions.needs import Needs, check_quantities
from inventory.requests import Line, Refused, ReleaseRequest
from inventory.world import Claim, LineState, World


def needs(request: ReleaseRequest, need: Needs) -> None:
    """The claim's lines, and the cells a blanket of it covers."""
    if request.hold_id is not None:
        need.hold_ids.add(request.hold_id)
    else:
        need.documents.add(request.document)
    need.lifts_blankets = True


def decide(world: World, request: ReleaseRequest) -> None:
    """Free the units; those drawn from another claim return to it while it is open.

    Raises:
        Refused: already_released; not_held when fewer units are held than named; bad_request for
            part of a blanket.
    """
    claims = _claims(world, request)
    if not claims:
        raise Refused("already_released", document=request.document, hold_id=request.hold_id)
    lines = [line for line in world.lines if line.claim in claims and line.open]
    if request.lines is None:
        for line in lines:
            let_go(world, line, line.open, "RELEASED")
        for claim in claims:
            world.end_claim(claim, "RELEASED")
            if claim.blanket:
                _lift(world, claim)
        return
    check_quantities(request.lines)
    if any(claim.blanket for claim in claims):
        raise Refused("bad_request", field="lines", reason="blanket")
    for wanted in request.lines:
        _free_part(world, lines, wanted)


def _claims(world: World, request: ReleaseRequest) -> set[Claim]:
    """Open claims that the request names; a blanket may be open without units."""
    found = {line.claim for line in world.lines if line.open and _named(line.claim, request)}
    found.update(claim for claim in world.blankets if claim.open and _named(claim, request))
    return found


def _named(claim: Claim, request: ReleaseRequest) -> bool:
    if request.hold_id is not None:
        return claim.id == request.hold_id
    return claim.document == request.document


def _free_part(world: World, lines: list[LineState], wanted: Line) -> None:
    """Bin-less units first: they cost the floor nothing."""
    left = wanted.qty
    fitting = [
        line
        for line in lines
        if line.balance.sku_id == wanted.sku_id
        and line.balance.key[2] == wanted.grade
        and (
            wanted.lot_id is None
            or (line.cell is not None and line.cell.batch is not None
                and line.cell.batch.id == wanted.lot_id)
        )
    ]  # fmt: skip
    for line in sorted(fitting, key=lambda item: item.cell is not None):
        take = min(left, line.open)
        if take:
            let_go(world, line, take, "RELEASED")
            left -= take
    if left:
        raise Refused("not_held", sku_id=wanted.sku_id, missing=left)


def let_go(world: World, line: LineState, qty: int, state: str) -> None:
    """Take units off a line; drawn units go back to their origin while that claim is open."""
    world.claim(line, -qty)
    world.end_claim(line.claim, state)
    if line.origin is not None and line.origin.claim.open:
        world.claim(line.origin, qty)


def _lift(world: World, claim: Claim) -> None:
    world.close_claim(claim)
    for balance in world.balances.values():
        for cell in world.cells_in(balance):
            if cell.blanket is claim:
                world.cover(cell)
                world.touch(balance)
