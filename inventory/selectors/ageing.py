"""What open freezes cost each day: bound capital, goods that expire, sales that are missed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from org.scope import Scope

# Sales speed is what was shipped in so many days.
SPEED_DAYS = 30

_OPEN = """
WITH due AS (
    SELECT h.id AS hold_id, h.document, r.code AS reason, h.is_safety, h.created_at, h.review_at,
           b.id AS balance_id, b.available, b.warehouse_id, s.id AS sku_id, s.list_price,
           coalesce(nullif(t.supplier, ''), h.supplier) AS supplier, t.expires_on,
           l.open AS units, l.open * s.unit_cost AS value
    FROM inventory_holdline l
    JOIN inventory_hold h ON h.id = l.hold_id AND h.role = 'FREEZE' AND h.closed_at IS NULL
    JOIN inventory_reason r ON r.id = h.reason_id
    JOIN inventory_balance b ON b.id = l.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    JOIN inventory_sku s ON s.id = b.sku_id
    LEFT JOIN inventory_stock c ON c.id = l.stock_id
    LEFT JOIN inventory_lot t ON t.id = c.lot_id
    WHERE l.open > 0 AND (r.by_hand OR h.binds_to = 'GOODS')
        AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
             OR w.id = ANY(%(houses)s::bigint[]))
        AND (%(holds)s::bigint[] IS NULL OR h.id = ANY(%(holds)s::bigint[]))
),
sold AS (
    SELECT o.balance_id, sum(-e.on_hand) / %(days)s::numeric AS speed
    FROM (SELECT DISTINCT balance_id FROM due WHERE available <= 0) o
    JOIN inventory_entry e ON e.balance_id = o.balance_id AND e.on_hand < 0 AND e.id > coalesce(
        (SELECT max(m.last_entry) FROM inventory_balancemark m
         WHERE m.balance_id = o.balance_id AND m.recorded_at < %(since)s), 0)
    JOIN inventory_posting p ON p.id = e.posting_id AND p.kind = 'SHIP'
        AND p.recorded_at >= %(since)s
    GROUP BY 1
),
costed AS (
    SELECT d.*, d.value * %(rate)s / 365 AS capital,
           -- Spread over the days that are left until the goods are lost.
           CASE WHEN d.expires_on > %(today)s AND d.expires_on <= coalesce(d.review_at::date,
                                                                            d.expires_on - 1)
                THEN d.value / (d.expires_on - %(today)s) ELSE 0 END AS expiry,
           least(coalesce(o.speed, 0), sum(d.units) OVER (PARTITION BY d.balance_id))
               * d.units / sum(d.units) OVER (PARTITION BY d.balance_id) * d.list_price AS missed
    FROM due d LEFT JOIN sold o USING (balance_id)
)
SELECT hold_id, min(document), min(reason), bool_or(is_safety), min(created_at), min(review_at),
       warehouse_id, supplier, min(sku_id), count(DISTINCT sku_id), sum(units)::bigint,
       sum(value), sum(capital), sum(expiry), sum(missed)
FROM costed GROUP BY hold_id, warehouse_id, supplier ORDER BY hold_id
"""


@dataclass(frozen=True, slots=True)
class OpenFreeze:
    """What one freeze holds in one warehouse of one supplier; the last three are money a day.

    `capital`: value at cost times the yearly rate. `expiry`: value of goods that expire before the
    review, spread over the days until then. `missed`: what would sell if it were not frozen, where
    nothing else is free.
    """

    hold_id: int
    document: str
    reason: str
    is_safety: bool
    since: datetime
    review_at: datetime | None
    warehouse_id: int
    supplier: str
    sku_id: int
    skus: int
    units: int
    value: Decimal
    capital: Decimal
    expiry: Decimal
    missed: Decimal

    @property
    def cost(self) -> Decimal:
        """Money a day, all together."""
        return self.capital + self.expiry + self.missed


# What a freeze took from orders stands in the posting that laid it. Who got another cell instead
# lost nothing.
_LOST = """
SELECT h.document, -sum(e.held)::bigint, sum(-e.held * s.list_price)
FROM (SELECT DISTINCT f.posting_id, f.sku_id FROM inventory_holdline n
      JOIN inventory_entry f ON f.line_id = n.id AND f.held > 0
      WHERE n.hold_id = ANY(%(holds)s)) laid
JOIN inventory_entry e ON e.posting_id = laid.posting_id AND e.sku_id = laid.sku_id
JOIN inventory_holdline n ON n.id = e.line_id
JOIN inventory_hold h ON h.id = n.hold_id AND h.role = 'COMMITMENT'
JOIN inventory_sku s ON s.id = e.sku_id
GROUP BY h.document HAVING sum(e.held) < 0 ORDER BY 2 DESC, 1
"""


def lost_to(hold_ids: Collection[int]) -> list[tuple[str, int, Decimal]]:
    """Documents that lost units when these freezes were laid: units, and their list price."""
    if not hold_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"holds": sorted(hold_ids)})
        return [(document, units, price) for document, units, price in cursor.fetchall()]


def open_freezes(
    *,
    scope: Scope,
    rate: Decimal,
    today: date,
    since: datetime,
    hold_ids: Collection[int] | None = None,
) -> list[OpenFreeze]:
    """Freezes with units now; the standing ones of places are left out. One statement.

    Args:
        scope: whose warehouses.
        rate: what capital costs in a year, 0.12 for 12 %.
        today: the local day.
        since: the beginning of the days that sales speed is measured over.
        hold_ids: only these.
    """
    told = {
        **scope.of_warehouses, "rate": rate, "today": today, "since": since, "days": SPEED_DAYS,
        "holds": None if hold_ids is None else sorted(hold_ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, told)
        return [OpenFreeze(*row) for row in cursor.fetchall()]
