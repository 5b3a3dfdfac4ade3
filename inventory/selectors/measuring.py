"""Sums that the company's figures are made of, per warehouse; two statements at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from inventory.models import Balance, Finding, HoldLine, Posting, Reason, Stock
from inventory.models.books import Grade
from inventory.models.claims import Role
from inventory.selectors.masters import warehouses
from org.scope import Scope

_HOUSE = ("balance__warehouse_id", "balance__warehouse__unit_id")


@dataclass(frozen=True, slots=True)
class Sum2:
    """Two sums of a warehouse that make a share: `part` of `whole`; `key` tells kinds apart."""

    warehouse_id: int | None
    unit_id: int | None
    part: float
    whole: int
    key: str = ""


def frozen_units(*, scope: Scope) -> list[Sum2]:
    """Units under open freezes now, by reason; `whole` counts the freezes."""
    rows = scope.limit(HoldLine.objects.all(), "balance__warehouse__unit").filter(
        open__gt=0, hold__role=Role.FREEZE, hold__closed_at__isnull=True
    )
    found = (
        rows.values_list(
            "balance__warehouse_id", "balance__warehouse__unit_id", "hold__reason__code"
        )
        .annotate(units=Sum("open"), holds=Count("hold", distinct=True))
        .order_by()
    )
    return [Sum2(house, unit, units, holds, code) for house, unit, code, units, holds in found]


def postings_ever() -> int:
    """The highest number of a posting. It only grows; a rolled back one leaves a gap."""
    return int(Posting.objects.aggregate(most=Max("id"))["most"] or 0)


def reason_names(*, chinese: bool) -> dict[str, str]:
    """What each reason is called."""
    name = "name" if chinese else "name_en"
    return {code: str(said) for code, said in Reason.objects.values_list("code", name)}


def sellable_of_good(*, scope: Scope) -> list[Sum2]:
    """Good units that may be sold now, of all good units on hand."""
    rows = scope.limit(Balance.objects.filter(grade=Grade.ZP, on_hand__gt=0), "warehouse__unit")
    found = (
        rows.values_list("warehouse_id", "warehouse__unit_id")
        .annotate(free=Sum("available"), there=Sum("on_hand"))
        .order_by()
    )
    return [Sum2(house, unit, free, there) for house, unit, free, there in found]


_SHELF = """
    SELECT w.id, w.unit_id,
           sum(s.on_hand * (%s::date - (l.created_at AT TIME ZONE %s)::date)), sum(s.on_hand)
    FROM inventory_stock s
    JOIN inventory_lot l ON l.id = s.lot_id
    JOIN inventory_balance b ON b.id = s.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE s.on_hand > 0 AND w.id = ANY(%s)
    GROUP BY w.id, w.unit_id
"""


def days_on_the_shelf(*, scope: Scope, today: date) -> list[Sum2]:
    """Unit-days of everything with a lot, of so many units: how long ago its lot came in."""
    houses = [house.id for house in warehouses(scope=scope, active=False)]
    zone = timezone.get_current_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(_SHELF, [today, zone, houses])
        return [
            Sum2(house, unit, float(days), int(there))
            for house, unit, days, there in cursor.fetchall()
        ]


def near_expiry_cost(*, scope: Scope, until: date) -> list[Sum2]:
    """What the goods cost us that expire by a day or have expired; `whole` counts their units."""
    rows = scope.limit(
        Stock.objects.filter(on_hand__gt=0, lot__expires_on__lte=until), "balance__warehouse__unit"
    )
    cost = F("on_hand") * F("balance__sku__unit_cost")
    found = (
        rows.values_list("balance__warehouse_id", "balance__warehouse__unit_id")
        .annotate(cost=Sum(cost), units=Sum("on_hand"))
        .order_by()
    )
    return [Sum2(house, unit, float(cost), units) for house, unit, cost, units in found]


_COUNTED = """
    SELECT w.id, w.unit_id,
           count(*) FILTER (WHERE (line->>1)::bigint = (line->>2)::bigint), count(*)
    FROM inventory_posting p
    CROSS JOIN LATERAL jsonb_array_elements(p.facts->'counted') AS line
    JOIN inventory_stock s ON s.id = (line->>0)::bigint
    JOIN inventory_balance b ON b.id = s.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE p.kind = 'ADJUST' AND p.recorded_at >= %s AND p.recorded_at < %s
      AND jsonb_typeof(p.facts->'counted') = 'array'
      AND w.id = ANY(%s)
    GROUP BY w.id, w.unit_id
"""


def counted_right(*, scope: Scope, since: datetime, until: datetime) -> list[Sum2]:
    """Counted cells that held what the books said, of all cells counted in that time."""
    houses = [house.id for house in warehouses(scope=scope, active=False)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [since, until, houses])
        return [Sum2(house, unit, right, every) for house, unit, right, every in cursor.fetchall()]


def differences_found(*, scope: Scope, since: datetime, until: datetime) -> list[Sum2]:
    """Differences in the books that the audit first saw in that time, by law."""
    rows = Finding.objects.filter(first_seen__gte=since, first_seen__lt=until)
    rows = scope.limit(rows, "balance__warehouse__unit")
    found = (
        rows.values_list("balance__warehouse_id", "balance__warehouse__unit_id", "law")
        .annotate(found=Count("id"))
        .order_by()
    )
    return [Sum2(house, unit, many, many, law[:40]) for house, unit, law, many in found]


_DEFECTIVE = """
    SELECT w.id, w.unit_id,
           coalesce(sum(e.on_hand) FILTER (
               WHERE p.kind = 'RETURN' AND b.grade <> 'ZP' AND e.on_hand > 0), 0)::bigint,
           coalesce(-sum(e.on_hand) FILTER (
               WHERE p.kind = 'SHIP' AND e.on_hand < 0), 0)::bigint
    FROM inventory_posting p
    JOIN inventory_entry e ON e.posting_id = p.id
    JOIN inventory_stock s ON s.id = e.stock_id
    JOIN inventory_balance b ON b.id = s.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE p.kind IN ('SHIP', 'RETURN') AND p.recorded_at >= %s AND p.recorded_at < %s
      AND w.id = ANY(%s)
    GROUP BY w.id, w.unit_id
"""


def defective_of_shipped(*, scope: Scope, since: datetime, until: datetime) -> list[Sum2]:
    """Units that came back in another grade than good, and units shipped, both in that time."""
    houses = [house.id for house in warehouses(scope=scope, active=False)]
    with connection.cursor() as cursor:
        cursor.execute(_DEFECTIVE, [since, until, houses])
        return [Sum2(house, unit, back, sent) for house, unit, back, sent in cursor.fetchall()]
