"""Bin-less commitments get cells, first expiry first."""

from __future__ import annotations

from inventory.decisions.hold import expiry_blanket
from inventory.decisions.needs import Needs
from inventory.requests import PinRequest, Refused
from inventory.world import PICK_ORDER, Bal, Cell, LineState, World, first_expiry_first


def needs(request: PinRequest, need: Needs) -> None:
    """The document's lines; the ledger adds all cells of their balances."""
    need.documents.add(request.document)
    need.reasons.add("EXPIRED")


def decide(world: World, request: PinRequest) -> None:
    """Pin every bin-less unit of the document in this warehouse, or none.

    An expired lot that stands in the way is frozen, not silently skipped.

    Raises:
        Refused: not_held; not_pickable with `short` {sku_id: missing}.
    """
    commitments = [
        line
        for line in world.lines_for(request.document)
        if line.claim.role == "COMMITMENT" and line.balance.key[0] == request.warehouse_id
    ]
    if not commitments:
        raise Refused("not_held", document=request.document)
    short: dict[int, int] = {}
    for line in commitments:
        if line.cell is None:
            missing = _pin(world, line)
            if missing:
                short[line.balance.sku_id] = short.get(line.balance.sku_id, 0) + missing
    if short:
        raise Refused("not_pickable", short=short)


def _pin(world: World, line: LineState) -> int:
    """Give the line's units cells; answers how many found none."""
    _freeze_expired(world, line.balance)
    for cell in sorted(world.cells_in(line.balance), key=first_expiry_first):
        if not line.open:
            break
        if cell.place.kind not in PICK_ORDER or cell.unpinned <= 0 or _expired(world, cell):
            continue
        if world.forbids(cell, "pick"):
            continue
        take = min(line.open, cell.unpinned)
        world.claim(line, -take)
        pinned = world.line(
            line.claim, line.balance, cell, priority=line.priority, origin=line.origin
        )
        world.claim(pinned, take)
    return line.open


def _expired(world: World, cell: Cell) -> bool:
    batch = cell.batch
    return bool(batch and batch.expires_on and batch.expires_on < world.today)


def _freeze_expired(world: World, balance: Bal) -> None:
    for cell in world.cells_in(balance):
        if cell.on_hand and _expired(world, cell) and not world.forbids(cell, "pick"):
            assert cell.batch is not None
            expiry_blanket(world, balance, cell.batch.id)
            for covered in world.cells_in(balance):
                world.cover(covered)
            world.touch(balance)
