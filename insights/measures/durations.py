"""How long things took, in the database: cases by bucket and cut, however many there were."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, ExpressionWrapper, F, FloatField, IntegerField, QuerySet, Sum
from django.db.models.functions import Cast, Extract, Floor, Greatest, Ln

from insights.measures.measure import STEP, Grain


def spread_between(
    rows: QuerySet[Any], *, began: Any, ended: Any, unit: str, warehouse: str, shop: str
) -> list[Grain]:
    """Grains of the time between two moments of each row; one statement.

    Args:
        rows: one row a case.
        began: expression of the first moment.
        ended: expression of the second one.
        unit: field of the unit's id.
        warehouse: field of the warehouse's id.
        shop: field of the shop's id.
    """
    seconds = Cast(Extract(ended - began, "epoch"), FloatField())
    bucket = Floor(Ln(Greatest(seconds, 1.0)) / Ln(STEP))
    found = (
        rows.annotate(
            took=ExpressionWrapper(seconds, output_field=FloatField()),
            bucket=Cast(bucket, IntegerField()),
        )
        .values_list(unit, warehouse, shop, "bucket")
        .annotate(cases=Count("pk"), seconds=Sum(F("took")))
        .order_by()
    )
    grains: dict[tuple[Any, Any, Any], tuple[float, dict[int, int]]] = {}
    for unit_id, warehouse_id, shop_id, number, cases, total in found:
        before, spread = grains.get((unit_id, warehouse_id, shop_id), (0.0, {}))
        spread[number] = cases
        grains[unit_id, warehouse_id, shop_id] = (before + total, spread)
    return [
        Grain(total, sum(spread.values()), "", unit_id, warehouse_id, shop_id, spread)
        for (unit_id, warehouse_id, shop_id), (total, spread) in grains.items()
    ]
