"""What may never be true of freezes: goods sold before the inspection that they waited for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from freeze_rules import formula
from freeze_rules.models import Watch
from org.scope import Scope

PASSED = "inspection.passed"
# Rows told at once; more of them tell nobody anything.
SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Two records of one fact that do not agree."""

    check: str
    subject: str
    expected: str
    found: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unproved:
    """Units that left although the inspection which their freeze asked for had not passed.

    `units` at most: of goods without a lot, and of a part of a lot, those that were let go of
    cannot be told apart from those that lay beside them.
    """

    hold_id: int
    document: str
    sku_code: str
    sku_name: str
    lot_code: str
    warehouse_id: int
    unit_id: int
    warehouse_name: str
    released_at: datetime
    released_by: str
    shipped_at: datetime
    shipped_as: str
    units: int


# A release by a disposition ("passed in part") carries the event's number in its key: that event
# is its evidence. An inspection counts when it was decided after the freeze and before the goods
# left.
_UNPROVED = """
WITH let_go AS (
    SELECT w.hold_id, w.sku_id, w.lot_id, w.made_at, j.warehouse_id, min(j.posting_id) AS posting,
           min(j.at) AS at, min(j.actor) AS actor, min(j.document) AS document,
           -sum(j.units)::bigint AS units
    FROM freeze_rules_watch w
    JOIN freeze_rules_journalline j ON j.hold_id = w.hold_id
    JOIN inventory_posting p ON p.id = j.posting_id
    WHERE w.formula = ANY(%(formulas)s::jsonb[]) AND w.sku_id IS NOT NULL
      AND j.units < 0 AND j.kind IN ('RELEASE', 'CONVERT') AND p.key !~ '^watch:[0-9]+:E[0-9]+:'
      AND NOT EXISTS (
        SELECT FROM freeze_rules_proof f WHERE f.watch_id = w.id AND f.leaf = %(leaf)s)
    GROUP BY 1, 2, 3, 4, 5),
sent AS (
    SELECT l.hold_id, l.warehouse_id AS froze_at, b.warehouse_id, min(p.recorded_at) AS at,
           min(p.document) AS document, least(l.units, sum(-e.on_hand))::bigint AS units
    FROM let_go l
    JOIN inventory_entry e ON e.sku_id = l.sku_id AND e.posting_id > l.posting AND e.on_hand < 0
    JOIN inventory_posting p ON p.id = e.posting_id AND p.kind = 'SHIP'
    JOIN inventory_stock c ON c.id = e.stock_id
    JOIN inventory_balance b ON b.id = c.balance_id
    WHERE (c.lot_id = l.lot_id OR (l.lot_id IS NULL AND b.warehouse_id = l.warehouse_id))
      AND NOT EXISTS (
        SELECT FROM freeze_rules_inspection i
        WHERE i.sku_id = l.sku_id AND i.result IN ('PASSED', 'PARTIAL')
          AND (i.lot_id IS NULL OR l.lot_id IS NULL OR i.lot_id = l.lot_id)
          AND i.decided_at >= l.made_at AND i.decided_at <= p.recorded_at)
    GROUP BY l.hold_id, l.warehouse_id, b.warehouse_id, l.units)
SELECT l.hold_id, l.document, k.code, k.name, coalesce(t.code, ''), w.id, w.unit_id, w.name,
       l.at, l.actor, s.at, s.document, s.units
FROM sent s
JOIN let_go l ON l.hold_id = s.hold_id AND l.warehouse_id = s.froze_at
JOIN inventory_sku k ON k.id = l.sku_id
LEFT JOIN inventory_lot t ON t.id = l.lot_id
JOIN inventory_warehouse w ON w.id = s.warehouse_id
WHERE (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
       OR w.id = ANY(%(houses)s::bigint[]))
  AND (%(since)s::timestamptz IS NULL OR s.at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR s.at < %(until)s)
ORDER BY s.at DESC, l.hold_id DESC
LIMIT %(limit)s
"""


def unproved(
    *,
    scope: Scope,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = SHOWN,
) -> list[Unproved]:
    """What was shipped of goods whose freeze could only end with a passed inspection, without one.

    Two statements.

    Args:
        scope: whose warehouses the goods left from.
        since, until: when the first of them left.
    """
    asking = Watch.objects.filter(hears__contains=[PASSED], sku__isnull=False)
    formulas = [
        json.dumps(tree)
        for tree in asking.values_list("formula", flat=True).distinct()
        if formula.needs(tree, PASSED)
    ]
    if not formulas:
        return []
    told = {
        "formulas": formulas, "leaf": PASSED, "since": since, "until": until, "limit": limit,
        **scope.of_warehouses,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_UNPROVED, told)
        names = Unproved.__slots__
        return [Unproved(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def audit() -> list[Difference]:
    """What the audit of the house finds about freezes; nothing is right."""
    return [
        Difference(
            check="nothing is shipped before the inspection that its freeze asked for",
            subject=f"H-{row.hold_id} {row.sku_code} {row.lot_code} {row.shipped_as}",
            expected="0",
            found=str(row.units),
        )
        for row in unproved(scope=Scope.everything())
    ]
