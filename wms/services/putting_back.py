"""Bring the goods of stopped fulfilments back to the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from wms.models import Fulfilment, FulfilmentState, PutBack, PutBackLine
from wms.models.clock import database_clock
from wms.numbers import fold
from wms.refusals import FloorRefused
from wms.services.answers import MOST_UNITS, Answer, Command, Replies
from wms.services.items import Items, items_by_code
from wms.services.journal import Journal
from wms.services.requests import lock_fulfilments
from wms.tallies import Share, Want, spread, wanted


@dataclass(frozen=True)
class PutBackScan(Command):
    """Goods of a stopped fulfilment were put on a shelf: location and goods were scanned."""

    fulfilment: str = ""
    location: str = ""
    barcode: str = ""
    qty: int = 1


def put_back(
    scans: Sequence[PutBackScan], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Move goods from the packing location back to a shelf; each scan whole or not at all.

    Answer data: fulfilment, units, left (base units still to go back).
    Refusals: unknown_fulfilment, nothing_to_put_back, unknown_location, unknown_item,
    item_not_in_order, too_many, invalid_quantity, key_reused, and the ledger's own
    (insufficient_stock when the goods were promised to another order meanwhile).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    locked = lock_fulfilments([scan.fulfilment for scan in scans], scope=scope)
    replies = Replies(verb="PUT_BACK", commands=scans, who=actor)
    notes = {
        note.fulfilment_id: note
        for note in PutBack.objects.filter(fulfilment__in=set(locked.values()))
    }
    lines = list(PutBackLine.objects.filter(put_back__in=notes.values()).order_by("id"))
    items = items_by_code([scan.barcode for scan in scans], also={line.sku_id for line in lines})
    shelves = {
        (warehouse_id, place.code): place.id
        for warehouse_id in sorted({row.warehouse_id for row in locked.values()})
        for place in stock.locations_in(warehouse_id=warehouse_id)
    }
    taken: dict[int, int] = {}
    plans: dict[int, tuple[Fulfilment, int, list[Share]]] = {}
    for index, scan in replies.waiting():
        try:
            fulfilment, shelf, shares = _judge(scan, locked, notes, lines, items, shelves, taken)
        except FloorRefused as refused:
            replies.refuse(index, refused)
            continue
        plans[index] = (fulfilment, shelf, shares)
        for share in shares:
            taken[share.id] = taken.get(share.id, 0) + share.qty
    _move(scans, plans, notes, lines, replies, actor)
    _book(plans, notes, lines, replies, actor)
    return replies.keep()


def _judge(
    scan: PutBackScan,
    locked: dict[str, Fulfilment],
    notes: dict[int, PutBack],
    lines: list[PutBackLine],
    items: Items,
    shelves: dict[tuple[int, str], int],
    taken: dict[int, int],
) -> tuple[Fulfilment, int, list[Share]]:
    """The fulfilment, the shelf, and which lines of the note the scan fills.

    Raises:
        FloorRefused: with what is expected instead.
    """
    fulfilment = locked.get(scan.fulfilment)
    if fulfilment is None:
        raise FloorRefused("unknown_fulfilment", number=scan.fulfilment)
    note = notes.get(fulfilment.pk)
    if note is None or fulfilment.state != FulfilmentState.INTERCEPTING:
        raise FloorRefused("nothing_to_put_back", number=fulfilment.number)
    if not 1 <= scan.qty <= MOST_UNITS:
        raise FloorRefused("invalid_quantity")
    shelf_id = shelves.get((fulfilment.warehouse_id, fold(scan.location)))
    if shelf_id is None or shelf_id == note.location_id:
        raise FloorRefused("unknown_location", scanned=scan.location)
    item = items.find(scan.barcode)
    if item is None:
        raise FloorRefused("unknown_item", scanned=scan.barcode)
    rows = [line for line in lines if line.put_back_id == note.pk]
    wants = [
        Want(line.pk, note.location_id, line.sku_id, line.qty - line.returned)
        for line in rows
        if line.sku_id == item.sku_id
    ]
    if not wants:
        raise FloorRefused(
            "item_not_in_order",
            scanned=items.name(item.sku_id),
            number=fulfilment.number,
            expected=items.names(line.sku_id for line in rows if line.returned < line.qty),
        )
    units = scan.qty * item.qty
    shares = spread(qty=units, wants=wants, taken=taken)
    if shares is None:
        left = wanted(wants=wants, taken=taken)
        raise FloorRefused("too_many", scanned=items.name(item.sku_id), qty=units, left=left)
    return fulfilment, shelf_id, shares


def _move(
    scans: Sequence[PutBackScan],
    plans: dict[int, tuple[Fulfilment, int, list[Share]]],
    notes: dict[int, PutBack],
    lines: list[PutBackLine],
    replies: Replies[PutBackScan],
    actor: str,
) -> None:
    """Move free units in the ledger, one request per scan; drop the plans it refuses."""
    if not plans:
        return
    by_id = {line.pk: line for line in lines}
    requests = [
        inventory.MoveRequest(
            key=f"back:{scans[index].key}",
            document=fulfilment.number,
            warehouse_id=fulfilment.warehouse_id,
            lines=tuple(
                inventory.MoveLine(
                    sku_id=by_id[share.id].sku_id,
                    qty=share.qty,
                    from_location_id=notes[fulfilment.pk].location_id,
                    to_location_id=shelf,
                    lot_id=by_id[share.id].lot_id,
                )
                for share in shares
            ),
        )
        for index, (fulfilment, shelf, shares) in plans.items()
    ]
    for index, outcome in zip(list(plans), inventory.move(requests, actor=actor), strict=True):
        if outcome.refusal is not None:
            replies.refuse(index, outcome.refusal)
            del plans[index]


def _book(
    plans: dict[int, tuple[Fulfilment, int, list[Share]]],
    notes: dict[int, PutBack],
    lines: list[PutBackLine],
    replies: Replies[PutBackScan],
    actor: str,
) -> None:
    """Write down what went back, close what is complete, answer."""
    by_id = {line.pk: line for line in lines}
    changed = {share.id for _, _, shares in plans.values() for share in shares}
    for _, _, shares in plans.values():
        for share in shares:
            by_id[share.id].returned += share.qty
    PutBackLine.objects.bulk_update([by_id[pk] for pk in sorted(changed)], ["returned"])
    journal = Journal(actor)
    done = []
    for index, (fulfilment, _, shares) in plans.items():
        note = notes[fulfilment.pk]
        left = sum(line.qty - line.returned for line in lines if line.put_back_id == note.pk)
        if not left and fulfilment.state == FulfilmentState.INTERCEPTING:
            journal.walk(fulfilment, fulfilment.finish_interception)
            done.append(note.pk)
        replies.accept(
            index,
            fulfilment=fulfilment.number,
            units=sum(share.qty for share in shares),
            left=left,
        )
    PutBack.objects.filter(pk__in=done).update(done_at=database_clock())
    journal.write()
