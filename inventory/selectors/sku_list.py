"""SKUs a page at a time: what they are, how they are kept, whether they are in use."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from inventory.models import Sku
from inventory.selectors.wording import skus_for_words
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part

SORTS = {
    "code": By("code", descending=False, kind="text"),
    "name": By("pinyin", descending=False, kind="text"),
    "made": By("created_at", descending=False, kind="moment"),
}


@dataclass(frozen=True)
class SkuNarrowing:
    """`words` in code, name, pinyin or a whole barcode.

    `state`: "kits", "lots" (kept by lot), "pieces" (each with a number), "off" (not in use).
    """

    words: str = ""
    temperature: str = ""
    state: str = ""


@dataclass(frozen=True)
class SkuListed:
    """A SKU as its list shows it; money per base unit."""

    id: int
    code: str
    name: str
    category: str
    brand: str
    unit_name: str
    temperature_label: str
    shelf_life_days: int | None
    unit_cost: Decimal
    list_price: Decimal
    lot_tracked: bool
    serial_tracked: bool
    is_kit: bool
    is_active: bool


def skus_of(*, narrowing: SkuNarrowing) -> QuerySet[Sku]:
    """The SKUs of a filter, unordered. Masters are the company's: everybody sees all of them."""
    rows = Sku.objects.all()
    if narrowing.words:
        # A SKU with three barcodes is one row.
        rows = rows.filter(pk__in=skus_for_words(narrowing.words).values("pk"))
    if narrowing.temperature:
        rows = rows.filter(temperature=narrowing.temperature)
    if narrowing.state == "off":
        return rows.filter(is_active=False)
    rows = rows.filter(is_active=True)
    if narrowing.state == "kits":
        return rows.filter(is_kit=True)
    if narrowing.state == "lots":
        return rows.filter(lot_tracked=True)
    return rows.filter(serial_tracked=True) if narrowing.state == "pieces" else rows


def skus_sorted(*, narrowing: SkuNarrowing, sort: str, cursor: str, limit: int) -> Part[SkuListed]:
    """One page; two statements."""
    by = sorted_by(SORTS, sort, usual="code")
    part = slice_of(skus_of(narrowing=narrowing), by=by, cursor=cursor, limit=limit)
    found = {row.pk: _listed(row) for row in Sku.objects.filter(pk__in=part.ids)}
    return part.of(found)


def _listed(row: Sku) -> SkuListed:
    return SkuListed(
        id=row.pk,
        code=row.code,
        name=row.name,
        category=row.category,
        brand=row.brand,
        unit_name=row.unit_name,
        temperature_label=str(row.get_temperature_display()),
        shelf_life_days=row.shelf_life_days,
        unit_cost=row.unit_cost,
        list_price=row.list_price,
        lot_tracked=row.lot_tracked,
        serial_tracked=row.serial_tracked,
        is_kit=row.is_kit,
        is_active=row.is_active,
    )
