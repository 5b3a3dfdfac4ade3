"""What stands on labels of places and goods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from inventory.models import Location, Lot, Sku, Stock
from inventory.selectors.places import cells_seen
from org.scope import Scope

MOST = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One label: the code that is scanned, a heading, and lines beneath it."""

    code: str
    heading: str
    name: str
    lines: tuple[str, ...]
    expires_on: date | None = None


def location_labels(
    *,
    scope: Scope,
    warehouse_id: int = 0,
    prefix: str = "",
    location_id: int | None = None,
    ids: Collection[int] | None = None,
) -> list[Label]:
    """Labels of active locations in walk order, at most a few hundred; or of these."""
    rows: QuerySet[Location] = scope.limit(
        Location.objects.select_related("warehouse", "zone"), "warehouse__unit"
    )
    if ids is not None:
        rows = rows.filter(id__in=ids)
    elif location_id is not None:
        rows = rows.filter(id=location_id)
    else:
        rows = rows.filter(warehouse_id=warehouse_id, is_active=True, code__startswith=prefix)
    return [
        Label(
            code=row.code,
            heading=row.code,
            name=row.warehouse.name,
            lines=tuple(
                text for text in (row.zone.code if row.zone else "", row.get_kind_display()) if text
            ),
        )
        for row in rows.order_by("sequence", "code")[:MOST]
    ]


def goods_labels(
    *,
    scope: Scope,
    cell_id: int | None = None,
    lot_id: int | None = None,
    location_id: int = 0,
) -> list[Label]:
    """One label for each cell with goods: barcode of the SKU, lot, dates, place."""
    rows = cells_seen(scope).prefetch_related("balance__sku__barcodes")
    if cell_id is not None:
        rows = rows.filter(id=cell_id)
    elif lot_id is not None:
        rows = rows.filter(lot_id=lot_id, on_hand__gt=0)
    else:
        rows = rows.filter(location_id=location_id, on_hand__gt=0)
    return [_goods_label(row) for row in rows.order_by("location__sequence", "id")[:MOST]]


def sku_labels(*, ids: Collection[int]) -> list[Label]:
    """One label for each of these SKUs, in the order of their codes: the barcode of one piece."""
    rows = Sku.objects.filter(id__in=ids).prefetch_related("barcodes").order_by("code")[:MOST]
    return [
        Label(
            code=_piece_code(sku), heading=sku.code, name=sku.name,
            lines=tuple(text for text in (sku.brand, sku.unit_name) if text),
        )
        for sku in rows
    ]  # fmt: skip


def lot_labels(*, scope: Scope, ids: Collection[int]) -> list[Label]:
    """One label for each of these lots that has stock in the scope: the code of the lot."""
    seen = cells_seen(scope).filter(lot_id__in=ids, on_hand__gt=0).values("lot_id")
    rows = Lot.objects.filter(id__in=seen).select_related("sku").order_by("sku__code", "code")
    return [
        Label(
            code=lot.code, heading=lot.code, name=lot.sku.name, lines=(lot.sku.code,),
            expires_on=lot.expires_on,
        )
        for lot in rows[:MOST]
    ]  # fmt: skip


def _piece_code(sku: Sku) -> str:
    """The code that a scan of one piece gives: its smallest pack's barcode, else its own."""
    pieces = sorted(sku.barcodes.all(), key=lambda code: (code.qty, code.pk))
    return pieces[0].code if pieces else sku.code


def _goods_label(row: Stock) -> Label:
    sku = row.balance.sku
    lines = [sku.code, row.location.code]
    if row.lot is not None:
        lines.append(row.lot.code)
    if row.balance.grade != "ZP":
        lines.append(str(row.balance.get_grade_display()))
    return Label(
        code=_piece_code(sku),
        heading=sku.code,
        name=sku.name,
        lines=tuple(lines[1:]),
        expires_on=row.lot.expires_on if row.lot else None,
    )
