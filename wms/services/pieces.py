"""Pieces with serial numbers: what a scan holds, and for whom each piece was taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from inventory import selectors as stock
from org.scope import Scope
from outbox.clock import database_clock
from wms.models import Fulfilment, Pick, PickedPiece
from wms.numbers import fold
from wms.refusals import FloorRefused
from wms.services.answers import MOST_UNITS
from wms.services.items import Item, Items
from wms.tallies import Share, Want, spread, spread_pieces, wanted

# So many SKUs may share one serial number before some of them stay unfound.
MOST_NAMESAKES = 100


class GoodsScan(Protocol):
    """A command that says which goods: by barcode and quantity, or by the pieces' numbers."""

    @property
    def barcode(self) -> str: ...

    @property
    def qty(self) -> int: ...

    @property
    def serials(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Goods:
    """What one scan holds; `pieces` of goods with serial numbers, as many as `units`."""

    sku_id: int
    units: int
    scanned: str
    pieces: tuple[stock.PieceView, ...] = ()


class Pieces:
    """The pieces behind the numbers of a batch, and who has them.

    Built after the rows are locked, so that what an earlier scan took is seen.
    """

    def __init__(self, found: Iterable[stock.PieceView], held: Iterable[PickedPiece]) -> None:
        self._by_serial: dict[str, list[stock.PieceView]] = {}
        for piece in found:
            self._by_serial.setdefault(piece.serial, []).append(piece)
        self._held = {(row.sku_id, row.serial): row for row in held}
        # By piece: what an earlier scan of this batch took it for.
        self._scanned: dict[int, str] = {}

    def find(self, code: str, skus: Collection[int]) -> stock.PieceView | None:
        """The piece with this number, of these SKUs if there is one."""
        stripped = code.strip()
        named = [*self._by_serial.get(stripped, []), *self._by_serial.get(fold(code), [])]
        wanted_first = sorted(named, key=lambda piece: piece.sku_id not in skus)
        return wanted_first[0] if wanted_first else None

    def held(self, sku_id: int, serial: str) -> PickedPiece | None:
        """For whom the piece was taken and not given up since."""
        return self._held.get((sku_id, serial))

    def must_be_new(self, piece: stock.PieceView) -> None:
        """Raises FloorRefused: scanned_already, when an earlier scan of this batch has it."""
        number = self._scanned.get(piece.id)
        if number is not None:
            raise FloorRefused("scanned_already", scanned=piece.serial, number=number)

    def note(self, goods: Goods, number: str) -> None:
        """Remember that this batch has scanned them for `number`."""
        for piece in goods.pieces:
            self._scanned[piece.id] = number


def pieces_scanned(
    scans: Sequence[GoodsScan], *, items: Items, wanted_skus: Iterable[int]
) -> Pieces:
    """Look up every number of a batch: two statements, none when no such goods are wanted."""
    if not any(items.by_serial(sku_id) for sku_id in wanted_skus):
        return Pieces([], [])
    codes = [code for scan in scans for code in (scan.barcode, *scan.serials)]
    forms = sorted({form for code in codes for form in (code.strip(), fold(code)) if form})
    found = stock.pieces(scope=Scope.everything(), serials=forms, limit=MOST_NAMESAKES * len(forms))
    held = PickedPiece.objects.filter(ended_at__isnull=True, serial__in=forms)
    return Pieces(found, held.select_related("pick__task__pick_list", "pick__task__line"))


def read_scan(scan: GoodsScan, *, items: Items, pieces: Pieces, wanted_skus: set[int]) -> Goods:
    """What was scanned; a number read as a barcode counts as that piece.

    Raises:
        FloorRefused: invalid_quantity, unknown_item, unknown_serial, scan_serial, not_by_serial,
            serial_is_one_piece.
    """
    if not 1 <= scan.qty <= MOST_UNITS:
        raise FloorRefused("invalid_quantity")
    item = items.find(scan.barcode)
    if scan.serials:
        return _named(scan, scan.serials, item, items, pieces, wanted_skus)
    plain = item is not None and not items.by_serial(item.sku_id) and item.sku_id in wanted_skus
    if not plain and pieces.find(scan.barcode, wanted_skus) is not None:
        return _named(scan, (scan.barcode,), None, items, pieces, wanted_skus)
    if item is None:
        numbered = wanted_skus and all(items.by_serial(sku_id) for sku_id in wanted_skus)
        raise FloorRefused("unknown_serial" if numbered else "unknown_item", scanned=scan.barcode)
    if items.by_serial(item.sku_id) and item.sku_id in wanted_skus:
        raise FloorRefused("scan_serial", goods=items.name(item.sku_id))
    return Goods(item.sku_id, scan.qty * item.qty, scan.barcode)


def _named(
    scan: GoodsScan,
    serials: Sequence[str],
    item: Item | None,
    items: Items,
    pieces: Pieces,
    wanted_skus: set[int],
) -> Goods:
    """The pieces with these numbers, all of one SKU: the barcode's, when one was scanned too."""
    if item is not None and not items.by_serial(item.sku_id):
        raise FloorRefused("not_by_serial", goods=items.name(item.sku_id))
    if scan.qty not in (1, len(serials)):
        raise FloorRefused("serial_is_one_piece")
    skus = {item.sku_id} if item is not None else wanted_skus
    found: list[stock.PieceView] = []
    for serial in serials:
        piece = pieces.find(serial, {found[0].sku_id} if found else skus)
        if piece is None or (found and piece.sku_id != found[0].sku_id):
            raise FloorRefused("unknown_serial", scanned=serial)
        if piece in found:
            raise FloorRefused("serial_is_one_piece")
        found.append(piece)
    if item is not None and found[0].sku_id != item.sku_id:
        raise FloorRefused("unknown_serial", scanned=serials[0])
    return Goods(found[0].sku_id, len(found), ", ".join(serials), tuple(found))


def allot(
    goods: Goods, *, wants: Sequence[Want], taken: dict[int, int], items: Items
) -> list[Share]:
    """Which wants a scan fills.

    Raises:
        FloorRefused: too_many; other_lot.
    """
    if not goods.pieces:
        shares = spread(qty=goods.units, wants=wants, taken=taken)
    else:
        lots = {want.lot_id for want in wants}
        for piece in goods.pieces:
            if piece.lot_id not in lots:
                raise FloorRefused("other_lot", scanned=piece.serial)
        named = [(piece.serial, piece.lot_id) for piece in goods.pieces]
        shares = spread_pieces(pieces=named, wants=wants, taken=taken)
    if shares is None:
        left = wanted(wants=wants, taken=taken)
        raise FloorRefused("too_many", scanned=items.name(goods.sku_id), qty=goods.units, left=left)
    return shares


def must_lie(piece: stock.PieceView, *location_ids: int) -> None:
    """Raises FloorRefused: piece_elsewhere, when the ledger has the piece in none of these."""
    if piece.location_id not in location_ids:
        there = f"{piece.warehouse_code} {piece.location_code}".strip()
        raise FloorRefused(
            "piece_elsewhere", scanned=piece.serial, there=there or _("a place outside the house")
        )


def must_be_of(
    goods: Goods,
    fulfilment: Fulfilment,
    *,
    pieces: Pieces,
    missing: Iterable[str],
    or_at: Sequence[int] = (),
) -> list[PickedPiece]:
    """The pieces as they were taken for this fulfilment, each lying where it was brought.

    `missing` are the numbers that are still wanted, for the sentence; `or_at` are other locations
    where a piece may lie.

    Raises:
        FloorRefused: scanned_already, piece_of_other, piece_elsewhere.
    """
    found = []
    for piece in goods.pieces:
        pieces.must_be_new(piece)
        row = pieces.held(piece.sku_id, piece.serial)
        if row is None or row.pick.task.line.fulfilment_id != fulfilment.pk:
            raise FloorRefused(
                "piece_of_other", scanned=piece.serial, number=fulfilment.number,
                expected=" / ".join(missing),
            )  # fmt: skip
        must_lie(piece, row.pick.task.pick_list.bench_id, *or_at)
        found.append(row)
    return found


def open_pieces(fulfilment_ids: Collection[int]) -> list[PickedPiece]:
    """What was taken for these and neither left nor went back, by number; one statement."""
    rows = PickedPiece.objects.filter(
        pick__task__line__fulfilment_id__in=fulfilment_ids, ended_at__isnull=True
    )
    return list(rows.select_related("pick__task__line").order_by("sku_id", "serial"))


def named(shares: Iterable[Share]) -> dict[str, list[str]]:
    """The numbers of a scan for its answer; empty for goods without numbers."""
    serials = [serial for share in shares for serial in share.serials]
    return {"serials": serials} if serials else {}


def take_pieces(taken: Sequence[tuple[Pick, int, Sequence[str]]], *, pieces: Pieces) -> None:
    """Write down which pieces of a SKU each pick took; what a stopped order left changes over.

    Raises:
        IntegrityError: somebody else took one at the same moment.
    """
    rows = [
        PickedPiece(pick=pick, sku_id=sku_id, serial=serial)
        for pick, sku_id, serials in taken
        for serial in serials
    ]
    former = [held for row in rows if (held := pieces.held(row.sku_id, row.serial))]
    end_pieces(former)
    PickedPiece.objects.bulk_create(rows)


def end_pieces(rows: Iterable[PickedPiece]) -> None:
    """They serve their line no longer: gone with the parcel, back on the shelf, taken over."""
    ids = [row.pk for row in rows]
    if ids:
        PickedPiece.objects.filter(pk__in=ids).update(ended_at=database_clock())
