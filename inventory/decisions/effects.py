"""What may not be done with units: the "or" of their own claim's matrix and of every active
blanket over their cell, marks included (design section 4, Overlap)."""

from __future__ import annotations

from inventory.requests import Refused
from inventory.things import Cell, Claim, LineState
from inventory.world import World

ACTS = ("reserve", "pick", "ship", "move", "count", "publish")


def forbidding(
    world: World, act: str, *, cell: Cell | None = None, line: LineState | None = None
) -> Claim | None:
    """The claim that forbids the act for units of a cell or line, the highest blanket first."""
    place = line.cell if line is not None and cell is None else cell
    if place is not None:
        blanket = world.forbids(place, act)
        if blanket is not None:
            return blanket
    if line is not None and act in line.claim.blocks:
        return line.claim
    return None


def must_allow(
    world: World, act: str, *, cell: Cell | None = None, line: LineState | None = None
) -> None:
    """Go on only if nothing forbids it.

    Raises:
        Refused: blocked, naming the claim that forbids it.
    """
    found = forbidding(world, act, cell=cell, line=line)
    if found is not None:
        balance = line.balance if line is not None else cell.balance if cell is not None else None
        raise blocked(found, act, sku_id=balance.sku_id if balance else None)


def must_allow_all_in(world: World, act: str, cell: Cell) -> None:
    """As `must_allow` for the whole cell: every claim on units in it is asked too.

    Raises:
        Refused: blocked.
    """
    must_allow(world, act, cell=cell)
    for line in world.lines_in(cell.balance):
        if line.cell is cell:
            must_allow(world, act, line=line)


def blocked(claim: Claim, act: str, *, sku_id: int | None) -> Refused:
    """The refusal that names who forbids what."""
    return Refused(
        "blocked",
        hold_id=claim.id,
        document=claim.document,
        reason=claim.reason,
        act=act,
        sku_id=sku_id,
    )


def blocked_acts(effects: object) -> frozenset[str]:
    """The acts that a reason or hold forbids: reserve, pick, ship, move, count, publish."""
    return frozenset(act for act in ACTS if getattr(effects, f"blocks_{act}"))
