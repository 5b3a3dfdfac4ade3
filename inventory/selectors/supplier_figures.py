"""What came from suppliers and what was kept back of it, from the ledger.

Goods without a lot, or whose lot names no supplier, are nobody's here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from org.scope import Scope

_RECEIVED = """
    SELECT t.supplier, sum(e.on_hand)::bigint
    FROM inventory_posting p
    JOIN inventory_entry e ON e.posting_id = p.id AND e.on_hand > 0
    JOIN inventory_stock c ON c.id = e.stock_id
    JOIN inventory_lot t ON t.id = c.lot_id AND t.supplier <> ''
    JOIN inventory_balance b ON b.id = e.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE p.kind = 'RECEIVE' AND p.recorded_at >= %(since)s AND p.recorded_at < %(until)s
        AND NOT EXISTS (SELECT FROM inventory_posting r WHERE r.reverses_id = p.id)
        AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
             OR w.id = ANY(%(houses)s::bigint[]))
    GROUP BY 1
"""

# What one posting adds to these freezes of a lot: carrying frozen goods, or turning one of these
# freezes into another, adds nothing.
_FROZEN = """
    SELECT supplier, sum(units)::bigint FROM (
        SELECT t.supplier, sum(e.held) AS units
        FROM inventory_posting p
        JOIN inventory_entry e ON e.posting_id = p.id AND e.held <> 0
        JOIN inventory_holdline l ON l.id = e.line_id
        JOIN inventory_hold h ON h.id = l.hold_id AND h.role = 'FREEZE'
        JOIN inventory_reason r ON r.id = h.reason_id AND r.code = ANY(%(reasons)s)
        JOIN inventory_stock c ON c.id = l.stock_id
        JOIN inventory_lot t ON t.id = c.lot_id AND t.supplier <> ''
        JOIN inventory_balance b ON b.id = e.balance_id
        JOIN inventory_warehouse w ON w.id = b.warehouse_id
        WHERE p.recorded_at >= %(since)s AND p.recorded_at < %(until)s
            AND p.kind NOT IN ('TRANSFER_OUT', 'TRANSFER_IN')
            AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                 OR w.id = ANY(%(houses)s::bigint[]))
        GROUP BY e.posting_id, t.id, t.supplier
        HAVING sum(e.held) > 0
    ) AS added GROUP BY 1
"""

_NOW = """
    SELECT t.supplier, sum(l.open)::bigint
    FROM inventory_holdline l
    JOIN inventory_hold h ON h.id = l.hold_id AND h.role = 'FREEZE' AND h.closed_at IS NULL
    JOIN inventory_reason r ON r.id = h.reason_id AND r.code = ANY(%(reasons)s)
    JOIN inventory_stock c ON c.id = l.stock_id
    JOIN inventory_lot t ON t.id = c.lot_id AND t.supplier <> ''
    JOIN inventory_balance b ON b.id = l.balance_id
    JOIN inventory_warehouse w ON w.id = b.warehouse_id
    WHERE l.open > 0
        AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
             OR w.id = ANY(%(houses)s::bigint[]))
    GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class SupplierUnits:
    """Base units by supplier: received and frozen in the time, and frozen now."""

    received: dict[str, int]
    frozen: dict[str, int]
    frozen_now: dict[str, int]


def supplier_units(
    *, scope: Scope, since: datetime, until: datetime, reasons: Collection[str]
) -> SupplierUnits:
    """What was received and frozen from `since` to before `until`; three statements.

    Args:
        reasons: codes of the freezes that count.
    """
    asked = {
        "since": since, "until": until, "reasons": sorted(reasons), **scope.of_warehouses
    }  # fmt: skip
    return SupplierUnits(
        received=_by_supplier(_RECEIVED, asked),
        frozen=_by_supplier(_FROZEN, asked),
        frozen_now=_by_supplier(_NOW, asked),
    )


def frozen_of_suppliers(*, scope: Scope, reasons: Collection[str]) -> dict[str, int]:
    """Base units under open freezes of these reasons now; one statement."""
    return _by_supplier(_NOW, {"reasons": sorted(reasons), **scope.of_warehouses})


def _by_supplier(statement: str, asked: Mapping[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return {str(supplier): int(units) for supplier, units in cursor.fetchall()}
