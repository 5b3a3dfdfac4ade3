"""What is on its way: announced receipts, and transfers that have set out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from inventory.models import Incoming
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingView:
    """An announcement in base units; `missed` will not come (lost on the way, sent back)."""

    document: str
    kind: str
    warehouse_id: int
    sku_id: int
    grade: str
    qty: int
    arrived: int
    missed: int
    due_at: datetime
    announced_by: str
    closed_at: datetime | None

    @property
    def expected(self) -> int:
        """Units that should still come; none when it is closed."""
        return 0 if self.closed_at else max(self.qty - self.arrived - self.missed, 0)


def incoming(
    *,
    scope: Scope,
    sku_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
    documents: Collection[str] | None = None,
    due_before: datetime | None = None,
    closed: bool = False,
    limit: int | None = None,
) -> list[IncomingView]:
    """Open announcements in the scope, the next due first; with `closed` the closed ones too.

    One statement, however many are asked for.
    """
    rows = scope.limit(Incoming.objects.all(), "warehouse__unit")
    if not closed:
        rows = rows.filter(closed_at__isnull=True)
    if sku_ids is not None:
        rows = rows.filter(sku_id__in=sku_ids)
    if warehouse_ids is not None:
        rows = rows.filter(warehouse_id__in=warehouse_ids)
    if documents is not None:
        rows = rows.filter(document__in=documents)
    if due_before is not None:
        rows = rows.filter(due_at__lt=due_before)
    return [
        IncomingView(
            document=row.document,
            kind=row.kind,
            warehouse_id=row.warehouse_id,
            sku_id=row.sku_id,
            grade=row.grade,
            qty=row.qty,
            arrived=row.arrived,
            missed=row.missed,
            due_at=row.due_at,
            announced_by=row.announced_by,
            closed_at=row.closed_at,
        )
        for row in rows.order_by("due_at", "id")[:limit]
    ]
