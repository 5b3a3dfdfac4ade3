"""Freezes meet commitments: who gives way to a freeze that may displace (design section 4)."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.decisions.giving_way import Displaced, commitments, displace, loosen
from inventory.requests import Policy
from inventory.scopes import covers
from inventory.things import Bal, Cell, Claim
from inventory.world import World


def free_loose(
    world: World, balances: Sequence[Bal], qty: int, *, policy: Policy, displaced: Displaced
) -> None:
    """Have the weakest commitments of these balances lose up to `qty` units, wherever they lie."""
    lines = [line for balance in balances for line in world.lines_in(balance)]
    left = qty
    for line in commitments(lines, spare_started=policy is Policy.LET_FINISH):
        take = min(left, line.open)
        if take <= 0:
            return
        displace(world, line, take, displaced)
        left -= take


def free_cells(
    world: World,
    balance: Bal,
    cells: Sequence[Cell],
    qty: int,
    *,
    policy: Policy,
    displaced: Displaced,
) -> int:
    """Make up to `qty` units of these cells of one balance unpinned and available; how many are.

    First the weakest pins in the cells become bin-less (a claim on these very goods loses them),
    then the weakest bin-less commitments of the balance lose what is still not available.
    """
    spare = policy is Policy.LET_FINISH
    short = qty - sum(cell.unpinned for cell in cells)
    pins = [line for line in world.lines_in(balance) if line.cell in cells]
    for line in commitments(pins, spare_started=spare):
        take = min(short, line.open)
        if take <= 0:
            break
        if line.bound:
            displace(world, line, take, displaced)
        else:
            loosen(world, line, take)
        short -= take
    there = min(qty, sum(cell.unpinned for cell in cells))
    loose = [line for line in world.lines_in(balance) if line.cell is None]
    for line in commitments(loose, spare_started=spare):
        take = min(there - balance.available, line.open)
        if take <= 0:
            break
        displace(world, line, take, displaced)
    return max(0, min(there, balance.available))


def take_covered(world: World, claim: Claim, *, policy: Policy, displaced: Displaced) -> None:
    """Freeze what a new blanket covers, also what was promised as far as the policy allows."""
    for balance in sorted(world.balances.values(), key=lambda item: item.id):
        cells = [cell for cell in world.cells_in(balance) if covers(claim.scope, cell.spot)]
        if not cells:
            continue
        everything = sum(cell.on_hand for cell in cells)
        left = free_cells(world, balance, cells, everything, policy=policy, displaced=displaced)
        # Directly, not by `fill`: what was freed for this freeze is not for others that wait.
        for cell in cells:
            take = min(left, cell.unpinned)
            if take > 0 and cell.blanket is not None:
                line = world.line(cell.blanket, balance, cell)
                world.claim(line, take)
                left -= take
