"""The pack bench: check every piece by scan, close the parcel, get a waybill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from org.scope import Scope
from outbox import services as outbox
from wms.models import (
    Carrier,
    Check,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    Parcel,
    ParcelLine,
    PickedPiece,
)
from wms.refusals import FloorRefused
from wms.services.answers import MOST_UNITS, Answer, Command, Replies
from wms.services.carriers import take_waybills
from wms.services.items import Items, items_by_code
from wms.services.journal import Journal, complete_lists
from wms.services.pieces import (
    Goods,
    Pieces,
    must_be_of,
    named,
    open_pieces,
    pieces_scanned,
    read_scan,
)
from wms.services.requests import lock_fulfilments
from wms.tallies import Share, Want, spread, wanted

S = FulfilmentState


@dataclass(frozen=True)
class CheckScan(Command):
    """Goods were scanned at the bench: `qty` codes, each worth what the barcode packs.

    `fulfilment` is the number or the document. Goods with serial numbers are named piece by
    piece: in `serials`, or one as the `barcode`.
    """

    fulfilment: str = ""
    barcode: str = ""
    qty: int = 1
    serials: tuple[str, ...] = ()


@dataclass(frozen=True)
class ParcelClosing(Command):
    """Close the box. Without `carrier` the asker's wish counts, else the first carrier in use."""

    fulfilment: str = ""
    carrier: str = ""
    weight_g: int | None = None


def confirm_checks(
    checks: Sequence[CheckScan], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Count scanned goods against what was picked; each scan whole or not at all.

    Answer data: fulfilment, units, left (base units still to check), checked (all done), and the
    serials of goods that have them.
    Refusals: unknown_fulfilment, not_picked_yet, already_checked, already_packed,
    already_shipped, stopped, unknown_item, item_not_in_order, too_many, invalid_quantity,
    key_reused, scan_serial, not_by_serial, serial_is_one_piece, unknown_serial, scanned_already,
    piece_of_other, piece_elsewhere.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    locked = lock_fulfilments([check.fulfilment for check in checks], scope=scope)
    replies = Replies(verb="CHECK", commands=checks, who=actor)
    lines = _lines_of(locked)
    bench = _look_over(checks, lines)
    taken: dict[int, int] = {}
    made: list[Check] = []
    counted: dict[int, tuple[Fulfilment, Share]] = {}
    boxed: list[PickedPiece] = []
    by_id = {line.pk: line for rows in lines.values() for line in rows}
    for index, check in replies.waiting():
        try:
            fulfilment, share, rows = _judge(check, locked, lines, bench, taken)
        except FloorRefused as refused:
            replies.refuse(index, refused)
            continue
        taken[share.id] = taken.get(share.id, 0) + share.qty
        counted[index] = (fulfilment, share)
        made.append(Check(line=by_id[share.id], key=check.key, qty=share.qty, who=actor))
        for row in rows:
            row.seen = made[-1]
        boxed += rows
    for line_id, qty in taken.items():
        by_id[line_id].checked += qty
    FulfilmentLine.objects.bulk_update([by_id[pk] for pk in taken], ["checked"])
    Check.objects.bulk_create(made)
    PickedPiece.objects.bulk_update(boxed, ["seen"])
    _pass(counted, lines, replies, actor)
    return replies.keep()


@dataclass(frozen=True)
class _Bench:
    """What a batch of scans is judged by, besides the lines."""

    items: Items
    pieces: Pieces
    # Taken for these fulfilments and not in the box yet, by line.
    unseen: Mapping[int, list[PickedPiece]]


def _look_over(checks: Sequence[CheckScan], lines: dict[int, list[FulfilmentLine]]) -> _Bench:
    skus = {line.sku_id for rows in lines.values() for line in rows}
    items = items_by_code([check.barcode for check in checks], also=skus)
    pieces = pieces_scanned(checks, items=items, wanted_skus=skus)
    unseen: dict[int, list[PickedPiece]] = {}
    if any(items.by_serial(sku_id) for sku_id in skus):
        for row in open_pieces(list(lines)):
            if row.seen_id is None:
                unseen.setdefault(row.pick.task.line_id, []).append(row)
    return _Bench(items, pieces, unseen)


def _lines_of(locked: dict[str, Fulfilment]) -> dict[int, list[FulfilmentLine]]:
    lines: dict[int, list[FulfilmentLine]] = {row.pk: [] for row in locked.values()}
    for line in FulfilmentLine.objects.filter(fulfilment_id__in=list(lines)).order_by("id"):
        lines[line.fulfilment_id].append(line)
    return lines


def _judge(
    check: CheckScan,
    locked: dict[str, Fulfilment],
    lines: dict[int, list[FulfilmentLine]],
    bench: _Bench,
    taken: dict[int, int],
) -> tuple[Fulfilment, Share, list[PickedPiece]]:
    """Which line a scan counts for, and which pieces it puts into the box.

    Raises:
        FloorRefused: with what is expected instead.
    """
    fulfilment = locked.get(check.fulfilment)
    if fulfilment is None:
        raise FloorRefused("unknown_fulfilment", number=check.fulfilment)
    if fulfilment.state == S.CHECKED:
        raise FloorRefused("already_checked", number=fulfilment.number)
    if fulfilment.state != S.PICKED:
        raise wrong_state(fulfilment)
    rows, items = lines[fulfilment.pk], bench.items
    skus = {row.sku_id for row in rows}
    goods = read_scan(check, items=items, pieces=bench.pieces, wanted_skus=skus)
    line = next((row for row in rows if row.sku_id == goods.sku_id), None)
    if line is None:
        open_rows = [row.sku_id for row in rows if row.checked + taken.get(row.pk, 0) < row.qty]
        raise FloorRefused(
            "item_not_in_order",
            scanned=items.name(goods.sku_id),
            number=fulfilment.number,
            expected=items.names(open_rows),
        )
    boxed = _unboxed(goods, fulfilment, line, bench)
    left = line.picked - line.checked
    # Its pieces are known by name: of which lot they are does not matter any more.
    wants = [Want(line.pk, 0, line.sku_id, left)]
    shares = spread(qty=goods.units, wants=wants, taken=taken)
    if shares is None:
        raise FloorRefused(
            "too_many", scanned=items.name(goods.sku_id), qty=goods.units,
            left=wanted(wants=wants, taken=taken),
        )  # fmt: skip
    bench.pieces.note(goods, fulfilment.number)
    serials = tuple(row.serial for row in boxed)
    return fulfilment, replace(shares[0], serials=serials), boxed


def _unboxed(
    goods: Goods, fulfilment: Fulfilment, line: FulfilmentLine, bench: _Bench
) -> list[PickedPiece]:
    """The scanned pieces, none of them in a box yet.

    Raises:
        FloorRefused: scanned_already, piece_of_other, piece_elsewhere.
    """
    missing = [row.serial for row in bench.unseen.get(line.pk, [])]
    rows = must_be_of(goods, fulfilment, pieces=bench.pieces, missing=missing)
    for row in rows:
        if row.seen_id is not None:
            raise FloorRefused("scanned_already", scanned=row.serial, number=fulfilment.number)
    return rows


def wrong_state(fulfilment: Fulfilment) -> FloorRefused:
    """Why the bench cannot work on this fulfilment now."""
    state = S(fulfilment.state)
    if state in (S.INTERCEPTING, S.INTERCEPTED, S.CANCELLED):
        return FloorRefused("stopped", number=fulfilment.number)
    if state == S.PACKED:
        return FloorRefused("already_packed", number=fulfilment.number)
    if state == S.SHIPPED:
        return FloorRefused("already_shipped", number=fulfilment.number)
    return FloorRefused("not_picked_yet", number=fulfilment.number, state=str(state.label))


def _pass(
    counted: dict[int, tuple[Fulfilment, Share]],
    lines: dict[int, list[FulfilmentLine]],
    replies: Replies[CheckScan],
    actor: str,
) -> None:
    """Pass what is fully checked, and answer."""
    journal = Journal(actor)
    for index, (fulfilment, share) in counted.items():
        left = sum(line.qty - line.checked for line in lines[fulfilment.pk])
        if not left and fulfilment.state == S.PICKED:
            journal.walk(fulfilment, fulfilment.pass_check)
        replies.accept(
            index, fulfilment=fulfilment.number, units=share.qty, left=left, checked=not left,
            **named([share]),
        )  # fmt: skip
    journal.write()


def close_parcels(
    closings: Sequence[ParcelClosing], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Close the boxes of checked fulfilments; each gets the next waybill of its carrier.

    Answer data: parcel, waybill, carrier (code), carrier_name, fulfilment, document.
    Refusals: unknown_fulfilment, not_picked_yet, not_checked_yet, already_packed,
    already_shipped, stopped, unknown_carrier, no_carrier, waybills_exhausted, invalid_weight,
    key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    locked = lock_fulfilments([closing.fulfilment for closing in closings], scope=scope)
    replies = Replies(verb="PARCEL", commands=closings, who=actor)
    lines = _lines_of(locked)
    carriers = list(Carrier.objects.filter(is_active=True).order_by("id"))
    ready: dict[int, tuple[Fulfilment, Carrier]] = {}
    for index, closing in replies.waiting():
        try:
            fulfilment = _closable(closing, locked, lines)
            if any(other.pk == fulfilment.pk for other, _ in ready.values()):
                raise FloorRefused("already_packed", number=fulfilment.number)
            ready[index] = (fulfilment, _carrier(closing, fulfilment, carriers))
        except FloorRefused as refused:
            replies.refuse(index, refused)
    _close(ready, closings, lines, replies, actor)
    return replies.keep()


def _closable(
    closing: ParcelClosing,
    locked: dict[str, Fulfilment],
    lines: dict[int, list[FulfilmentLine]],
) -> Fulfilment:
    fulfilment = locked.get(closing.fulfilment)
    if fulfilment is None:
        raise FloorRefused("unknown_fulfilment", number=closing.fulfilment)
    if fulfilment.state == S.PICKED:
        left = sum(line.qty - line.checked for line in lines[fulfilment.pk])
        raise FloorRefused("not_checked_yet", number=fulfilment.number, left=left)
    if fulfilment.state != S.CHECKED:
        raise wrong_state(fulfilment)
    if closing.weight_g is not None and not 1 <= closing.weight_g <= MOST_UNITS:
        raise FloorRefused("invalid_weight")
    return fulfilment


def _carrier(closing: ParcelClosing, fulfilment: Fulfilment, carriers: list[Carrier]) -> Carrier:
    code = closing.carrier or fulfilment.carrier_code
    if not code:
        if not carriers:
            raise FloorRefused("no_carrier")
        return carriers[0]
    found = next((carrier for carrier in carriers if carrier.code == code), None)
    if found is None:
        raise FloorRefused("unknown_carrier", carrier=code)
    return found


def _close(
    ready: dict[int, tuple[Fulfilment, Carrier]],
    closings: Sequence[ParcelClosing],
    lines: dict[int, list[FulfilmentLine]],
    replies: Replies[ParcelClosing],
    actor: str,
) -> None:
    """Take the waybills, write the parcels, answer."""
    if not ready:
        return
    numbers = take_waybills(Counter(carrier.pk for _, carrier in ready.values()))
    journal = Journal(actor)
    boxes: dict[int, Parcel] = {}
    for index, (fulfilment, carrier) in ready.items():
        if not numbers[carrier.pk]:
            replies.refuse(index, FloorRefused("waybills_exhausted", carrier=carrier.name))
            continue
        boxes[index] = Parcel(
            fulfilment=fulfilment,
            carrier=carrier,
            waybill=numbers[carrier.pk].pop(0),
            weight_g=closings[index].weight_g,
            packed_by=actor,
        )
        journal.walk(fulfilment, fulfilment.pack)
    Parcel.objects.bulk_create(boxes.values())
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, line=line, qty=line.checked)
        for parcel in boxes.values()
        for line in lines[parcel.fulfilment_id]
    )
    journal.write()
    packed = [parcel.fulfilment for parcel in boxes.values()]
    complete_lists(fulfilment_ids=[row.pk for row in packed], journal=journal)
    outbox.tell(topic="fulfilment.changed", keys=[row.document for row in packed])
    for index, parcel in boxes.items():
        replies.accept(
            index,
            parcel=parcel.number,
            waybill=parcel.waybill,
            carrier=parcel.carrier.code,
            carrier_name=parcel.carrier.name,
            fulfilment=parcel.fulfilment.number,
            document=parcel.fulfilment.document,
        )
