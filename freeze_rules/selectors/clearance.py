"""The clearance list: lots frozen for their date, the shortest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from freeze_rules.models import JournalLine, Promotion, PromotionLine, Watch
from inventory import selectors as stock
from inventory.selectors import facts as stock_facts
from inventory.selectors.lot_outcomes import outcomes_of_freezes
from org.lists.days import begin_of
from org.scope import Scope

REASON = "NEAR_EXPIRY"
MOST = 500
MONTHS = 12


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


def running_promotions(*, scope: Scope) -> list[tuple[int, str]]:
    """Promotions that may take goods over: id and what people call them."""
    rows = with_a_line(scope=scope).filter(state=Promotion.State.OPEN).order_by("closes_at", "id")
    return [(row.pk, f"{row.number} {row.name}") for row in rows]


def with_a_line(*, scope: Scope) -> QuerySet[Promotion]:
    """Promotions that have goods of one of these warehouses."""
    houses = {view.id for view in stock.warehouses(scope=scope)}
    here = PromotionLine.objects.filter(promotion=OuterRef("pk"), warehouse__in=houses)
    return Promotion.objects.filter(Exists(here))


@dataclass(frozen=True, kw_only=True)
class MonthCleared:
    """What became in one month of lots that had been frozen for their date; base units.

    `back` came from customers, `to_supplier` went back there; `lost` is the cost of the scrapped.
    """

    month: date
    sold: int = 0
    back: int = 0
    to_supplier: int = 0
    scrapped: int = 0
    lost: Decimal = Decimal(0)


def cleared_by_month(*, scope: Scope, today: date, months: int = MONTHS) -> list[MonthCleared]:
    """The last months, this one last, those without anything among them; two statements."""
    days = _first_days(today, months)
    since = begin_of(days[0])
    holds = JournalLine.objects.filter(reason=REASON, units__gt=0).order_by()
    ids = list(holds.values_list("hold_id", flat=True).distinct())
    found = {
        (each.month, each.kind): each for each in outcomes_of_freezes(ids, since=since, scope=scope)
    }

    def units(month: date, kind: str) -> int:
        each = found.get((month, kind))
        return each.units if each else 0

    return [
        MonthCleared(
            month=month,
            sold=units(month, "SHIP"),
            back=units(month, "RETURN"),
            to_supplier=units(month, "TO_SUPPLIER"),
            scrapped=units(month, "SCRAP"),
            lost=found[month, "SCRAP"].cost if (month, "SCRAP") in found else Decimal(0),
        )
        for month in days
    ]


def _first_days(today: date, months: int) -> list[date]:
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - months + 1, count + 1)]
