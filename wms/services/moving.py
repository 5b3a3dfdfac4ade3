"""Carry goods from place to place inside a warehouse, some of them or all that lies there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from inventory import selectors as stock
from inventory import services as inventory
from wms.models import PickTask, TaskState
from wms.numbers import PICK_LIST
from wms.refusals import FloorRefused


@dataclass(frozen=True, kw_only=True)
class Load:
    """So many base units of one cell; `serials` names each piece of goods that have numbers."""

    sku_id: int
    cell_id: int
    qty: int
    lot_id: int | None = None
    grade: str = "ZP"
    serials: tuple[str, ...] = ()


def carry(
    loads: Sequence[Load],
    *,
    key: str,
    warehouse_id: int,
    from_location_id: int,
    to_location_id: int,
    actor: str,
    whole: bool = False,
) -> int:
    """Move these units, all or none; gives how many moved.

    Units that an order has pinned stay, unless the `whole` place is carried (a tote, a pallet):
    then its claims follow. A place that somebody is picking from is not carried away.

    Raises:
        FloorRefused: being_picked, bench_stays, nothing_lies_here.
        Refused: the ledger's reason (blocked by a freeze, not that many there...).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not loads:
        raise FloorRefused("nothing_lies_here", location="")
    if whole:
        _must_not_be_picked(from_location_id)
    claims = stock.pinned_in(cell_ids=[load.cell_id for load in loads]) if whole else {}
    lines = [
        line
        for load in (_with_pieces(loads) if whole else loads)
        for line in _lines(load, from_location_id, to_location_id, claims.get(load.cell_id, {}))
    ]
    request = inventory.MoveRequest(
        key=key, document=f"MV-{key[-8:].upper()}", warehouse_id=warehouse_id, lines=tuple(lines)
    )
    inventory.move([request], actor=actor)[0].check()
    return sum(line.qty for line in lines)


def _must_not_be_picked(location_id: int) -> None:
    """Whoever walks to the place would find it empty; a bench keeps what was brought to it."""
    place = stock.locations([location_id])[location_id]
    if place.kind == "PACKING":
        raise FloorRefused("bench_stays", location=place.code)
    task = (
        PickTask.objects.filter(location_id=location_id, picked__lt=F("qty"), state=TaskState.OPEN)
        .order_by("id")
        .first()
    )
    if task is not None:
        raise FloorRefused("being_picked", number=f"{PICK_LIST}-{task.pick_list_id}")


def _with_pieces(loads: Sequence[Load]) -> list[Load]:
    """Loads of numbered goods with the numbers of everything that lies in the cell."""
    skus = stock.skus({load.sku_id for load in loads})
    numbered = {pk for pk, sku in skus.items() if sku.serial_tracked}
    cells = [load.cell_id for load in loads if load.sku_id in numbered]
    lying: dict[int, list[str]] = {}
    for piece in stock.pieces_in(cell_ids=cells):
        lying.setdefault(piece.cell_id, []).append(piece.serial)
    return [
        Load(
            sku_id=load.sku_id, cell_id=load.cell_id, qty=load.qty, lot_id=load.lot_id,
            grade=load.grade, serials=tuple(lying.get(load.cell_id, ())),
        )
        for load in loads
    ]  # fmt: skip


def _lines(load: Load, start: int, end: int, claims: Mapping[str, int]) -> list[inventory.MoveLine]:
    """One line for each document that has pinned units here, one for the rest."""
    free = load.qty - sum(claims.values())
    parts: list[tuple[str | None, int]] = [*claims.items()]
    if free > 0:
        parts.append((None, free))
    serials, lines = list(load.serials), []
    for document, qty in parts:
        named, serials = serials[:qty], serials[qty:]
        lines.append(
            inventory.MoveLine(
                sku_id=load.sku_id, qty=qty, from_location_id=start, to_location_id=end,
                lot_id=load.lot_id, grade=load.grade, hold_document=document,
                serials=tuple(named),
            )
        )  # fmt: skip
    return lines
