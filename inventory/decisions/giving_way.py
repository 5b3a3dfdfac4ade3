"""Which claims give way to a loss or to a freeze, in what order, and how."""

from __future__ import annotations

from collections.abc import Iterable

from inventory.things import LineState
from inventory.world import World

# Documents that lost units: {document: {sku_id: qty}}.
Displaced = dict[str, dict[int, int]]


def weakest_first(lines: Iterable[LineState]) -> list[LineState]:
    """Commitments by lowest priority (not started, bin-less, newest first), then commercial
    freezes by rank, then safety freezes."""
    return sorted(lines, key=_strength)


def _strength(line: LineState) -> tuple[int, int, bool, bool, int]:
    claim = line.claim
    newest = -(line.id or 0)
    if claim.role == "COMMITMENT":
        return (0, line.priority, line.started, line.cell is not None, newest)
    return (2 if claim.is_safety else 1, claim.rank, False, False, newest)


def commitments(lines: Iterable[LineState], *, spare_started: bool = False) -> list[LineState]:
    """The commitments among the lines, weakest first; picks under way left out if asked."""
    return weakest_first(
        line
        for line in lines
        if line.claim.role == "COMMITMENT"
        and line.claim.open
        and line.open
        and not (spare_started and line.started)
    )


def take_away(world: World, line: LineState, qty: int, state: str) -> None:
    """The claim loses units for good: unlike in a release, nothing returns to its origin.

    A reserve that has nothing left, in itself or drawn from it, ends too.
    """
    world.claim(line, -qty)
    world.end_claim(line.claim, state)
    spend_origin(world, line)


def spend_origin(world: World, line: LineState) -> None:
    """Units drawn from a reserve will not come back to it; the last ones end it."""
    if line.origin is not None and line.origin.claim.open:
        world.end_claim(line.origin.claim, "CONSUMED")


def displace(world: World, line: LineState, qty: int, displaced: Displaced) -> None:
    """A commitment loses units to a better use; its document is named."""
    take_away(world, line, qty, "RELEASED")
    note(displaced, line, qty)


def note(displaced: Displaced, line: LineState, qty: int) -> None:
    """Write down that the line's document lost units."""
    units = displaced.setdefault(line.claim.document, {})
    units[line.balance.sku_id] = units.get(line.balance.sku_id, 0) + qty


def loosen(world: World, line: LineState, qty: int) -> LineState:
    """Units of a pinned claim lie in no cell again but stay claimed; gives their line.

    Never for a bound line: it asked for these very goods.
    """
    assert not line.bound
    loose = world.line(line.claim, line.balance, None, priority=line.priority, origin=line.origin)
    world.claim(line, -qty)
    world.claim(loose, qty)
    return loose
