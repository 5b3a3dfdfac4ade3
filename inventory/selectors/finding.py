"""What somebody means by a few letters or a scanned code: goods, lots, places, claims, pieces.

Each question is one or two statements, exact codes first, and gives at most `limit` rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from inventory.models import Barcode, Hold, HoldLine, Location, Lot, Piece, Sku, Stock, Warehouse
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuFound:
    """A SKU; `exact` when its code or one of its barcodes was typed whole."""

    id: int
    code: str
    name: str
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LotFound:
    """A lot with stock inside the scope."""

    id: int
    code: str
    sku_code: str
    expires_on: date | None
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationFound:
    """A place in a warehouse."""

    id: int
    code: str
    warehouse_code: str
    kind_label: str
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseFound:
    """A warehouse; `exact` when its code was typed whole."""

    id: int
    code: str
    name: str
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldFound:
    """The newest claim of a document."""

    document: str
    reason_code: str
    role: str
    is_open: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceFound:
    """A numbered piece."""

    id: int
    serial: str
    sku_code: str
    place: str


def find_skus(*, words: str, limit: int) -> list[SkuFound]:
    """SKUs by code, barcode, name and pinyin. The masters are the whole company's."""
    code = words.upper()
    scanned = Barcode.objects.filter(code=code).values_list("sku_id", flat=True)
    exact = Q(code=code) | Q(pk__in=list(scanned))
    rows = Sku.objects.annotate(
        rank=Case(
            When(exact, then=Value(0)),
            When(code__startswith=code, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
    ).filter(
        exact | Q(code__contains=code) | Q(name__contains=words) | Q(pinyin__contains=words.lower())
    )
    return [
        SkuFound(id=row.pk, code=row.code, name=row.name, exact=row.rank == 0)
        for row in rows.order_by("rank", "-is_active", "code")[:limit]
    ]


def find_lots(*, scope: Scope, words: str, limit: int) -> list[LotFound]:
    """Lots by the beginning of their code, with stock that the scope sees."""
    code = words.upper()
    seen = scope.limit(Stock.objects.filter(lot=OuterRef("pk")), "balance__warehouse__unit")
    rows = Lot.objects.filter(Exists(seen), code__startswith=code).select_related("sku")
    return [
        LotFound(
            id=row.pk,
            code=row.code,
            sku_code=row.sku.code,
            expires_on=row.expires_on,
            exact=row.code == code,
        )
        for row in rows.order_by("code", "id")[:limit]
    ]


def find_locations(*, scope: Scope, words: str, limit: int) -> list[LocationFound]:
    """Places by the beginning of their code, also written "WH1 A-01" or "WH1/A-01"."""
    house, _, place = words.upper().replace("/", " ").partition(" ")
    rows = scope.limit(Location.objects.select_related("warehouse"), "warehouse__unit")
    if place.strip():
        rows = rows.filter(warehouse__code=house, code__startswith=place.strip())
    else:
        rows = rows.filter(code__startswith=house)
    wanted = place.strip() or house
    return [
        LocationFound(
            id=row.pk,
            code=row.code,
            warehouse_code=row.warehouse.code,
            kind_label=str(row.get_kind_display()),
            exact=row.code == wanted,
        )
        for row in rows.order_by("code", "warehouse__code")[:limit]
    ]


def find_warehouses(*, scope: Scope, words: str, limit: int) -> list[WarehouseFound]:
    """Warehouses by code, name and pinyin."""
    code = words.upper()
    rows = scope.limit(Warehouse.objects.filter(is_active=True), "unit").filter(
        Q(code__startswith=code) | Q(name__contains=words) | Q(pinyin__contains=words.lower())
    )
    return [
        WarehouseFound(id=row.pk, code=row.code, name=row.name, exact=row.code == code)
        for row in rows.order_by("pinyin", "code")[:limit]
    ]


def find_holds(*, scope: Scope, words: str, limit: int) -> list[HoldFound]:
    """Claims by their document's whole number, newest first."""
    rows = Hold.objects.filter(document=words.upper()).select_related("reason")
    if scope.unit_ids is not None:
        inside = HoldLine.objects.filter(hold=OuterRef("pk"))
        inside = scope.limit(inside, "balance__warehouse__unit")
        rows = rows.filter(Exists(inside) | Q(warehouse__unit__in=sorted(scope.unit_ids)))
    return [
        HoldFound(
            document=row.document,
            reason_code=row.reason.code,
            role=str(row.role),
            is_open=row.closed_at is None,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def find_pieces(*, scope: Scope, words: str, limit: int) -> list[PieceFound]:
    """Numbered pieces in stock by their whole number."""
    rows = scope.limit(
        Piece.objects.filter(serial=words.upper(), stock__isnull=False),
        "stock__balance__warehouse__unit",
    ).select_related("sku", "stock__location", "stock__balance__warehouse")
    return [
        PieceFound(
            id=row.pk,
            serial=row.serial,
            sku_code=row.sku.code,
            place=f"{row.stock.balance.warehouse.code} {row.stock.location.code}"
            if row.stock
            else "",
        )
        for row in rows.order_by("id")[:limit]
    ]
