"""What stands on labels of places and goods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from inventory.models import Location, Stock
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
) -> list[Label]:
    """Labels of active locations in walk order, at most a few hundred."""
    rows: QuerySet[Location] = scope.limit(
        Location.objects.select_related("warehouse", "zone"), "warehouse__unit"
    )
    if location_id is not None:
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


def _goods_label(row: Stock) -> Label:
    sku = row.balance.sku
    pieces = sorted((code for code in sku.barcodes.all()), key=lambda code: (code.qty, code.pk))
    lines = [sku.code, row.location.code]
    if row.lot is not None:
        lines.append(row.lot.code)
    if row.balance.grade != "ZP":
        lines.append(str(row.balance.get_grade_display()))
    return Label(
        code=pieces[0].code if pieces else sku.code,
        heading=sku.code,
        name=sku.name,
        lines=tuple(lines[1:]),
        expires_on=row.lot.expires_on if row.lot else None,
    )
