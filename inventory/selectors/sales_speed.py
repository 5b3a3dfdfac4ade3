"""How fast goods sell in each warehouse, and what is free of them there: asked before a freeze."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from inventory.selectors.ageing import SPEED_DAYS
from inventory.selectors.selling import GOOD, Key
from inventory.things import ONE_OWNER

_SPEED = """
WITH asked AS (
    SELECT b.id, b.warehouse_id, b.sku_id, b.available, k.list_price
    FROM unnest(%(houses)s::bigint[], %(skus)s::bigint[]) AS a(warehouse_id, sku_id)
    JOIN inventory_balance b ON b.warehouse_id = a.warehouse_id AND b.sku_id = a.sku_id
        AND b.grade = %(grade)s AND b.owner = %(owner)s
    JOIN inventory_sku k ON k.id = b.sku_id
)
SELECT a.warehouse_id, a.sku_id, a.available, a.list_price,
       coalesce(sum(-e.on_hand) FILTER (WHERE p.id IS NOT NULL), 0) / %(days)s::numeric
FROM asked a
LEFT JOIN inventory_entry e ON e.balance_id = a.id AND e.on_hand < 0 AND e.id > coalesce(
    (SELECT max(m.last_entry) FROM inventory_balancemark m
     WHERE m.balance_id = a.id AND m.recorded_at < %(since)s), 0)
LEFT JOIN inventory_posting p ON p.id = e.posting_id AND p.kind = 'SHIP'
    AND p.recorded_at >= %(since)s
GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selling:
    """Good units of one SKU in one warehouse: free now, shipped a day, and the price of one."""

    available: int
    a_day: Decimal
    price: Decimal

    def missed(self, *, frozen: int, gone: int) -> Decimal:
        """Sales a day that a freeze would prevent: as the ageing board counts them afterwards.

        Args:
            frozen: units it takes.
            gone: how many of these are free now; while others stay free, no sale is missed.
        """
        if self.available > gone:
            return Decimal(0)
        return min(self.a_day, Decimal(frozen)) * self.price


def selling(keys: Collection[Key], *, since: datetime) -> dict[Key, Selling]:
    """Per (warehouse id, SKU id) how it sells; pairs without a balance are missing. One statement.

    Args:
        since: the beginning of the `SPEED_DAYS` days that speed is measured over.
    """
    pairs = sorted(set(keys))
    told: dict[str, Any] = {
        "houses": [house for house, _sku in pairs], "skus": [sku for _house, sku in pairs],
        "grade": GOOD, "owner": ONE_OWNER, "since": since, "days": SPEED_DAYS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SPEED, told)
        return {
            (house, sku): Selling(available=free, price=price, a_day=speed)
            for house, sku, free, price, speed in cursor.fetchall()
        }
