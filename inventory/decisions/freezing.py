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

    What is not available is taken from the weakest commitments among those that are bin-less and
    those pinned in these cells. Then, as far as the cells are still full, the weakest pins in them
    become bin-less; a claim on these very goods loses them instead.
    """
    inside = set(cells)
    lines = (line for line in world.lines_in(balance) if line.cell is None or line.cell in inside)
    yielding = commitments(lines, spare_started=policy is Policy.LET_FINISH)
    unpinned = sum(cell.unpinned for cell in cells)
    pins = [line for line in yielding if line.cell is not None]
    want = min(qty, unpinned + sum(line.open for line in pins))
    for line in yielding:
        take = min(want - balance.available, line.open)
        if take <= 0:
            break
        displace(world, line, take, displaced)
        unpinned += take if line.cell is not None else 0
    want = min(want, balance.available)
    for line in pins:
        take = min(want - unpinned, line.open)
        if take <= 0:
            continue
        if line.bound:
            displace(world, line, take, displaced)
        else:
            loosen(world, line, take)
        unpinned += take
    return max(0, want)


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
