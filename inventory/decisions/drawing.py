"""Units drawn from a reserve: they come out of its open claim and return to it while it is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.things import Bal, Cell, Claim, LineState
from inventory.world import World


def draw(
    world: World,
    document: str,
    claim: Claim,
    balance: Bal,
    *,
    qty: int,
    priority: int,
    cells: Sequence[Cell] | None = None,
) -> int:
    """Turn up to `qty` units of the reserve into units of the claim; answers how many.

    With `cells` only units that lie there, or may be given a place there, are drawn.
    """
    left = qty
    for reserve in _reserves(world, document, balance):
        if reserve.claim is claim or not left:
            continue
        if cells is None or (reserve.cell is not None and reserve.cell in cells):
            left -= _take(
                world, reserve, claim, reserve.cell, min(left, reserve.open), priority,
                bound=reserve.bound or cells is not None,
            )  # fmt: skip
        elif reserve.cell is None:
            for cell in cells:
                units = min(left, reserve.open, cell.unpinned)
                left -= _take(world, reserve, claim, cell, units, priority, bound=True)
    return qty - left


def _reserves(world: World, document: str, balance: Bal) -> list[LineState]:
    """Bin-less units first: they bind nothing to a place."""
    found: Iterable[LineState] = (
        line
        for line in world.lines_for(document)
        if line.balance is balance and line.claim.role == "COMMITMENT" and line.claim.open
    )
    return sorted(found, key=lambda line: (line.cell is not None, line.id or 0))


def _take(
    world: World,
    reserve: LineState,
    claim: Claim,
    cell: Cell | None,
    qty: int,
    priority: int,
    *,
    bound: bool,
) -> int:
    if qty <= 0:
        return 0
    drawn = world.line(claim, reserve.balance, cell, priority=priority, origin=reserve, bound=bound)
    world.claim(reserve, -qty)
    world.claim(drawn, qty)
    return qty


def let_go(world: World, line: LineState, qty: int, state: str) -> None:
    """Take units off a line; drawn units go back to their origin while that claim is open."""
    world.claim(line, -qty)
    world.end_claim(line.claim, state)
    origin = line.origin
    if origin is None:
        return
    if not origin.claim.open:
        return
    if origin.cell is None or origin.cell is line.cell:
        world.claim(origin, qty)
        return
    # The goods were carried away from where they were reserved: the reserve follows them.
    back = world.line(
        origin.claim,
        origin.balance,
        line.cell,
        priority=origin.priority,
        origin=origin.origin,
        bound=origin.bound and line.cell is not None,
    )
    world.claim(back, qty)
