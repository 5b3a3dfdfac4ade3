"""Masters as the pages that set them up list them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from inventory.models import Location, Sku, Warehouse
from inventory.selectors.wording import skus_for_words
from org.scope import Scope

PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseRow:
    """A warehouse and how many places it has."""

    id: int
    code: str
    name: str
    kind_label: str
    unit_name: str
    city: str
    places: int
    is_active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceRow:
    """A place of a warehouse; `units` lie there now."""

    id: int
    code: str
    kind: str
    kind_label: str
    zone: str
    sequence: int
    units: int
    is_active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuRow:
    """A SKU in the list of masters."""

    id: int
    code: str
    name: str
    category: str
    unit_name: str
    lot_tracked: bool
    is_kit: bool
    is_active: bool


def warehouse_rows(*, scope: Scope) -> list[WarehouseRow]:
    """Every warehouse inside the scope, closed ones last. One statement."""
    rows = scope.limit(Warehouse.objects.select_related("unit"), "unit")
    rows = rows.annotate(places=Count("locations", filter=Q(locations__is_active=True)))
    return [
        WarehouseRow(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind_label=str(row.get_kind_display()),
            unit_name=row.unit.name,
            city=row.city,
            places=row.places,
            is_active=row.is_active,
        )
        for row in rows.order_by("-is_active", "code")
    ]


def place_rows(*, warehouse_id: int, after: str = "", limit: int = PAGE) -> list[PlaceRow]:
    """A warehouse's places in the order of their codes, also those switched off; keyset by code."""
    rows = Location.objects.filter(warehouse_id=warehouse_id, code__gt=after)
    rows = rows.select_related("zone").annotate(units=Sum("cells__on_hand", default=0))
    return [
        PlaceRow(
            id=row.pk,
            code=row.code,
            kind=row.kind,
            kind_label=str(row.get_kind_display()),
            zone=row.zone.code if row.zone else "",
            sequence=row.sequence,
            units=row.units,
            is_active=row.is_active,
        )
        for row in rows.order_by("code")[:limit]
    ]


def warehouse_of_place(*, location_id: int) -> tuple[int, str] | None:
    """The warehouse that a place belongs to, and the place's code."""
    return Location.objects.filter(pk=location_id).values_list("warehouse_id", "code").first()


def sku_rows(*, words: str = "", after: str = "", limit: int = PAGE) -> list[SkuRow]:
    """SKUs in the order of their codes; keyset by code. The masters are the whole company's."""
    rows = skus_for_words(words).distinct() if words else Sku.objects.all()
    return [
        SkuRow(
            id=row.pk,
            code=row.code,
            name=row.name,
            category=row.category,
            unit_name=row.unit_name,
            lot_tracked=row.lot_tracked,
            is_kit=row.is_kit,
            is_active=row.is_active,
        )
        for row in rows.filter(code__gt=after).order_by("code")[:limit]
    ]


def sku_fields(*, sku_id: int) -> dict[str, object] | None:
    """What the form of a SKU shows; None when there is none."""
    row = Sku.objects.filter(pk=sku_id).prefetch_related("barcodes").first()
    if row is None:
        return None
    return {
        "code": row.code,
        "name": row.name,
        "category": row.category,
        "unit_name": row.unit_name,
        "unit_cost": row.unit_cost,
        "list_price": row.list_price,
        "shelf_life_days": row.shelf_life_days,
        "lot_tracked": row.lot_tracked,
        "is_active": row.is_active,
        "barcodes": "\n".join(sorted(pack.code for pack in row.barcodes.all() if pack.qty == 1)),
        "packs": [pack for pack in row.barcodes.all() if pack.qty != 1],
    }
