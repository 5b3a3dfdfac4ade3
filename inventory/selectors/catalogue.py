"""SKUs, lots, warehouses and locations as lists and one by one, for those who keep them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.models import Barcode, Location, Lot, Sku, Stock, Warehouse
from inventory.selectors.wording import skus_for_words
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class BarcodeRow:
    """A barcode and how many base units it stands for."""

    code: str
    qty: int
    pack_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuRow:
    """Everything that is kept of a SKU; weight in grams, volume in millilitres, per base unit."""

    id: int
    code: str
    name: str
    category: str
    brand: str
    unit_name: str
    weight_g: int
    volume_ml: int
    unit_cost: Decimal
    list_price: Decimal
    currency: str
    temperature: str
    light_sensitive: bool
    shelf_life_days: int | None
    lot_tracked: bool
    serial_tracked: bool
    is_kit: bool
    lot_strategy: str
    is_active: bool
    created_at: datetime
    barcodes: tuple[BarcodeRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LotMaster:
    """A lot, wherever it lies."""

    id: int
    code: str
    sku: str
    produced_on: date | None
    expires_on: date | None
    supplier: str
    origin: str
    customs: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseRow:
    """A warehouse; `unit` is the code of the unit that it belongs to."""

    id: int
    code: str
    name: str
    kind: str
    unit: str
    province: str
    city: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    priority: int
    is_active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationRow:
    """A location; `sequence` is its place in the walk."""

    id: int
    code: str
    warehouse: str
    zone: str
    kind: str
    sequence: int
    is_active: bool


_SKU = tuple(name for name in SkuRow.__dataclass_fields__ if name != "barcodes")


def sku_rows(
    *,
    words: str = "",
    codes: Collection[str] = (),
    category: str = "",
    active: bool | None = None,
    kits: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> list[SkuRow]:
    """SKUs in code order. Two statements. SKUs belong to the company, so no scope narrows them.

    Args:
        words: in code, name or pinyin, or a whole barcode.
        codes: only these.
        active: only those in use, or only those that are not.
        kits: only kits, or no kits.
        after: a code; only what comes behind it.
    """
    rows = skus_for_words(words) if words else Sku.objects.all()
    if codes:
        rows = rows.filter(code__in=codes)
    if category:
        rows = rows.filter(category=category)
    if active is not None:
        rows = rows.filter(is_active=active)
    if kits is not None:
        rows = rows.filter(is_kit=kits)
    if after:
        rows = rows.filter(code__gt=after)
    # A SKU with two barcodes would come twice from the words' join.
    found = list(rows.order_by("code").distinct().values_list(*_SKU)[:limit])
    packs = _barcodes([row[0] for row in found])
    return [
        SkuRow(**dict(zip(_SKU, row, strict=True)), barcodes=packs.get(row[0], ())) for row in found
    ]


def sku_row(code: str) -> SkuRow | None:
    """One SKU by code."""
    return next(iter(sku_rows(codes=[code], limit=1)), None)


def _barcodes(sku_ids: Collection[int]) -> Mapping[int, tuple[BarcodeRow, ...]]:
    found: dict[int, tuple[BarcodeRow, ...]] = {}
    rows = Barcode.objects.filter(sku_id__in=sku_ids).order_by("code")
    for sku_id, code, qty, pack in rows.values_list("sku_id", "code", "qty", "pack_name"):
        row = BarcodeRow(code=code, qty=qty, pack_name=pack)
        found[sku_id] = (*found.get(sku_id, ()), row)
    return found


def lot_masters(
    *,
    scope: Scope,
    sku_ids: Collection[int] | None = None,
    ids: Collection[int] | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[LotMaster]:
    """Lots by id. Whoever does not see everything sees those that lay in their warehouses, and
    those that lie nowhere yet. One statement."""
    rows: QuerySet[Lot] = Lot.objects.filter(id__gt=after)
    if sku_ids is not None:
        rows = rows.filter(sku_id__in=sku_ids)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if not scope.is_everything:
        cells = Stock.objects.filter(lot=OuterRef("pk"))
        mine = scope.limit(cells, "balance__warehouse__unit")
        rows = rows.filter(Q(Exists(mine)) | ~Q(Exists(cells)))
    return [
        LotMaster(
            id=row.pk,
            code=row.code,
            sku=row.sku.code,
            produced_on=row.produced_on,
            expires_on=row.expires_on,
            supplier=row.supplier,
            origin=row.origin,
            customs=row.customs,
            created_at=row.created_at,
        )
        for row in rows.select_related("sku").order_by("id")[:limit]
    ]


def warehouse_rows(
    *, scope: Scope, code: str = "", active: bool | None = None, after: str = "", limit: int = 100
) -> list[WarehouseRow]:
    """Warehouses in the scope in code order. One statement."""
    rows = scope.limit(Warehouse.objects.select_related("unit"), "unit")
    if code:
        rows = rows.filter(code=code)
    if active is not None:
        rows = rows.filter(is_active=active)
    if after:
        rows = rows.filter(code__gt=after)
    return [
        WarehouseRow(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind=row.kind,
            unit=row.unit.code,
            province=row.province,
            city=row.city,
            latitude=row.latitude,
            longitude=row.longitude,
            time_zone=row.time_zone,
            priority=row.priority,
            is_active=row.is_active,
        )
        for row in rows.order_by("code")[:limit]
    ]


def location_rows(
    *,
    scope: Scope,
    warehouse_id: int | None = None,
    ids: Collection[int] | None = None,
    words: str = "",
    kind: str = "",
    active: bool | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[LocationRow]:
    """Locations in the scope by id. One statement.

    Args:
        words: what the code begins with.
        after: an id; only what comes behind it.
    """
    rows = scope.limit(Location.objects.filter(id__gt=after), "warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if words:
        rows = rows.filter(code__startswith=words)
    if kind:
        rows = rows.filter(kind=kind)
    if active is not None:
        rows = rows.filter(is_active=active)
    return [
        LocationRow(
            id=row.pk,
            code=row.code,
            warehouse=row.warehouse.code,
            zone=row.zone.code if row.zone else "",
            kind=row.kind,
            sequence=row.sequence,
            is_active=row.is_active,
        )
        for row in rows.select_related("warehouse", "zone").order_by("id")[:limit]
    ]
