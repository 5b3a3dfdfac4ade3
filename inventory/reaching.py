"""What scopes reach in the database, and how its SKUs want to be picked; a statement each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from inventory.models import Sku
from inventory.models.books import Grade
from inventory.scopes import Scope


def nowhere(scopes: Sequence[Scope]) -> set[Scope]:
    """Those scopes that can match no stock, now or ever: what they name is not there, or its
    parts contradict each other (a location of another warehouse, a lot of another SKU).

    A scope that names real things without stock is fine: what comes will be covered.
    """
    columns: list[Any] = [
        [scope.warehouse_id for scope in scopes],
        [scope.zone_id for scope in scopes],
        [scope.location_id for scope in scopes],
        [scope.sku_id for scope in scopes],
        [scope.lot_id for scope in scopes],
        [scope.supplier for scope in scopes],
        [scope.owner for scope in scopes],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.n - 1 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                       %s::bigint[], %s::text[], %s::text[])
                   WITH ORDINALITY AS s(house, zone, place, sku, lot, supplier, owner, n)
               WHERE NOT (
                   (s.house IS NULL OR EXISTS
                       (SELECT FROM inventory_warehouse w WHERE w.id = s.house))
                   AND (s.zone IS NULL OR EXISTS
                       (SELECT FROM inventory_zone z WHERE z.id = s.zone
                        AND (s.house IS NULL OR z.warehouse_id = s.house)))
                   AND (s.place IS NULL OR EXISTS
                       (SELECT FROM inventory_location p WHERE p.id = s.place
                        AND (s.house IS NULL OR p.warehouse_id = s.house)
                        AND (s.zone IS NULL OR p.zone_id = s.zone)))
                   AND (s.sku IS NULL OR EXISTS
                       (SELECT FROM inventory_sku k WHERE k.id = s.sku))
                   AND (s.lot IS NULL AND s.supplier = '' OR EXISTS
                       (SELECT FROM inventory_lot o
                        WHERE (s.lot IS NULL OR o.id = s.lot)
                          AND (s.sku IS NULL OR o.sku_id = s.sku)
                          AND (s.supplier = '' OR o.supplier = s.supplier)))
                   AND (s.owner = '' OR EXISTS
                       (SELECT FROM inventory_balance b WHERE b.owner = s.owner)))""",
            columns,
        )
        found = {scopes[int(row[0])] for row in cursor.fetchall()}
    found.update(scope for scope in scopes if scope.grade and scope.grade not in Grade.values)
    return found


def strategies(sku_ids: Collection[int]) -> dict[int, str]:
    """How these SKUs are picked, where it is not first expiry first."""
    rows = Sku.objects.filter(id__in=sku_ids).exclude(lot_strategy="FEFO")
    return dict(rows.values_list("id", "lot_strategy"))
