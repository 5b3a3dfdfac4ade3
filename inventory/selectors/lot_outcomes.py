"""What became of frozen lots month by month: sold, brought back, to the supplier, scrapped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from org.scope import Scope

# From the first minute of these freezes; what left before has nothing to do with them.
_OUTCOMES = """
    WITH frozen AS (
        SELECT c.lot_id, min(h.created_at) AS since
        FROM inventory_hold h
        JOIN inventory_holdline l ON l.hold_id = h.id
        JOIN inventory_stock c ON c.id = l.stock_id AND c.lot_id IS NOT NULL
        WHERE h.id = ANY(%(holds)s) GROUP BY 1
    )
    SELECT date_trunc('month', p.recorded_at AT TIME ZONE %(zone)s)::date,
           CASE WHEN p.kind = 'SCRAP' AND EXISTS (
                    SELECT FROM inventory_entry o
                    WHERE o.posting_id = p.id AND o.outside = 'SUPPLIER') THEN 'TO_SUPPLIER'
                ELSE p.kind END,
           sum(abs(e.on_hand))::bigint, sum(abs(e.on_hand) * s.unit_cost)
    FROM frozen f
    JOIN inventory_stock c ON c.lot_id = f.lot_id
    JOIN inventory_entry e ON e.stock_id = c.id AND e.on_hand <> 0
    JOIN inventory_posting p ON p.id = e.posting_id AND p.kind IN ('SHIP', 'RETURN', 'SCRAP')
        AND p.recorded_at >= f.since AND p.recorded_at >= %(since)s
        AND NOT EXISTS (SELECT FROM inventory_posting r WHERE r.reverses_id = p.id)
    JOIN inventory_sku s ON s.id = e.sku_id
    JOIN inventory_balance b ON b.id = e.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
           OR w.id = ANY(%(houses)s::bigint[]))
    GROUP BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Base units and their cost in one month, named by its first day.

    `kind` is SHIP, RETURN, TO_SUPPLIER or SCRAP.
    """

    month: date
    kind: str
    units: int
    cost: Decimal


def outcomes_of_freezes(
    hold_ids: Collection[int], *, since: datetime, scope: Scope
) -> list[Outcome]:
    """What became since then of the lots that these claims had held; one statement."""
    asked = {
        "holds": list(hold_ids), "since": since, "zone": timezone.get_current_timezone_name(),
        **scope.of_warehouses,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, asked)
        return [
            Outcome(month=month, kind=kind, units=int(units), cost=Decimal(cost))
            for month, kind, units, cost in cursor.fetchall()
        ]
