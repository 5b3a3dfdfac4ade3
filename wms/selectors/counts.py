"""Counts: what waits for a lead, and what one person has counted so far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from inventory import selectors as stock
from org.scope import Scope
from org.selectors.approvals import pending_under
from wms.models import CountLine, CountSheet, CountState


@dataclass(frozen=True)
class CountLineView:
    """A line; `expected` is None for whoever counts."""

    id: int
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    lot: str
    grade: str
    counted: int
    expected: int | None
    serials: tuple[str, ...]

    @property
    def difference(self) -> int:
        """Counted less expected."""
        return self.counted - (self.expected or 0)


@dataclass(frozen=True)
class CountView:
    """A count and its lines."""

    number: str
    state: str
    state_label: str
    warehouse: str
    location: str
    counter: str
    opened_at: datetime
    handed_in_at: datetime | None
    closed_at: datetime | None
    lines: tuple[CountLineView, ...]
    # The request for approval that it waits under.
    approval_id: int | None


def counts_waiting(*, scope: Scope, warehouse_id: int | None = None) -> dict[str, int]:
    """Counts that are open or wait for a lead, by state; one statement."""
    rows = scope.limit(CountSheet.objects.all(), "warehouse__unit")
    rows = rows.filter(state__in=(CountState.OPEN, CountState.HANDED_IN))
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    return dict(rows.values_list("state").annotate(many=Count("id")))


def counts_to_judge(*, scope: Scope, ids: Collection[int]) -> list[CountView]:
    """Those of these counts that wait for a lead, with what the books said, the latest first."""
    rows = scope.limit(CountSheet.objects.filter(pk__in=ids), "warehouse__unit")
    found = rows.filter(state=CountState.HANDED_IN).order_by("-id")
    found = found.select_related("counter", "warehouse", "location").prefetch_related("lines")
    return _views(list(found), blind=False)


def count_of(sheet_id: int) -> CountView | None:
    """One count as its counter sees it: blind."""
    row = (
        CountSheet.objects.filter(pk=sheet_id)
        .select_related("counter", "warehouse", "location")
        .prefetch_related("lines")
        .first()
    )
    return _views([row], blind=True)[0] if row else None


def _views(rows: Sequence[CountSheet], *, blind: bool) -> list[CountView]:
    lines = [line for row in rows for line in row.lines.all()]
    skus = stock.skus({line.sku_id for line in lines})
    lots = stock.lots({line.lot_id for line in lines if line.lot_id})
    waiting = pending_under([row.number for row in rows if row.state == CountState.HANDED_IN])
    return [
        CountView(
            number=row.number,
            state=row.state,
            state_label=str(CountState(row.state).label),
            warehouse=row.warehouse.name,
            location=row.location.code,
            counter=str(row.counter),
            opened_at=row.opened_at,
            handed_in_at=row.handed_in_at,
            closed_at=row.closed_at,
            approval_id=waiting.get(row.number),
            lines=tuple(
                _line(line, skus[line.sku_id], lots, blind)
                for line in sorted(row.lines.all(), key=lambda line: -line.pk)
            ),
        )
        for row in rows
    ]


def _line(
    line: CountLine, sku: stock.SkuView, lots: dict[int, stock.LotView], blind: bool
) -> CountLineView:
    return CountLineView(
        id=line.pk,
        sku_id=line.sku_id,
        sku_code=sku.code,
        sku_name=sku.name,
        unit_name=sku.unit_name,
        lot=lots[line.lot_id].code if line.lot_id else "",
        grade=line.grade,
        counted=line.counted,
        expected=None if blind else line.expected,
        serials=tuple(line.serials),
    )
