"""Histories of SKUs, warehouses, zones, locations and reasons, and how a version comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.models import Location, Reason, Sku, Warehouse, Zone
from inventory.models.claims import Binding, Role
from inventory.models.masters import LotStrategy
from inventory.requests import Refused
from inventory.services.editing import Pack, change_location, change_sku
from inventory.services.settings import change_reason, change_warehouse, change_zone
from org import roles
from org.history import CannotRestore, Field, HistoryKind, Known, Part, Restoring, Rows
from org.scope import Scope

SEE = (roles.MASTERS_EDIT, roles.AUDIT_VIEW)


def _done(work: Callable[[], None]) -> None:
    """Raises CannotRestore with the sentence of the refusal."""
    try:
        work()
    except Refused as refused:
        asked = refused.params.get("asked")
        text = f"{refused} ({asked})" if asked else str(refused)
        raise CannotRestore(refused.code, text) from refused


def _changes(asked: Restoring) -> dict[str, Any]:
    """The fields that come back, with their values."""
    return {name: asked.state[name] for name in asked.names}


# SKUs: the masters are the whole company's.


def _find_sku(sku_id: int, scope: Scope) -> Known | None:
    row = Sku.objects.filter(pk=sku_id).first()
    if row is None or scope.is_nothing:
        return None
    return Known(code=row.code, name=row.name, url=reverse("masters-sku", args=[row.pk]))


def _tell_packs(rows: Rows) -> list[str]:
    """ "6901 × 12 (箱)" for each barcode."""
    told = []
    for row in sorted(rows, key=lambda each: str(each["code"])):
        text = str(row["code"])
        if row["qty"] != 1:
            text += f" × {row['qty']}"
        if row["pack_name"]:
            text += f" ({row['pack_name']})"
        told.append(text)
    return told


def _restore_sku(asked: Restoring) -> None:
    changes = _changes(asked)
    packs = None
    if changes.pop("barcodes", None) is not None:
        packs = [
            Pack(code=row["code"], qty=row["qty"], pack_name=row["pack_name"])
            for row in asked.state["barcodes"]
        ]
    for name in ("unit_cost", "list_price"):
        if name in changes:
            changes[name] = Decimal(str(changes[name]))
    _done(
        lambda: change_sku(
            sku_id=asked.object_id, changes=changes, barcodes=packs, actor=asked.person.actor
        )
    )


SKU = HistoryKind(
    code="sku",
    name=_("SKU"),
    see=SEE,
    edit=roles.MASTERS_EDIT,
    fields=(
        Field(name="code", label=_("SKU code"), restored=False),
        Field(name="name", label=_("Name")),
        Field(name="category", label=_("Category")),
        Field(name="brand", label=_("Brand")),
        Field(name="unit_name", label=_("Unit")),
        Field(name="weight_g", label=_("Weight in grams")),
        Field(name="volume_ml", label=_("Volume in millilitres")),
        Field(name="unit_cost", label=_("Cost"), money=True),
        Field(name="list_price", label=_("Price"), money=True),
        Field(name="currency", label=_("Currency")),
        Field(name="temperature", label=_("Temperature"), choices=dict(Sku.Temperature.choices)),
        Field(name="light_sensitive", label=_("Sensitive to light")),
        Field(name="shelf_life_days", label=_("Shelf life in days")),
        Field(name="lot_tracked", label=_("Kept by lot, with dates")),
        Field(name="serial_tracked", label=_("Every piece numbered")),
        Field(name="is_kit", label=_("Kit")),
        Field(name="lot_strategy", label=_("Picked first"), choices=dict(LotStrategy.choices)),
        Field(name="is_active", label=_("In use")),
    ),
    parts=(Part(name="barcodes", label=_("Barcodes"), tell=_tell_packs),),
    find=_find_sku,
    subject=lambda pk: f"sku:{Sku.objects.values_list('code', flat=True).get(pk=pk)}",
    restore=_restore_sku,
)


# Places.


def _find_warehouse(warehouse_id: int, scope: Scope) -> Known | None:
    row = scope.limit(Warehouse.objects.filter(pk=warehouse_id), "unit").first()
    if row is None:
        return None
    url = reverse("masters-warehouse", args=[row.pk])
    return Known(code=row.code, name=row.name, url=url, unit_id=row.unit_id)


def _restore_warehouse(asked: Restoring) -> None:
    change_warehouse(
        warehouse_id=asked.object_id, changes=_changes(asked), actor=asked.person.actor
    )


WAREHOUSE = HistoryKind(
    code="warehouse",
    name=_("Warehouse"),
    see=SEE,
    edit=roles.MASTERS_EDIT,
    fields=(
        Field(name="code", label=_("Code"), restored=False),
        Field(name="name", label=_("Name")),
        Field(name="kind", label=_("Kind"), choices=dict(Warehouse.Kind.choices), restored=False),
        Field(name="province", label=_("Province")),
        Field(name="city", label=_("City")),
        Field(name="latitude", label=_("Latitude")),
        Field(name="longitude", label=_("Longitude")),
        Field(name="time_zone", label=_("Time zone")),
        Field(name="priority", label=_("Priority")),
        Field(name="is_active", label=_("In use")),
    ),
    find=_find_warehouse,
    subject=lambda pk: f"warehouse:{Warehouse.objects.values_list('code', flat=True).get(pk=pk)}",
    restore=_restore_warehouse,
)


def _find_zone(zone_id: int, scope: Scope) -> Known | None:
    row = scope.limit(Zone.objects.filter(pk=zone_id), "warehouse__unit").first()
    if row is None:
        return None
    url = reverse("masters-warehouse", args=[row.warehouse_id])
    return Known(code=row.code, name=row.name, url=url, unit_id=row.warehouse.unit_id)


ZONE = HistoryKind(
    code="zone",
    name=_("Zone"),
    see=SEE,
    edit=roles.MASTERS_EDIT,
    fields=(
        Field(name="code", label=_("Code"), restored=False),
        Field(name="name", label=_("Name")),
        Field(name="temperature", label=_("Temperature"), choices=dict(Sku.Temperature.choices)),
        Field(name="dark", label=_("Kept away from light")),
    ),
    find=_find_zone,
    subject=lambda pk: f"zone:{pk}",
    restore=lambda asked: change_zone(
        zone_id=asked.object_id, changes=_changes(asked), actor=asked.person.actor
    ),
)


def _find_location(location_id: int, scope: Scope) -> Known | None:
    row = scope.limit(Location.objects.filter(pk=location_id), "warehouse__unit").first()
    if row is None:
        return None
    url = reverse("stock-location", args=[row.pk])
    return Known(code=row.code, name="", url=url, unit_id=row.warehouse.unit_id)


def _zone_codes(ids: Collection[Any]) -> Mapping[Any, str]:
    return dict(Zone.objects.filter(pk__in=ids).values_list("pk", "code"))


def _restore_location(asked: Restoring) -> None:
    changes = _changes(asked)
    if "zone_id" in changes:
        zone = changes.pop("zone_id")
        changes["zone"] = "" if zone is None else _zone_codes([zone])[zone]
    _done(
        lambda: change_location(
            location_id=asked.object_id, changes=changes, actor=asked.person.actor
        )
    )


LOCATION = HistoryKind(
    code="location",
    name=_("Location"),
    see=SEE,
    edit=roles.MASTERS_EDIT,
    fields=(
        Field(name="code", label=_("Code"), restored=False),
        Field(name="kind", label=_("Kind"), choices=dict(Location.Kind.choices)),
        Field(name="zone_id", label=_("Zone"), names=_zone_codes),
        Field(name="sequence", label=_("Order in the walk")),
        Field(name="is_active", label=_("In use")),
    ),
    find=_find_location,
    subject=lambda pk: f"location:{pk}",
    restore=_restore_location,
)


# Reasons hold for the whole company.


def _find_reason(reason_id: int, scope: Scope) -> Known | None:
    row = Reason.objects.filter(pk=reason_id).first()
    if row is None or scope.is_nothing:
        return None
    return Known(code=row.code, name=row.label, url=reverse("masters-reasons"))


REASON = HistoryKind(
    code="reason",
    name=_("Reason"),
    see=SEE,
    edit=roles.MASTERS_EDIT,
    fields=(
        Field(name="code", label=_("Code"), restored=False),
        Field(name="name", label=_("Name (Chinese)")),
        Field(name="name_en", label=_("Name (English)")),
        Field(name="role", label=_("Kind"), choices=dict(Role.choices), restored=False),
        Field(name="is_safety", label=_("Safety"), restored=False),
        Field(name="binds_to", label=_("Binds to"), choices=dict(Binding.choices), restored=False),
        Field(name="rank", label=_("Rank")),
        Field(name="review_days", label=_("Review after days")),
        Field(name="release_permission", label=_("Released with"), choices=roles.PERMISSIONS),
        Field(name="by_hand", label=_("People choose it")),
        Field(name="blocks_reserve", label=_("Keeps from reserving")),
        Field(name="blocks_pick", label=_("Keeps from picking")),
        Field(name="blocks_ship", label=_("Keeps from shipping")),
        Field(name="blocks_move", label=_("Keeps from moving")),
        Field(name="blocks_count", label=_("Keeps from counting")),
        Field(name="blocks_publish", label=_("Keeps from publishing")),
    ),
    find=_find_reason,
    subject=lambda pk: f"reason:{Reason.objects.values_list('code', flat=True).get(pk=pk)}",
    restore=lambda asked: change_reason(
        reason_id=asked.object_id, changes=_changes(asked), actor=asked.person.actor
    ),
    company_wide=True,
)
