"""What lies in the cells and what is held of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from inventory.models import HoldLine, Stock
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class CellView:
    """One cell: `unpinned` is not "available", bin-less claims want those units too."""

    id: int
    sku_id: int
    warehouse_id: int
    location_id: int
    location_code: str
    location_kind: str
    lot_id: int | None
    lot_code: str
    expires_on: date | None
    grade: str
    on_hand: int
    pinned: int
    unpinned: int
    blanket_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldUnits:
    """Open units of one document's claims, per SKU and warehouse."""

    document: str
    sku_id: int
    warehouse_id: int
    qty: int
    pinned: int


def cells(
    *,
    scope: Scope,
    sku_id: int | None = None,
    warehouse_id: int | None = None,
    location_id: int | None = None,
) -> list[CellView]:
    """Cells with goods, first expiry first within a SKU and warehouse."""
    rows = scope.limit(
        Stock.objects.select_related("balance", "location", "lot"), "balance__warehouse__unit"
    ).filter(on_hand__gt=0)
    if sku_id is not None:
        rows = rows.filter(balance__sku_id=sku_id)
    if warehouse_id is not None:
        rows = rows.filter(balance__warehouse_id=warehouse_id)
    if location_id is not None:
        rows = rows.filter(location_id=location_id)
    return [
        CellView(
            id=row.pk,
            sku_id=row.balance.sku_id,
            warehouse_id=row.balance.warehouse_id,
            location_id=row.location_id,
            location_code=row.location.code,
            location_kind=row.location.kind,
            lot_id=row.lot_id,
            lot_code=row.lot.code if row.lot else "",
            expires_on=row.lot.expires_on if row.lot else None,
            grade=row.balance.grade,
            on_hand=row.on_hand,
            pinned=row.pinned,
            unpinned=row.on_hand - row.pinned,
            blanket_id=row.blanket_id,
        )
        for row in rows.order_by(
            "balance__sku_id",
            "balance__warehouse_id",
            "lot__expires_on",
            "location__sequence",
            "id",
        )[:500]
    ]


def pinned_in(*, cell_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Per cell the units that documents' commitments have pinned there: {cell: {document: qty}}."""
    rows = (
        HoldLine.objects.filter(stock__in=cell_ids, open__gt=0, hold__role="COMMITMENT")
        .values_list("stock_id", "hold__document")
        .annotate(qty=Sum("open"))
        .order_by("stock_id", "hold__document")
    )
    found: dict[int, dict[str, int]] = {}
    for cell, document, qty in rows:
        found.setdefault(cell, {})[document] = qty
    return found


def held_units(*, documents: Iterable[str]) -> list[HeldUnits]:
    """Open units of these documents' claims."""
    rows = (
        HoldLine.objects.filter(hold__document__in=set(documents), open__gt=0)
        .values_list("hold__document", "balance__sku_id", "balance__warehouse_id")
        .annotate(qty=Sum("open"), pinned=Sum("open", filter=Q(stock__isnull=False), default=0))
        .order_by("hold__document", "balance__sku_id", "balance__warehouse_id")
    )
    return [
        HeldUnits(document=document, sku_id=sku, warehouse_id=warehouse, qty=qty, pinned=pinned)
        for document, sku, warehouse, qty, pinned in rows
    ]
