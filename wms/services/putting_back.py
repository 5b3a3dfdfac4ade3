"""Bring the goods of stopped fulfilments back to the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from outbox.clock import database_clock
from wms.models import Fulfilment, FulfilmentState, PickedPiece, PutBack, PutBackLine
from wms.numbers import fold
from wms.refusals import FloorRefused
from wms.services.answers import Answer, Command, Replies
from wms.services.items import Items, items_by_code
from wms.services.journal import Journal
from wms.services.pieces import (
    Pieces,
    allot,
    end_pieces,
    must_be_of,
    named,
    open_pieces,
    pieces_scanned,
    read_scan,
)
from wms.services.requests import lock_fulfilments
from wms.tallies import Share, Want


@dataclass(frozen=True)
class PutBackScan(Command):
    """Goods of a stopped fulfilment were put on a shelf: location and goods were scanned.

    Goods with serial numbers are named piece by piece: in `serials`, or one as the `barcode`.
    """

    fulfilment: str = ""
    location: str = ""
    barcode: str = ""
    qty: int = 1
    serials: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Plan:
    """Bring these shares of a note, and these pieces, to a shelf."""

    fulfilment: Fulfilment
    shelf_id: int
    shares: list[Share]
    pieces: list[PickedPiece]
    # Carried to this shelf by hand before: nothing is left to move.
    there: frozenset[str]

    def to_move(self) -> list[Share]:
        """The shares without what lies on the shelf already."""
        shares = []
        for share in self.shares:
            serials = tuple(serial for serial in share.serials if serial not in self.there)
            qty = len(serials) if share.serials else share.qty
            shares.append(Share(share.id, qty, serials))
        return [share for share in shares if share.qty]


@dataclass(frozen=True)
class _Notes:
    """What a batch of scans is judged by."""

    by_fulfilment: dict[int, PutBack]
    lines: list[PutBackLine]
    items: Items
    pieces: Pieces
    # Taken for these fulfilments and not back yet.
    missing: list[PickedPiece]

    def lines_of(self, note: PutBack) -> list[PutBackLine]:
        """The lines of one note."""
        return [line for line in self.lines if line.put_back_id == note.pk]


def put_back(
    scans: Sequence[PutBackScan], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Move goods from the packing location back to a shelf; each scan whole or not at all.

    Answer data: fulfilment, units, left (base units still to go back), and the serials of goods
    that have them.
    Refusals: unknown_fulfilment, nothing_to_put_back, unknown_location, unknown_item,
    item_not_in_order, too_many, invalid_quantity, key_reused, scan_serial, not_by_serial,
    serial_is_one_piece, unknown_serial, scanned_already, piece_of_other, piece_elsewhere,
    other_lot, and the ledger's own (nothing_there when the goods were promised to another order
    meanwhile).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    locked = lock_fulfilments([scan.fulfilment for scan in scans], scope=scope)
    replies = Replies(verb="PUT_BACK", commands=scans, who=actor)
    notes = _notes(scans, {row.pk for row in locked.values()})
    shelves = {
        (warehouse_id, place.code): place.id
        for warehouse_id in sorted({row.warehouse_id for row in locked.values()})
        for place in stock.locations_in(warehouse_id=warehouse_id)
    }
    taken: dict[int, int] = {}
    plans: dict[int, _Plan] = {}
    for index, scan in replies.waiting():
        try:
            plans[index] = _judge(scan, locked, notes, shelves, taken)
        except FloorRefused as refused:
            replies.refuse(index, refused)
            continue
        for share in plans[index].shares:
            taken[share.id] = taken.get(share.id, 0) + share.qty
    _move(scans, plans, notes, replies, actor)
    _book(plans, notes, replies, actor)
    return replies.keep()


def _notes(scans: Sequence[PutBackScan], fulfilment_ids: set[int]) -> _Notes:
    found = list(PutBack.objects.filter(fulfilment__in=fulfilment_ids))
    lines = list(PutBackLine.objects.filter(put_back__in=found).order_by("id"))
    skus = {line.sku_id for line in lines}
    items = items_by_code([scan.barcode for scan in scans], also=skus)
    pieces = pieces_scanned(scans, items=items, wanted_skus=skus)
    numbered = any(items.by_serial(sku_id) for sku_id in skus)
    missing = open_pieces(fulfilment_ids) if numbered else []
    return _Notes({note.fulfilment_id: note for note in found}, lines, items, pieces, missing)


def _judge(
    scan: PutBackScan,
    locked: dict[str, Fulfilment],
    notes: _Notes,
    shelves: dict[tuple[int, str], int],
    taken: dict[int, int],
) -> _Plan:
    """The shelf, which lines of the note the scan fills, and with which pieces.

    Raises:
        FloorRefused: with what is expected instead.
    """
    fulfilment = locked.get(scan.fulfilment)
    if fulfilment is None:
        raise FloorRefused("unknown_fulfilment", number=scan.fulfilment)
    note = notes.by_fulfilment.get(fulfilment.pk)
    if note is None or fulfilment.state != FulfilmentState.INTERCEPTING:
        raise FloorRefused("nothing_to_put_back", number=fulfilment.number)
    shelf_id = shelves.get((fulfilment.warehouse_id, fold(scan.location)))
    if shelf_id is None or shelf_id == note.location_id:
        raise FloorRefused("unknown_location", scanned=scan.location)
    rows, items = notes.lines_of(note), notes.items
    skus = {line.sku_id for line in rows}
    goods = read_scan(scan, items=items, pieces=notes.pieces, wanted_skus=skus)
    wants = [
        Want(line.pk, note.location_id, line.sku_id, line.qty - line.returned, line.lot_id)
        for line in rows
        if line.sku_id == goods.sku_id
    ]
    if not wants:
        raise FloorRefused(
            "item_not_in_order",
            scanned=items.name(goods.sku_id),
            number=fulfilment.number,
            expected=items.names(line.sku_id for line in rows if line.returned < line.qty),
        )
    missing = [
        row.serial
        for row in notes.missing
        if (row.pick.task.line.fulfilment_id, row.sku_id) == (fulfilment.pk, goods.sku_id)
    ]
    pieces = must_be_of(goods, fulfilment, pieces=notes.pieces, missing=missing, or_at=[shelf_id])
    there = frozenset(piece.serial for piece in goods.pieces if piece.location_id == shelf_id)
    shares = allot(goods, wants=wants, taken=taken, items=items)
    notes.pieces.note(goods, fulfilment.number)
    return _Plan(fulfilment, shelf_id, shares, pieces, there)


def _move(
    scans: Sequence[PutBackScan],
    plans: dict[int, _Plan],
    notes: _Notes,
    replies: Replies[PutBackScan],
    actor: str,
) -> None:
    """Move free units in the ledger, one request per scan; drop the plans it refuses."""
    moving = {index: plan for index, plan in plans.items() if plan.to_move()}
    if not moving:
        return
    by_id = {line.pk: line for line in notes.lines}
    requests = [
        inventory.MoveRequest(
            key=f"back:{scans[index].key}",
            document=plan.fulfilment.number,
            warehouse_id=plan.fulfilment.warehouse_id,
            lines=tuple(
                inventory.MoveLine(
                    sku_id=by_id[share.id].sku_id,
                    qty=share.qty,
                    from_location_id=notes.by_fulfilment[plan.fulfilment.pk].location_id,
                    to_location_id=plan.shelf_id,
                    lot_id=by_id[share.id].lot_id,
                    serials=share.serials,
                )
                for share in plan.to_move()
            ),
        )
        for index, plan in moving.items()
    ]
    for index, outcome in zip(moving, inventory.move(requests, actor=actor), strict=True):
        if outcome.refusal is not None:
            replies.refuse(index, outcome.refusal)
            del plans[index]


def _book(
    plans: dict[int, _Plan],
    notes: _Notes,
    replies: Replies[PutBackScan],
    actor: str,
) -> None:
    """Write down what went back, close what is complete, answer."""
    by_id = {line.pk: line for line in notes.lines}
    changed = {share.id for plan in plans.values() for share in plan.shares}
    for plan in plans.values():
        for share in plan.shares:
            by_id[share.id].returned += share.qty
    end_pieces(piece for plan in plans.values() for piece in plan.pieces)
    PutBackLine.objects.bulk_update([by_id[pk] for pk in sorted(changed)], ["returned"])
    journal = Journal(actor)
    done = []
    for index, plan in plans.items():
        fulfilment = plan.fulfilment
        note = notes.by_fulfilment[fulfilment.pk]
        left = sum(line.qty - line.returned for line in notes.lines_of(note))
        if not left and fulfilment.state == FulfilmentState.INTERCEPTING:
            journal.walk(fulfilment, fulfilment.finish_interception)
            done.append(note.pk)
        replies.accept(
            index,
            fulfilment=fulfilment.number,
            units=sum(share.qty for share in plan.shares),
            left=left,
            **named(plan.shares),
        )
    PutBack.objects.filter(pk__in=done).update(done_at=database_clock())
    journal.write()
