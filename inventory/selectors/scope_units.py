"""How many units lie under scopes that are not laid yet: asked before a freeze, for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from inventory.models import HoldLine, Location, Lot, Sku


@dataclass(frozen=True, kw_only=True, slots=True)
class ScopeOf:
    """What a claim would cover: what is named must match, what is empty covers everything."""

    warehouse_id: int | None = None
    zone_id: int | None = None
    location_id: int | None = None
    sku_id: int | None = None
    lot_id: int | None = None
    supplier: str = ""
    grade: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Under:
    """What lies under a scope now: base units, their cost, units of each SKU, warehouses."""

    units: int
    value: Decimal
    by_sku: Mapping[int, int]
    warehouses: frozenset[int]


NOTHING = Under(units=0, value=Decimal(0), by_sku={}, warehouses=frozenset())
_SQL = """
WITH asked AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                         %s::text[], %s::text[]) WITH ORDINALITY
           AS a(warehouse_id, zone_id, location_id, sku_id, lot_id, supplier, grade, n)
)
SELECT a.n, u.sku_id, u.warehouse_id, sum(u.units)::bigint, sum(u.value)
FROM asked a
CROSS JOIN LATERAL (
    SELECT b.sku_id, b.warehouse_id, s.on_hand AS units, s.on_hand * k.unit_cost AS value
    FROM inventory_stock s
    JOIN inventory_balance b ON b.id = s.balance_id
    JOIN inventory_sku k ON k.id = b.sku_id
    JOIN inventory_location p ON p.id = s.location_id
    LEFT JOIN inventory_lot l ON l.id = s.lot_id
    WHERE s.on_hand > 0
      AND (a.warehouse_id IS NULL OR b.warehouse_id = a.warehouse_id)
      AND {sku}
      AND (a.lot_id IS NULL OR s.lot_id = a.lot_id)
      AND (a.location_id IS NULL OR s.location_id = a.location_id)
      AND (a.zone_id IS NULL OR p.zone_id = a.zone_id)
      AND (a.supplier = '' OR l.supplier = a.supplier)
      AND (a.grade = '' OR b.grade = a.grade)
) u
GROUP BY a.n, u.sku_id, u.warehouse_id
"""


def units_under(scopes: Sequence[ScopeOf]) -> list[Under]:
    """What lies under each scope, in their order. Two statements at most."""
    found = [NOTHING] * len(scopes)
    named = [at for at, scope in enumerate(scopes) if scope.sku_id is not None]
    wide = [at for at, scope in enumerate(scopes) if scope.sku_id is None]
    # Apart, so that the many scopes that name a SKU are found by its index.
    for places, clause in ((named, "b.sku_id = a.sku_id"), (wide, "TRUE")):
        if not places:
            continue
        for at, under in _read([scopes[at] for at in places], clause).items():
            found[places[at]] = under
    return found


def _read(scopes: Sequence[ScopeOf], clause: str) -> dict[int, Under]:
    """By place in `scopes`; those under which nothing lies are missing."""
    columns = [
        [getattr(scope, name) for scope in scopes]
        for name in (
            "warehouse_id", "zone_id", "location_id", "sku_id", "lot_id", "supplier", "grade",
        )
    ]  # fmt: skip
    rows: dict[int, list[tuple[int, int, int, Decimal]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(sku=clause), columns)
        for at, *row in cursor.fetchall():
            rows[at - 1].append(tuple(row))
    return {at: _sum(found) for at, found in rows.items()}


def _sum(rows: Sequence[tuple[int, int, int, Decimal]]) -> Under:
    by_sku: dict[int, int] = defaultdict(int)
    for sku_id, _house, units, _value in rows:
        by_sku[sku_id] += units
    return Under(
        units=sum(by_sku.values()),
        value=sum((value for *_row, value in rows), Decimal(0)),
        by_sku=dict(by_sku),
        warehouses=frozenset(house for _sku, house, *_row in rows),
    )


def costs_of(sku_ids: Collection[int]) -> dict[int, Decimal]:
    """What one base unit of each of these SKUs costs to buy. One statement."""
    return dict(Sku.objects.filter(id__in=sku_ids).values_list("id", "unit_cost"))


def zones_of(location_ids: Collection[int]) -> dict[int, int | None]:
    """The zone of each of these locations. One statement."""
    return dict(Location.objects.filter(id__in=location_ids).values_list("id", "zone_id"))


def suppliers_of(lot_ids: Collection[int]) -> dict[int, str]:
    """The supplier of each of these lots. One statement."""
    return dict(Lot.objects.filter(id__in=lot_ids).values_list("id", "supplier"))


def held_by(hold_ids: Collection[int]) -> dict[int, int]:
    """Base units open under each of these claims. One statement."""
    return dict(
        HoldLine.objects.filter(hold_id__in=hold_ids)
        .values_list("hold_id")
        .annotate(units=Sum("open"))
    )


def on_hand_of(sku_ids: Sequence[int]) -> dict[int, int]:
    """Base units of each SKU in all warehouses and grades together. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sku_id, sum(on_hand)::bigint FROM inventory_balance"
            " WHERE sku_id = ANY(%s) GROUP BY sku_id",
            [list(sku_ids)],
        )
        return {int(sku): int(units) for sku, units in cursor.fetchall()}


def largest_share(units: Mapping[int, int]) -> Decimal:
    """The largest part of any SKU's units on hand that these are, in percent. One statement."""
    there = on_hand_of(sorted(units)) if units else {}
    shares = [
        Decimal(100 * qty) / there[sku] for sku, qty in units.items() if there.get(sku, 0) > 0
    ]
    return max(shares, default=Decimal(0))
