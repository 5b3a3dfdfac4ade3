"""Warehouses, zones and reasons are changed by people; the trail says by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from inventory.models import Reason, Warehouse, Zone
from inventory.services.editing import shown
from inventory.services.masters import pinyin_of
from org import services as org

WAREHOUSE_COLUMNS = (
    "name", "province", "city", "latitude", "longitude", "time_zone", "priority", "is_active",
)  # fmt: skip
ZONE_COLUMNS = ("name", "temperature", "dark")
# What a reason claims and whether it is about safety stays: holds were placed under it.
REASON_COLUMNS = (
    "name", "name_en", "review_days", "release_permission", "by_hand", "rank", "blocks_reserve",
    "blocks_pick", "blocks_ship", "blocks_move", "blocks_count", "blocks_publish",
)  # fmt: skip


def change_warehouse(*, warehouse_id: int, changes: Mapping[str, Any], actor: str) -> None:
    """Change columns of a warehouse (`WAREHOUSE_COLUMNS`); what is the same is no change."""
    row = Warehouse.objects.select_for_update(no_key=True).get(pk=warehouse_id)
    _change(
        row, changes, WAREHOUSE_COLUMNS, actor=actor, action="warehouse.changed",
        subject=f"warehouse:{row.code}", unit_id=row.unit_id,
    )  # fmt: skip
    if "name" in changes:
        Warehouse.objects.filter(pk=row.pk).update(pinyin=pinyin_of(row.name)[:200])


def change_zone(*, zone_id: int, changes: Mapping[str, Any], actor: str) -> None:
    """Change columns of a zone (`ZONE_COLUMNS`)."""
    row = Zone.objects.select_for_update(no_key=True, of=("self",)).select_related("warehouse")
    zone = row.get(pk=zone_id)
    _change(
        zone, changes, ZONE_COLUMNS, actor=actor, action="zone.changed",
        subject=f"zone:{zone.pk}", unit_id=zone.warehouse.unit_id,
    )  # fmt: skip


def change_reason(*, reason_id: int, changes: Mapping[str, Any], actor: str) -> None:
    """Change columns of a reason (`REASON_COLUMNS`); holds that exist keep what they copied."""
    row = Reason.objects.select_for_update(no_key=True).get(pk=reason_id)
    _change(
        row, changes, REASON_COLUMNS, actor=actor, action="reason.changed",
        subject=f"reason:{row.code}", unit_id=None,
    )  # fmt: skip


def _change(
    row: Model,
    changes: Mapping[str, Any],
    allowed: tuple[str, ...],
    *,
    actor: str,
    action: str,
    subject: str,
    unit_id: int | None,
) -> None:
    assert connection.in_atomic_block, "The edge opens the transaction."
    assert set(changes) <= set(allowed), f"{action} does not change {set(changes) - set(allowed)}"
    new = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not new:
        return
    before = {name: shown(getattr(row, name)) for name in new}
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))
    after = {name: shown(value) for name, value in new.items()}
    org.record(
        actor=actor, action=action, subject=subject, before=before, after=after, unit_id=unit_id
    )
