"""What a lease needs to know of freezes: who laid them, where, and when they are looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists

from inventory.models import Hold
from inventory.models.claims import Binding, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Leased:
    """A freeze; `unit_id` is None when it names no warehouse and so reaches into all."""

    hold_id: int
    document: str
    reason_label: str
    is_safety: bool
    placed_by: str
    unit_id: int | None
    warehouse_id: int | None
    created_at: datetime
    review_at: datetime | None
    # Days after which its reason wants it looked at.
    review_days: int | None


def leased(ids: Collection[int]) -> list[Leased]:
    """These freezes. One statement, none for no ids."""
    if not ids:
        return []
    rows = Hold.objects.filter(id__in=ids, role=Role.FREEZE).select_related("reason", "warehouse")
    return [
        Leased(
            hold_id=row.pk,
            document=row.document,
            reason_label=row.reason.label,
            is_safety=row.is_safety,
            placed_by=row.placed_by,
            unit_id=row.warehouse.unit_id if row.warehouse else None,
            warehouse_id=row.warehouse_id,
            created_at=row.created_at,
            review_at=row.review_at,
            review_days=row.reason.review_days,
        )
        for row in rows.order_by("id")
    ]


def unleased(*, without: Exists, limit: int) -> list[int]:
    """Open freezes for which `without` finds nothing, the oldest first.

    The standing freezes of places (receiving, defect, quarantine) are no decisions: left out.
    """
    rows = (
        Hold.objects.filter(role=Role.FREEZE, closed_at__isnull=True)
        .exclude(reason__binds_to=Binding.PLACE, reason__by_hand=False)
        .filter(~without)
    )
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])
