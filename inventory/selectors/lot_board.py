"""Lots: one with everything that lies of it, and the list by expiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from inventory.models import Lot, Stock
from inventory.selectors.places import PlacedGoods, cells_seen, placed
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class LotPage:
    """One lot and where it lies inside the reader's scope."""

    id: int
    code: str
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    produced_on: date | None
    expires_on: date | None
    shelf_life_days: int | None
    supplier: str
    origin: str
    cells: list[PlacedGoods]
    units: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LotRow:
    """A lot in the list: how much of it lies in the reader's warehouses."""

    id: int
    code: str
    sku_id: int
    sku_code: str
    sku_name: str
    produced_on: date | None
    expires_on: date | None
    supplier: str
    customs_label: str
    units: int
    held: int
    cells: int


@dataclass(frozen=True)
class LotNarrowing:
    """`words` in lot or SKU; `shelf`: "expired", "near" (within `near_days`), "" for all."""

    words: str = ""
    shelf: str = ""
    near_days: int = 30


def lot_page(*, lot_id: int, scope: Scope) -> LotPage | None:
    """One lot with its cells in the scope; None when nothing of it ever lay there."""
    lot = Lot.objects.select_related("sku").filter(id=lot_id).first()
    mine = cells_seen(scope).filter(lot_id=lot_id)
    if lot is None or not (scope.is_everything or mine.exists()):
        return None
    cells = placed(mine.filter(on_hand__gt=0))
    return LotPage(
        id=lot.pk,
        code=lot.code,
        sku_id=lot.sku_id,
        sku_code=lot.sku.code,
        sku_name=lot.sku.name,
        unit_name=lot.sku.unit_name,
        produced_on=lot.produced_on,
        expires_on=lot.expires_on,
        shelf_life_days=lot.sku.shelf_life_days,
        supplier=lot.supplier,
        origin=lot.origin,
        cells=cells,
        units=sum(row.on_hand for row in cells),
        held=sum(row.pinned for row in cells),
    )


def lot_rows(
    *, scope: Scope, narrowing: LotNarrowing, today: date, after: str = "", limit: int = 100
) -> list[LotRow]:
    """Lots with stock in the scope, first expiry first; `after` is "date id" of the last one.

    Lots without a date come last. One statement.
    """
    rows = _lots_with_stock(scope, narrowing, today)
    day, _, number = after.partition(" ")
    if number.isdecimal():
        rows = rows.filter(
            Q(expires_on__gt=day) | Q(expires_on=day, id__gt=number) | Q(expires_on__isnull=True)
            if day != "-"
            else Q(expires_on__isnull=True, id__gt=number)
        )
    found = _summed(rows).order_by(F("expires_on").asc(nulls_last=True), "id")
    return _lot_views(found[:limit])


# Orders of the list: newest, first expiry first.
SORTS = {
    "lot": By(),
    "expires": By("expires_on", nullable=True, kind="day"),
    "produced": By("produced_on", nullable=True, kind="day"),
}


def lots_of(scope: Scope, narrowing: LotNarrowing, today: date) -> QuerySet[Lot]:
    """The lots of a filter, each once, unordered."""
    cells = scope.limit(
        Stock.objects.filter(lot=OuterRef("pk"), on_hand__gt=0), "balance__warehouse__unit"
    )
    return _worded(Lot.objects.filter(Exists(cells)), narrowing, today)


def lots_sorted(
    *, scope: Scope, narrowing: LotNarrowing, today: date, sort: str, cursor: str, limit: int
) -> Part[LotRow]:
    """One page of lots with stock in the scope, in any of `SORTS`. Two statements."""
    by = sorted_by(SORTS, sort)
    part = slice_of(lots_of(scope, narrowing, today), by=by, cursor=cursor, limit=limit)
    rows = _summed(_lots_with_stock(scope, LotNarrowing(), today).filter(id__in=part.ids))
    found = {row.id: row for row in _lot_views(rows)}
    return part.of(found)


def _summed(rows: QuerySet[Lot]) -> QuerySet[Lot]:
    return rows.select_related("sku").annotate(
        units=Sum("cells__on_hand"), held=Sum("cells__pinned"), places=Count("cells")
    )


def _lot_views(rows: QuerySet[Any]) -> list[LotRow]:
    return [
        LotRow(
            id=row.pk,
            code=row.code,
            sku_id=row.sku_id,
            sku_code=row.sku.code,
            sku_name=row.sku.name,
            produced_on=row.produced_on,
            expires_on=row.expires_on,
            supplier=row.supplier,
            customs_label="" if row.customs == "NONE" else str(row.get_customs_display()),
            units=row.units,
            held=row.held,
            cells=row.places,
        )
        for row in rows
    ]


def _lots_with_stock(scope: Scope, narrowing: LotNarrowing, today: date) -> QuerySet[Lot]:
    """Lots joined with their cells in the scope, so that sums count only what may be seen."""
    # One filter call: two would join the cells twice and add up each against the other.
    inside = scope.inside(Lot, "cells__balance__warehouse__unit")
    return _worded(Lot.objects.filter(inside, cells__on_hand__gt=0), narrowing, today)


def _worded(rows: QuerySet[Lot], narrowing: LotNarrowing, today: date) -> QuerySet[Lot]:
    """Rows of a tab and of search words."""
    if narrowing.shelf == "expired":
        rows = rows.filter(expires_on__lt=today)
    elif narrowing.shelf == "near":
        last = date.fromordinal(today.toordinal() + narrowing.near_days)
        rows = rows.filter(expires_on__gte=today, expires_on__lte=last)
    words = " ".join(narrowing.words.split())
    if words:
        rows = rows.filter(
            Q(code__contains=words)
            | Q(code__contains=words.upper())
            | Q(sku__code__contains=words.upper())
            | Q(sku__name__contains=words)
            | Q(sku__pinyin__contains=words.lower())
            | Q(supplier__contains=words)
        )
    return rows
