"""What lay in cells at moments of the past, reckoned back from today by the ledger's entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.selectors.fact_columns import COLUMNS
from inventory.selectors.past_arrivals import NARROWING


@dataclass(frozen=True, kw_only=True, slots=True)
class PastGoods:
    """Goods of one cell; `units` at each of the moments, in their order."""

    warehouse_id: int
    sku_id: int
    lot_id: int | None
    location_id: int
    grade: str
    owner: str
    units: tuple[int, ...]


_BOOKED = """
WITH booked AS (
    SELECT e.stock_id, width_bucket(p.recorded_at, %(moments)s::timestamptz[]) AS later,
           sum(e.on_hand)::bigint AS units
    FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
    WHERE p.recorded_at >= %(first)s AND e.stock_id IS NOT NULL AND e.on_hand <> 0
    GROUP BY 1, 2
)
SELECT s.id, b.warehouse_id, b.sku_id, s.lot_id, s.location_id, b.grade, b.owner, s.on_hand,
       array_agg(o.later ORDER BY o.later) FILTER (WHERE o.later IS NOT NULL),
       array_agg(o.units ORDER BY o.later) FILTER (WHERE o.later IS NOT NULL)
FROM inventory_stock s
JOIN inventory_balance b ON b.id = s.balance_id
JOIN inventory_sku k ON k.id = b.sku_id
LEFT JOIN inventory_lot l ON l.id = s.lot_id
LEFT JOIN booked o ON o.stock_id = s.id
WHERE (s.on_hand > 0 OR o.stock_id IS NOT NULL)
  AND (%(houses)s::bigint[] IS NULL OR b.warehouse_id = ANY(%(houses)s::bigint[])){having}
GROUP BY s.id, b.id ORDER BY s.id LIMIT %(limit)s
"""


def cells_at(
    moments: Sequence[datetime],
    *,
    houses: Collection[int] | None,
    having: Mapping[str, Collection[Any]],
    limit: int,
) -> list[PastGoods]:
    """Cells in which something lay at one of the moments (ascending). One statement.

    Args:
        houses: only in these warehouses; None: in all.
        having: facts of SKU, lot or balance with the values of which the goods have one today.
        limit: no more cells than that.
    """
    told: dict[str, Any] = {
        "moments": list(moments), "first": moments[0], "limit": limit,
        "houses": None if houses is None else sorted(houses),
    }  # fmt: skip
    more = ""
    for at, (code, values) in enumerate(sorted(having.items())):
        assert code in NARROWING, f"{code} is not known of a cell at once."
        told[f"fact{at}"] = sorted(values, key=str)
        more += f" AND {COLUMNS[code].sql} = ANY(%(fact{at})s)"
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED.replace("{having}", more), told)
        rows = cursor.fetchall()
    found = []
    for _id, house, sku, lot, place, grade, owner, now, later, units in rows:
        booked: dict[int, int] = defaultdict(int)
        for bucket, change in zip(later or (), units or (), strict=True):
            booked[bucket] += change
        left, then = now, list[int]()
        # From the last moment back: what was booked after it is taken off.
        for at in range(len(moments), 0, -1):
            left -= booked[at]
            then.append(left)
        past = tuple(reversed(then))
        if any(past):
            found.append(
                PastGoods(
                    warehouse_id=house,
                    sku_id=sku,
                    lot_id=lot,
                    location_id=place,
                    grade=grade,
                    owner=owner,
                    units=past,
                )
            )
    return found
