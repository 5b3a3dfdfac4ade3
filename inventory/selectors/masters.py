"""SKUs, lots, warehouses and locations as other rooms see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef

from inventory.models import Balance, Barcode, Location, Lot, Sku, Warehouse
from org.places import Named
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuView:
    """A SKU; weights in grams, volumes in millilitres, per base unit."""

    id: int
    code: str
    name: str
    unit_name: str
    weight_g: int
    volume_ml: int
    lot_tracked: bool
    serial_tracked: bool
    barcodes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LotView:
    """A lot and its dates."""

    id: int
    code: str
    sku_id: int
    produced_on: date | None
    expires_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseView:
    """A warehouse; degrees for routing by distance."""

    id: int
    code: str
    name: str
    kind: str
    unit_id: int
    province: str
    city: str
    latitude: float | None
    longitude: float | None
    priority: int
    # As in the tz database, such as "Asia/Urumqi".
    time_zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationView:
    """A location and its place in the walk."""

    id: int
    code: str
    kind: str
    warehouse_id: int
    sequence: int


def sku_ids_by_code(codes: Iterable[str]) -> dict[str, int]:
    """SKU ids for codes; unknown codes are missing from the answer."""
    return dict(Sku.objects.filter(code__in=list(codes)).values_list("code", "id"))


def sku_ids_by_barcode(codes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """(SKU id, base units in the pack) for barcodes; a SKU's own code counts as one piece."""
    wanted = list(codes)
    found = {code: (sku, 1) for code, sku in sku_ids_by_code(wanted).items()}
    rows = Barcode.objects.filter(code__in=wanted).values_list("code", "sku_id", "qty")
    found.update({code: (sku, qty) for code, sku, qty in rows})
    return found


def skus(ids: Iterable[int]) -> dict[int, SkuView]:
    """SKUs by id, with their barcodes."""
    rows = Sku.objects.filter(id__in=set(ids)).prefetch_related("barcodes")
    return {
        sku.pk: SkuView(
            id=sku.pk,
            code=sku.code,
            name=sku.name,
            unit_name=sku.unit_name,
            weight_g=sku.weight_g,
            volume_ml=sku.volume_ml,
            lot_tracked=sku.lot_tracked,
            serial_tracked=sku.serial_tracked,
            barcodes=tuple(barcode.code for barcode in sku.barcodes.all()),
        )
        for sku in rows
    }


def lots(ids: Iterable[int]) -> dict[int, LotView]:
    """Lots by id."""
    return {
        lot.pk: LotView(
            id=lot.pk,
            code=lot.code,
            sku_id=lot.sku_id,
            produced_on=lot.produced_on,
            expires_on=lot.expires_on,
        )
        for lot in Lot.objects.filter(id__in=set(ids))
    }


def warehouses_as_places() -> list[Named]:
    """Every active warehouse with doors, for giving somebody a role there."""
    rows = Warehouse.objects.filter(is_active=True).exclude(kind=Warehouse.Kind.TRANSIT)
    return [
        Named(*row) for row in rows.order_by("code").values_list("id", "code", "name", "unit_id")
    ]


def clock_of(named: int | str, *, scope: Scope) -> str:
    """The time zone of the warehouse with this id, or this code (also one of digits); "" when
    unseen."""
    rows = scope.limit(Warehouse.objects.all(), "unit")
    rows = rows.filter(pk=named) if isinstance(named, int) else rows.filter(code=named)
    return rows.values_list("time_zone", flat=True).first() or ""


def location_kinds(*, places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Kinds of locations by (warehouse id, code), as far as they exist. One statement."""
    wanted = sorted(set(places))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.warehouse_id, l.code, l.kind
               FROM unnest(%s::bigint[], %s::text[]) AS k(house, code)
               JOIN inventory_location l ON l.warehouse_id = k.house AND l.code = k.code""",
            [[house for house, _ in wanted], [code for _, code in wanted]],
        )
        return {(house, code): kind for house, code, kind in cursor.fetchall()}


def tracking_of(*, codes: Collection[str]) -> dict[str, dict[str, bool]]:
    """How SKUs that had stock are kept, by code: it can no longer be changed. One statement."""
    rows = Sku.objects.filter(
        Exists(Balance.objects.filter(sku=OuterRef("pk"))), code__in=list(codes)
    )
    return {
        code: {"lot_tracked": lot, "serial_tracked": serial}
        for code, lot, serial in rows.values_list("code", "lot_tracked", "serial_tracked")
    }


def warehouses(
    *, scope: Scope, ids: Collection[int] | None = None, active: bool = True
) -> list[WarehouseView]:
    """Warehouses in the scope, by priority and code."""
    rows = scope.limit(Warehouse.objects.all(), "unit")
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if active:
        rows = rows.filter(is_active=True)
    return [
        WarehouseView(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind=row.kind,
            unit_id=row.unit_id,
            province=row.province,
            city=row.city,
            latitude=row.latitude,
            longitude=row.longitude,
            priority=row.priority,
            time_zone=row.time_zone,
        )
        for row in rows.order_by("priority", "code")
    ]


def scope_at(scope: Scope, warehouse_id: int | None) -> Scope:
    """The part of a scope that lies in one warehouse; the whole scope when none is named.

    Nothing, when the warehouse lies outside. One statement, none without a warehouse.
    """
    if warehouse_id is None:
        return scope
    inside = scope.limit(Warehouse.objects.filter(pk=warehouse_id), "unit").exists()
    return Scope.of((), warehouse_ids=[warehouse_id]) if inside else Scope.nothing()


def unit_of_warehouse(warehouse_id: int | None) -> int | None:
    """The unit whose warehouse it is; None of none."""
    if warehouse_id is None:
        return None
    return Warehouse.objects.values_list("unit_id", flat=True).get(pk=warehouse_id)


def _location_view(row: Location) -> LocationView:
    return LocationView(
        id=row.pk,
        code=row.code,
        kind=row.kind,
        warehouse_id=row.warehouse_id,
        sequence=row.sequence,
    )


def locations(ids: Iterable[int]) -> dict[int, LocationView]:
    """Locations by id."""
    return {row.pk: _location_view(row) for row in Location.objects.filter(id__in=set(ids))}


def locations_in(*, warehouse_id: int) -> list[LocationView]:
    """A warehouse's active locations in walk order."""
    rows = Location.objects.filter(warehouse_id=warehouse_id, is_active=True)
    return [_location_view(row) for row in rows.order_by("sequence", "code")]


def location_by_code(*, warehouse_id: int, code: str) -> LocationView | None:
    """The location with this code in the warehouse, if there is one."""
    row = Location.objects.filter(warehouse_id=warehouse_id, code=code).first()
    return _location_view(row) if row else None


def locations_named(*, code: str, scope: Scope) -> list[LocationView]:
    """Every location with this code in the scope's warehouses; codes repeat between warehouses."""
    rows = scope.limit(Location.objects.filter(code=code), "warehouse__unit")
    return [_location_view(row) for row in rows.order_by("warehouse__priority", "id")[:50]]


def lots_named(*, codes: Iterable[str]) -> list[LotView]:
    """Lots with one of these codes, of whatever SKU, the newest first; fifty at most."""
    rows = Lot.objects.filter(code__in=list(codes)).order_by("-id")[:50]
    return list(lots(row.pk for row in rows).values())


def staging_location(*, warehouse_id: int, kind: str) -> int | None:
    """The id of the warehouse's first active location of a kind, such as PACKING."""
    return (
        Location.objects.filter(warehouse_id=warehouse_id, kind=kind, is_active=True)
        .order_by("sequence", "id")
        .values_list("id", flat=True)
        .first()
    )
