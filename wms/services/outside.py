"""A warehouse run by somebody else reports what it sent: one report is the whole walk.

Every record of a walk of our own is written too: the walk with its steps, what was taken and
checked, the boxes. So what is true of a parcel of ours is true of theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from outbox import services as outbox
from outbox.clock import database_clock
from wms.models import (
    Carrier,
    Check,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    Parcel,
    ParcelLine,
    Pick,
    PickedPiece,
    PickList,
    PickTask,
)
from wms.numbers import fold
from wms.refusals import FloorRefused
from wms.services.journal import Journal
from wms.services.requests import lock_fulfilments

S = FulfilmentState
# Stands in the timelines; a code, shown by its words.
WHY = "reported_from_outside"


@dataclass(frozen=True, kw_only=True)
class SentLine:
    """Base units of a SKU in a box; of this lot, or these pieces, where they were named."""

    sku_id: int
    sku: str
    qty: int
    lot_id: int | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SentParcel:
    """A box that left under the carrier's own waybill."""

    carrier: str
    waybill: str
    weight_g: int | None
    lines: tuple[SentLine, ...]


def report_shipped(
    *, name: str, parcels: Sequence[SentParcel], actor: str, scope: Scope | None = None
) -> bool:
    """Everything of a fulfilment has left, in one box or several. All of it or nothing.

    Joins the caller's transaction, whose only posting call it makes.

    Args:
        name: number or document of a fulfilment that waits to be picked.

    Returns:
        False when exactly these boxes were reported before; nothing happened now.

    Raises:
        FloorRefused: unknown_fulfilment, worked_on_here, stopped, already_shipped, contents_differ,
            unknown_carrier, waybill_used.
        Refused: the ledger's own (insufficient_stock, not_held, not_pickable, wrong_serials,
            blocked, ...).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    fulfilment = lock_fulfilments([name], scope=scope).get(name)
    if fulfilment is None:
        raise FloorRefused("unknown_fulfilment", number=name)
    if fulfilment.state == S.SHIPPED and _reported(fulfilment, parcels):
        return False
    _must_wait(fulfilment)
    lines = {line.sku_id: line for line in FulfilmentLine.objects.filter(fulfilment=fulfilment)}
    _must_agree(fulfilment, lines, parcels)
    carriers = _carriers(parcels)
    sent = [line for parcel in parcels for line in parcel.lines]
    left = inventory.dispatch(
        document=fulfilment.document,
        warehouse_id=fulfilment.warehouse_id,
        lines=[
            inventory.Line(
                sku_id=line.sku_id, qty=line.qty, lot_id=line.lot_id, serials=line.serials
            )
            for line in sent
        ],
        priority=fulfilment.priority,
        actor=actor,
    )
    journal = Journal(actor)
    tasks = _walk(fulfilment, lines, left, journal, actor)
    _note_taken(fulfilment, lines, tasks, sent, actor)
    _close(fulfilment, lines, parcels, carriers, actor)
    for step in (fulfilment.pack, fulfilment.ship):
        journal.walk(fulfilment, step, WHY)
    journal.write()
    outbox.tell(topic="fulfilment.shipped", keys=[fulfilment.document])
    return True


def _reported(fulfilment: Fulfilment, parcels: Sequence[SentParcel]) -> bool:
    rows = Parcel.objects.filter(fulfilment=fulfilment, voided_at__isnull=True)
    known = set(rows.values_list("carrier__code", "waybill"))
    return known == {(parcel.carrier, fold(parcel.waybill)) for parcel in parcels}


def _must_wait(fulfilment: Fulfilment) -> None:
    state = S(fulfilment.state)
    if state == S.RELEASED:
        return
    if state in (S.INTERCEPTING, S.INTERCEPTED, S.CANCELLED):
        raise FloorRefused("stopped", number=fulfilment.number)
    if state == S.SHIPPED:
        raise FloorRefused("already_shipped", number=fulfilment.number)
    raise FloorRefused("worked_on_here", number=fulfilment.number, state=str(state.label))


def _must_agree(
    fulfilment: Fulfilment, lines: dict[int, FulfilmentLine], parcels: Sequence[SentParcel]
) -> None:
    """Raises FloorRefused: contents_differ, with the first SKU of which more or less was sent."""
    sent: Counter[int] = Counter()
    names: dict[int, str] = {}
    for parcel in parcels:
        for line in parcel.lines:
            sent[line.sku_id] += line.qty
            names[line.sku_id] = line.sku
    for sku_id in sorted({*lines, *sent}):
        wanted = lines[sku_id].qty if sku_id in lines else 0
        if sent[sku_id] != wanted:
            code = names.get(sku_id) or stock.skus([sku_id])[sku_id].code
            raise FloorRefused(
                "contents_differ", number=fulfilment.number, scanned=code, qty=sent[sku_id],
                left=wanted,
            )  # fmt: skip


def _carriers(parcels: Sequence[SentParcel]) -> dict[str, Carrier]:
    """Raises FloorRefused: unknown_carrier, waybill_used."""
    found = {
        row.code: row
        for row in Carrier.objects.filter(
            code__in={parcel.carrier for parcel in parcels}, is_active=True
        )
    }
    used: set[tuple[str, str]] = set()
    for parcel in parcels:
        if parcel.carrier not in found:
            raise FloorRefused("unknown_carrier", carrier=parcel.carrier)
        waybill = fold(parcel.waybill)
        known = Parcel.objects.filter(carrier=found[parcel.carrier], waybill=waybill).exists()
        if known or (parcel.carrier, waybill) in used:
            raise FloorRefused("waybill_used", scanned=waybill)
        used.add((parcel.carrier, waybill))
    return found


def _walk(
    fulfilment: Fulfilment,
    lines: dict[int, FulfilmentLine],
    left: Sequence[inventory.Left],
    journal: Journal,
    actor: str,
) -> list[PickTask]:
    """The walk as it was: one step for each cell, everything taken."""
    bench = stock.staging_location(warehouse_id=fulfilment.warehouse_id, kind="PACKING")
    walk = PickList(warehouse_id=fulfilment.warehouse_id, bench_id=bench or left[0].location_id)
    walk.save()
    tasks = [
        PickTask(
            pick_list=walk, line=lines[each.sku_id], location_id=each.location_id,
            lot_id=each.lot_id, qty=each.qty, picked=each.qty, sequence=number,
        )
        for number, each in enumerate(left, start=1)
    ]  # fmt: skip
    for task in tasks:
        task.confirm()
    PickTask.objects.bulk_create(tasks)
    for step in (walk.release, walk.start, walk.finish, walk.complete):
        journal.walk_list(walk, step, WHY)
    for take in (fulfilment.start_picking, fulfilment.finish_picking, fulfilment.pass_check):
        journal.walk(fulfilment, take, WHY)
    for line in lines.values():
        line.picked = line.checked = line.qty
    FulfilmentLine.objects.bulk_update(list(lines.values()), ["picked", "checked"])
    return tasks


def _note_taken(
    fulfilment: Fulfilment,
    lines: dict[int, FulfilmentLine],
    tasks: Sequence[PickTask],
    sent: Sequence[SentLine],
    actor: str,
) -> None:
    """Who took and checked how much, and which pieces."""
    key = f"outside:{fulfilment.document}"
    picks = Pick.objects.bulk_create(
        Pick(task=task, key=key, qty=task.qty, who=actor) for task in tasks
    )
    checks = Check.objects.bulk_create(
        Check(line=line, key=f"{key}:{line.sku_id}", qty=line.qty, who=actor)
        for line in lines.values()
    )
    seen = {check.line.sku_id: check for check in checks}
    serials = {
        sku_id: [serial for line in sent if line.sku_id == sku_id for serial in line.serials]
        for sku_id in lines
    }
    pieces = []
    for pick in picks:
        sku_id = pick.task.line.sku_id
        mine, serials[sku_id] = serials[sku_id][: pick.qty], serials[sku_id][pick.qty :]
        pieces += [
            PickedPiece(
                pick=pick, sku_id=sku_id, serial=serial, seen=seen[sku_id],
                ended_at=database_clock(),
            )
            for serial in mine
        ]  # fmt: skip
    PickedPiece.objects.bulk_create(pieces)


def _close(
    fulfilment: Fulfilment,
    lines: dict[int, FulfilmentLine],
    parcels: Sequence[SentParcel],
    carriers: dict[str, Carrier],
    actor: str,
) -> None:
    """The boxes as they were sent, under the waybills they have."""
    boxes = Parcel.objects.bulk_create(
        Parcel(
            fulfilment=fulfilment, carrier=carriers[parcel.carrier], waybill=fold(parcel.waybill),
            weight_g=parcel.weight_g, packed_by=actor, shipped_by=actor,
            shipped_at=database_clock(),
        )
        for parcel in parcels
    )  # fmt: skip
    inside: list[ParcelLine] = []
    for box, parcel in zip(boxes, parcels, strict=True):
        sums: Counter[int] = Counter()
        for line in parcel.lines:
            sums[line.sku_id] += line.qty
        inside += [ParcelLine(parcel=box, line=lines[sku], qty=qty) for sku, qty in sums.items()]
    ParcelLine.objects.bulk_create(inside)
