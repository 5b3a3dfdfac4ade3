"""The clearance list: lots frozen for their date, the shortest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from freeze_rules.models import Promotion, Watch
from inventory import selectors as stock
from inventory.selectors import facts as stock_facts
from org.scope import Scope

REASON = "NEAR_EXPIRY"
MOST = 500


@dataclass(frozen=True, kw_only=True)
class ToClear:
    """A lot frozen for its date; without `days_left` nobody knows the date."""

    hold_id: int
    document: str
    sku_code: str
    sku_name: str
    lot_code: str
    warehouse_code: str
    units: int
    cost: Decimal
    since: datetime
    days_left: int | None


def to_clear(*, scope: Scope) -> list[ToClear]:
    """What stands on the list, the fewest days first; four statements."""
    holds = [
        view
        for view in stock.holds(scope=scope, reason=REASON, limit=MOST)
        if view.open and view.role == "FREEZE"
    ]
    watches = [
        watch
        for watch in Watch.objects.filter(hold__in=[view.id for view in holds])
        if watch.sku_id is not None
    ]
    found = stock_facts.facts_of(
        [
            stock_facts.Goods(
                sku_id=watch.sku_id or 0, warehouse_id=watch.warehouse_id, lot_id=watch.lot_id
            )
            for watch in watches
        ],
        codes={"lot.days_left"},
    )
    days = {
        watch.hold_id: facts.get("lot.days_left")
        for watch, facts in zip(watches, found, strict=True)
    }
    rows = [
        ToClear(
            hold_id=view.id, document=view.document, sku_code=view.sku_code,
            sku_name=view.sku_name, lot_code=view.lot_code, warehouse_code=view.warehouse_code,
            units=view.open, cost=view.cost, since=view.created_at, days_left=days.get(view.id),
        )
        for view in holds
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.days_left is None, row.days_left or 0, row.hold_id))


def running_promotions() -> list[tuple[int, str]]:
    """Promotions that may take goods over: id and what people call them."""
    rows = Promotion.objects.filter(state=Promotion.State.OPEN).order_by("closes_at", "id")
    return [(row.pk, f"{row.number} {row.name}") for row in rows]
