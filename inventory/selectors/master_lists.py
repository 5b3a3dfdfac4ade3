"""Masters as the pages that set them up list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy

from inventory.models import Location, Reason, Sku, Warehouse, Zone
from org.roles import PERMISSIONS
from org.scope import Scope

PAGE = 100


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
class ReasonRow:
    """A reason in the list of settings; `keeps_from` are its effects in words."""

    id: int
    code: str
    label: str
    role_label: str
    is_safety: bool
    rank: int
    review_days: int | None
    keeps_from: tuple[str, ...]
    released_with: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneRow:
    """A zone of a warehouse."""

    id: int
    code: str
    name: str


EFFECTS = {
    "blocks_reserve": gettext_lazy("reserving"), "blocks_pick": gettext_lazy("picking"),
    "blocks_ship": gettext_lazy("shipping"), "blocks_move": gettext_lazy("moving"),
    "blocks_count": gettext_lazy("counting"), "blocks_publish": gettext_lazy("publishing"),
}  # fmt: skip


def reason_rows() -> list[ReasonRow]:
    """Every reason, the highest rank first."""
    return [
        ReasonRow(
            id=row.pk,
            code=row.code,
            label=row.label,
            role_label=str(row.get_role_display()),
            is_safety=row.is_safety,
            rank=row.rank,
            review_days=row.review_days,
            keeps_from=tuple(str(word) for name, word in EFFECTS.items() if getattr(row, name)),
            released_with=str(PERMISSIONS.get(row.release_permission, row.release_permission)),
        )
        for row in Reason.objects.order_by("-rank", "code")
    ]


def reason_facts(*, reason_id: int) -> dict[str, Any] | None:
    """What the form of a reason shows."""
    columns = ("code", "name", "name_en", "review_days", "rank", "by_hand")
    row = Reason.objects.filter(pk=reason_id).first()
    return None if row is None else {name: getattr(row, name) for name in columns}


def warehouse_facts(*, warehouse_id: int, scope: Scope) -> dict[str, Any] | None:
    """What the form of a warehouse shows, when it lies inside the scope."""
    rows = scope.limit(Warehouse.objects.filter(pk=warehouse_id), "unit")
    columns = ("code", "name", "province", "city", "time_zone", "priority")
    row = rows.first()
    return None if row is None else {name: getattr(row, name) for name in columns}


def zone_facts(*, zone_id: int, scope: Scope) -> dict[str, Any] | None:
    """What the form of a zone shows, when its warehouse lies inside the scope."""
    rows = scope.limit(Zone.objects.filter(pk=zone_id), "warehouse__unit")
    columns = ("code", "name", "temperature", "dark", "warehouse_id")
    row = rows.first()
    return None if row is None else {name: getattr(row, name) for name in columns}


def zone_rows(*, warehouse_id: int) -> list[ZoneRow]:
    """The zones of a warehouse by code."""
    rows = Zone.objects.filter(warehouse_id=warehouse_id).order_by("code")
    return [ZoneRow(id=row.pk, code=row.code, name=row.name) for row in rows]


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


def sku_fields(*, sku_id: int) -> dict[str, object] | None:
    """What the form of a SKU shows; None when there is none."""
    row = Sku.objects.filter(pk=sku_id).prefetch_related("barcodes").first()
    if row is None:
        return None
    return {
        "id": row.pk,
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
