"""Closed boxes, what left for a document, and what goes back to the shelf."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from inventory import selectors as stock
from org.scope import Scope
from wms.models import (
    Carrier,
    Parcel,
    ParcelLine,
    PickedPiece,
    PutBack,
)
from wms.numbers import PARCEL, id_of


@dataclass(frozen=True)
class ShipmentView:
    """What left (or is packed to leave) for a document; `lines` are (sku_id, base units)."""

    document: str
    parcel: str
    waybill: str
    carrier_code: str
    carrier_name: str
    # What each platform calls the carrier.
    carrier_codes: Mapping[str, Any]
    shipped_at: datetime | None
    lines: tuple[tuple[int, int], ...]
    # (sku_id, serial number) of the pieces that have one.
    pieces: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class ParcelView:
    """A closed box that waits for the truck, or has left."""

    number: str
    waybill: str
    carrier_code: str
    carrier_name: str
    fulfilment: str
    document: str
    weight_g: int | None
    packed_at: datetime
    shipped_at: datetime | None


@dataclass(frozen=True)
class PutBackView:
    """Goods of a stopped fulfilment that lie at a packing location."""

    fulfilment: str
    document: str
    location: str
    asked_at: datetime
    # (SKU code and name, barcode or code to scan, lot, base units left)
    lines: tuple[tuple[str, str, str, int], ...]
    # (SKU code, serial number) of the pieces that are not back yet.
    pieces: tuple[tuple[str, str], ...] = ()


def parcels(
    *,
    scope: Scope,
    warehouse_id: int | None = None,
    waiting: bool = True,
    carrier: str = "",
    limit: int = 200,
) -> list[ParcelView]:
    """Closed boxes that wait for the truck, oldest first; or the latest that left."""
    rows = Parcel.objects.filter(voided_at__isnull=True, shipped_at__isnull=waiting)
    rows = scope.limit(rows, "fulfilment__warehouse__unit").select_related("carrier", "fulfilment")
    if warehouse_id is not None:
        rows = rows.filter(fulfilment__warehouse_id=warehouse_id)
    if carrier:
        rows = rows.filter(carrier__code=carrier)
    return [view_of(row) for row in rows.order_by("id" if waiting else "-shipped_at")[:limit]]


def parcels_named(*, code: str, scope: Scope) -> list[ParcelView]:
    """Boxes by their number or waybill, also those that have left; two carriers may share one."""
    named = Q(waybill=code)
    if number := id_of(code, PARCEL):
        named |= Q(pk=number)
    rows = scope.limit(Parcel.objects.filter(named), "fulfilment__warehouse__unit")
    rows = rows.filter(voided_at__isnull=True).select_related("carrier", "fulfilment")
    return [view_of(row) for row in rows.order_by("id")[:10]]


def view_of(row: Parcel) -> ParcelView:
    """A parcel with its carrier and fulfilment loaded."""
    return ParcelView(
        number=row.number,
        waybill=row.waybill,
        carrier_code=row.carrier.code,
        carrier_name=row.carrier.name,
        fulfilment=row.fulfilment.number,
        document=row.fulfilment.document,
        weight_g=row.weight_g,
        packed_at=row.packed_at,
        shipped_at=row.shipped_at,
    )


def lines_in(number: str) -> list[tuple[int, int]]:
    """What lies in one box: (sku_id, base units)."""
    rows = ParcelLine.objects.filter(parcel=id_of(number, PARCEL) or 0)
    return list(rows.order_by("line__sku_id").values_list("line__sku_id", "qty"))


def put_backs(
    *, scope: Scope, warehouse_id: int | None = None, limit: int = 100
) -> list[PutBackView]:
    """Open put-back notes, oldest first."""
    rows = scope.limit(PutBack.objects.filter(done_at__isnull=True), "fulfilment__warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(fulfilment__warehouse_id=warehouse_id)
    notes = list(rows.select_related("fulfilment").prefetch_related("lines").order_by("id")[:limit])
    lines = [line for note in notes for line in note.lines.all()]
    skus = stock.skus({line.sku_id for line in lines})
    lots = stock.lots({line.lot_id for line in lines if line.lot_id})
    places = stock.locations({note.location_id for note in notes})
    pieces = _pieces(
        PickedPiece.objects.filter(ended_at__isnull=True), {note.fulfilment_id for note in notes}
    )
    return [
        PutBackView(
            fulfilment=note.fulfilment.number,
            document=note.fulfilment.document,
            location=places[note.location_id].code,
            asked_at=note.asked_at,
            lines=tuple(
                (
                    f"{skus[line.sku_id].code} {skus[line.sku_id].name}",
                    skus[line.sku_id].code,
                    lots[line.lot_id].code if line.lot_id else "",
                    line.qty - line.returned,
                )
                for line in sorted(note.lines.all(), key=lambda line: line.pk)
                if line.qty > line.returned
            ),
            pieces=tuple(
                (skus[sku_id].code, serial)
                for sku_id, serial in pieces.get(note.fulfilment_id, ())
                if sku_id in skus
            ),
        )
        for note in notes
    ]


def _pieces(
    rows: QuerySet[PickedPiece], fulfilment_ids: Collection[int]
) -> dict[int, list[tuple[int, str]]]:
    """(SKU id, serial number) by fulfilment, in that order; one statement."""
    found: dict[int, list[tuple[int, str]]] = {}
    owner = "pick__task__line__fulfilment_id"
    rows = rows.filter(**{f"{owner}__in": list(fulfilment_ids)}).order_by("sku_id", "serial")
    for fulfilment_id, sku_id, serial in rows.values_list(owner, "sku_id", "serial"):
        found.setdefault(fulfilment_id, []).append((sku_id, serial))
    return found


@dataclass(frozen=True)
class CarrierView:
    """A carrier in use and how many waybill numbers it has left."""

    code: str
    name: str
    waybills_left: int


def carriers() -> list[CarrierView]:
    """Carriers in use, in the order the pack bench prefers them."""
    rows = Carrier.objects.filter(is_active=True).annotate(
        left=Sum(F("ranges__last") - F("ranges__next") + 1, default=0)
    )
    return [
        CarrierView(code=row.code, name=row.name, waybills_left=row.left)
        for row in rows.order_by("id")
    ]


def shipments(documents: Iterable[str]) -> dict[str, ShipmentView]:
    """What left for each document; documents without a closed box are missing.

    Of several boxes (a warehouse run by others may report them) all contents together, and the
    first one's number and waybill.
    """
    rows = list(
        Parcel.objects.filter(fulfilment__document__in=set(documents), voided_at__isnull=True)
        .select_related("carrier", "fulfilment")
        .order_by("id")
    )
    contents: dict[int, dict[int, int]] = {row.fulfilment_id: {} for row in rows}
    for owner, sku_id, qty in ParcelLine.objects.filter(parcel__in=rows).values_list(
        "parcel__fulfilment_id", "line__sku_id", "qty"
    ):
        contents[owner][sku_id] = contents[owner].get(sku_id, 0) + qty
    # A box that was not opened again holds what was seen at the bench, gone or not.
    boxed = PickedPiece.objects.filter(seen__isnull=False)
    pieces = _pieces(boxed, {row.fulfilment_id for row in rows})
    return {
        row.fulfilment.document: ShipmentView(
            document=row.fulfilment.document,
            parcel=row.number,
            waybill=row.waybill,
            carrier_code=row.carrier.code,
            carrier_name=row.carrier.name,
            carrier_codes=row.carrier.platform_codes,
            shipped_at=row.shipped_at,
            lines=tuple(sorted(contents[row.fulfilment_id].items())),
            pieces=tuple(pieces.get(row.fulfilment_id, ())),
        )
        # The first box of a document is the one that is kept.
        for row in reversed(rows)
    }
