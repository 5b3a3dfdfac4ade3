"""Bin-less commitments get cells: by each SKU's strategy, or the one that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from inventory.decisions.effects import blocked, forbidding
from inventory.decisions.hold import expired, expiry_blanket
from inventory.decisions.needs import Needs
from inventory.requests import PinRequest, Refused, Strategy
from inventory.things import PICK_ORDER, Bal, Cell, Claim, LineState
from inventory.world import World, first_expiry_first

_LATEST = datetime.max.replace(tzinfo=UTC)
# Cells that are not written yet come last.
_LAST_CELL = 2**63


def needs(request: PinRequest, need: Needs) -> None:
    """The document's lines; the ledger adds all cells of their balances."""
    need.documents.add(request.document)
    need.reasons.add("EXPIRED")
    if request.strategy is None:
        need.strategies = True


def decide(world: World, request: PinRequest) -> None:
    """Pin every bin-less unit of the document in this warehouse, or none.

    An expired lot that stands in the way is frozen, not silently skipped.

    Raises:
        Refused: not_held; not_pickable with `short` {sku_id: missing}, what was asked and there of
            the first SKU that is short, and the freeze that forbids picking when one does.
    """
    commitments = [
        line
        for line in world.lines_for(request.document)
        if line.claim.role == "COMMITMENT" and line.balance.key[0] == request.warehouse_id
    ]
    if not commitments:
        raise Refused(
            "not_held", document=request.document, warehouse_id=request.warehouse_id, there=0
        )
    short: dict[int, int] = {}
    first: dict[str, object] = {}
    for line in commitments:
        if line.cell is not None:
            continue
        if "pick" in line.claim.blocks:
            raise blocked(line.claim, "pick", sku_id=line.balance.sku_id)
        asked = line.open
        missing = _pin(world, line, request.strategy)
        if missing:
            sku_id = line.balance.sku_id
            short[sku_id] = short.get(sku_id, 0) + missing
            first = first or {
                "sku_id": sku_id,
                "asked": asked,
                "there": asked - missing,
                **_named(_in_the_way(world, line.balance)),
            }
    if short:
        raise Refused("not_pickable", short=short, **first)


def _named(claim: Claim | None) -> dict[str, object]:
    return {} if claim is None else {"hold_id": claim.id, "document": claim.document}


def _in_the_way(world: World, balance: Bal) -> Claim | None:
    """The highest claim that keeps unpinned goods of the balance from being picked."""
    found = (
        forbidding(world, "pick", cell=cell) for cell in world.cells_in(balance) if cell.unpinned
    )
    return max((claim for claim in found if claim), key=lambda claim: claim.rank, default=None)


def _pin(world: World, line: LineState, strategy: Strategy | None) -> int:
    """Give the line's units cells; answers how many found none."""
    _freeze_expired(world, line.balance)
    chosen = strategy or Strategy(world.strategies.get(line.balance.sku_id, "FEFO"))
    for cell in sorted(world.cells_in(line.balance), key=ORDERS[chosen]):
        if not line.open:
            break
        if cell.unpinned <= 0 or not pickable(world, cell):
            continue
        take = min(line.open, cell.unpinned)
        world.claim(line, -take)
        pinned = world.line(
            line.claim, line.balance, cell, priority=line.priority, origin=line.origin
        )
        world.claim(pinned, take)
    return line.open


def pickable(world: World, cell: Cell) -> bool:
    """True for goods that lie where pickers go, have not expired and are not blocked."""
    return (
        cell.place.kind in PICK_ORDER
        and not expired(world, cell)
        and forbidding(world, "pick", cell=cell) is None
    )


def _freeze_expired(world: World, balance: Bal) -> None:
    for cell in world.cells_in(balance):
        if cell.on_hand and expired(world, cell) and not world.forbids(cell, "pick"):
            assert cell.batch is not None
            expiry_blanket(world, balance, cell.batch.id)
            for covered in world.cells_in(balance):
                world.cover(covered)
            world.touch(balance)


# --- in which order the cells are asked; benches and totes always come last ---


def _late(cell: Cell) -> int:
    return 1 if PICK_ORDER.get(cell.place.kind, 9) > 2 else 0


def _came(cell: Cell) -> tuple[float, int, int]:
    """When the goods came in: their lot's first day here, then its production, then the cell."""
    batch = cell.batch
    came = (batch.created_at if batch else None) or _LATEST
    produced = (batch.produced_on if batch else None) or date.max
    return (came.timestamp(), produced.toordinal(), cell.id or _LAST_CELL)


def _first_in(cell: Cell) -> tuple[float, ...]:
    return (_late(cell), *_came(cell))


def _last_in(cell: Cell) -> tuple[float, ...]:
    return (_late(cell), *(-part for part in _came(cell)))


def _nearest(cell: Cell) -> tuple[float, ...]:
    return (_late(cell), cell.place.sequence, cell.place.id, cell.id or _LAST_CELL)


ORDERS: dict[Strategy, Callable[[Cell], tuple[object, ...]]] = {
    Strategy.FEFO: first_expiry_first,
    Strategy.FIFO: _first_in,
    Strategy.LIFO: _last_in,
    Strategy.NEAREST: _nearest,
}
