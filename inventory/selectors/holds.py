"""The hold board: claims with their reason, units and dates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q, Sum

from inventory.models import Hold, Reason
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonView:
    """A reason that people may choose."""

    code: str
    label: str
    role: str
    is_safety: bool
    # A claim for this reason is looked at after so many days; None: nobody has to.
    review_days: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldView:
    """One claim; `open` are units held now, `asked` what was asked (None for a blanket)."""

    id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    is_safety: bool
    state: str
    state_label: str
    blanket: bool
    asked: int | None
    open: int
    sku_code: str
    sku_name: str
    warehouse_code: str
    location_code: str
    lot_code: str
    placed_by: str
    note: str
    created_at: datetime
    review_at: datetime | None
    closed_at: datetime | None


def reasons(*, by_hand: bool = True) -> list[ReasonView]:
    """Reasons, highest rank first."""
    rows = Reason.objects.order_by("-rank")
    if by_hand:
        rows = rows.filter(by_hand=True)
    return [
        ReasonView(
            code=row.code,
            label=row.label,
            role=row.role,
            is_safety=row.is_safety,
            review_days=row.review_days,
        )
        for row in rows
    ]


def holds(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    documents: Collection[str] | None = None,
    role: str = "",
    reason: str = "",
    closed: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[HoldView]:
    """Claims, newest first; keyset paging by `before` (an id).

    A hold that names no warehouse covers several; only a scope that sees everything sees it.
    """
    rows = Hold.objects.select_related("reason", "sku", "warehouse", "location", "lot")
    rows = scope.limit(rows, "warehouse__unit")
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if documents is not None:
        rows = rows.filter(document__in=documents)
    if role:
        rows = rows.filter(role=role)
    if reason:
        rows = rows.filter(reason__code=reason)
    if not closed:
        rows = rows.filter(closed_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = rows.annotate(
        units=Sum("lines__open", default=0),
        line_sku=Min("lines__balance__sku__code", filter=Q(lines__open__gt=0)),
        line_name=Min("lines__balance__sku__name", filter=Q(lines__open__gt=0)),
    ).order_by("-id")[:limit]
    return [
        HoldView(
            id=row.pk,
            document=row.document,
            reason_code=row.reason.code,
            reason_label=row.reason.label,
            role=row.role,
            is_safety=row.is_safety,
            state=row.state,
            state_label=str(row.get_state_display()),
            blanket=row.blanket,
            asked=row.asked,
            open=row.units,
            sku_code=row.sku.code if row.sku else row.line_sku or "",
            sku_name=row.sku.name if row.sku else row.line_name or "",
            warehouse_code=row.warehouse.code if row.warehouse else "",
            location_code=row.location.code if row.location else "",
            lot_code=row.lot.code if row.lot else "",
            placed_by=row.placed_by,
            note=row.note,
            created_at=row.created_at,
            review_at=row.review_at,
            closed_at=row.closed_at,
        )
        for row in found
    ]
