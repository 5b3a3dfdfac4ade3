"""A claim is let go, whole or in part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inventory.decisions.drawing import let_go
from inventory.decisions.needs import Needs, check_quantities
from inventory.requests import Line, Refused, ReleaseRequest
from inventory.things import Claim, LineState
from inventory.world import World


def needs(request: ReleaseRequest, need: Needs) -> None:
    """The claim's lines, and the cells a blanket of it covers."""
    if request.hold_id is not None:
        need.hold_ids.add(request.hold_id)
    else:
        need.documents.add(request.document)
    need.lifts_blankets = True


def decide(world: World, request: ReleaseRequest) -> None:
    """Free the units; those drawn from another claim return to it while it is open.

    A whole release also ends a reserve whose units are all drawn: they no longer return to it.

    Raises:
        Refused: already_released; not_held when fewer units are held than named; bad_request for
            part of a blanket.
    """
    claims = _claims(world, request)
    if not claims:
        raise Refused("already_released", document=request.document, hold_id=request.hold_id)
    lines = _lines(world, claims)
    state = "EXPIRED" if request.as_expired else "RELEASED"
    if request.lines is None:
        for line in lines:
            let_go(world, line, line.open, state)
        for claim in claims:
            world.end_claim(claim, state)
            world.close_claim(claim)
            if claim.blanket:
                uncover(world, claim)
        return
    if not request.lines:
        raise Refused("bad_request", field="lines")
    check_quantities(request.lines)
    if any(claim.blanket for claim in claims):
        raise Refused("bad_request", field="lines", reason="blanket")
    for index, wanted in enumerate(request.lines):
        for line, take in units_of(lines, wanted, index):
            let_go(world, line, take, state)


def _lines(world: World, claims: Mapping[Claim, None]) -> list[LineState]:
    """The claims' lines in the order of their document."""
    if len(claims) == 1:
        return world.lines_of(next(iter(claims)))
    return [
        line
        for document in dict.fromkeys(claim.document for claim in claims)
        for line in world.lines_for(document)
        if line.claim in claims
    ]


def _claims(world: World, request: ReleaseRequest) -> dict[Claim, None]:
    """Open claims that the request names; a blanket, or a reserve that is all drawn, may be open
    without units."""
    if request.hold_id is not None:
        claim = world.claims.get(request.hold_id)
        found: Iterable[Claim] = () if claim is None else (claim,)
    else:
        found = [
            claim
            for claim in world.claims_of(request.document)
            if request.freezes or claim.role == "COMMITMENT"
        ]
    return {
        claim: None
        for claim in found
        if claim.open and (claim not in world.ended or world.lines_of(claim))
    }


def units_of(lines: Iterable[LineState], wanted: Line, index: int) -> list[tuple[LineState, int]]:
    """Which units of a claim a line means: bin-less ones first, they cost the floor nothing.

    Raises:
        Refused: not_held, when there are fewer.
    """
    fitting = [line for line in lines if line.open and _fits(line, wanted)]
    left = wanted.qty
    found: list[tuple[LineState, int]] = []
    for line in sorted(fitting, key=lambda item: item.cell is not None):
        take = min(left, line.open)
        if take:
            found.append((line, take))
            left -= take
    if left:
        raise Refused(
            "not_held",
            line=index,
            sku_id=wanted.sku_id,
            asked=wanted.qty,
            there=wanted.qty - left,
            missing=left,
        )
    return found


def _fits(line: LineState, wanted: Line) -> bool:
    _, sku_id, grade, owner = line.balance.key
    if (sku_id, grade, owner) != (wanted.sku_id, wanted.grade, wanted.owner):
        return False
    batch = line.cell.batch if line.cell is not None else None
    return wanted.lot_id is None or (batch is not None and batch.id == wanted.lot_id)


def uncover(world: World, claim: Claim) -> None:
    """Cells that the blanket does not cover any more get what lies under it."""
    for balance in world.balances.values():
        for cell in world.cells_in(balance):
            if cell.blanket is claim:
                world.cover(cell)
                world.touch(balance)
