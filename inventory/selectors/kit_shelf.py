"""Kits on the stock board: a row for each warehouse that has, or had, one of their parts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Value

from inventory.models import KitShelf, Warehouse
from inventory.selectors.selling import GOOD
from inventory.selectors.wording import skus_for_words
from org.scope import Scope

# Ids of the rows of kits begin here, those of balances end before (migration 0021).
FIRST_ROW = 10**17


def shelved_kits(
    *,
    scope: Scope,
    words: str = "",
    warehouse_id: int | None = None,
    grade: str = "",
    shelf: str = "",
) -> QuerySet[KitShelf]:
    """Kits in the warehouses of the scope, unordered; the arguments are those of the board.

    Nothing is built on the road, so warehouses in transit have none. Nothing of a kit lies
    anywhere: on hand and held are nought, none of them is ever frozen, and all of them are good.
    """  # fmt: skip
    nought = Value(0, output_field=BigIntegerField())
    built = KitShelf.objects.exclude(warehouse__kind=Warehouse.Kind.TRANSIT)
    rows = scope.limit(built, "warehouse__unit").annotate(
        code=F("kit__code"), on_hand=nought, held=nought
    )
    if shelf == "frozen" or grade not in ("", GOOD):
        return rows.none()
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    if shelf == "free":
        rows = rows.filter(available__gt=0)
    elif shelf == "sold_out":
        rows = rows.filter(available=0)
    if words:
        rows = rows.filter(kit__in=skus_for_words(words).values("id"))
    return rows


def kit_values(row_ids: Collection[int], *, scope: Scope) -> dict[int, tuple[Any, ...]]:
    """By row: kit, code, name, unit, warehouse, its code and name, how many. One statement."""
    if not row_ids:
        return {}
    # By kit and warehouse too: a view is not found by an id that it makes up.
    kits = {(pk - FIRST_ROW) // 1_000_000 for pk in row_ids}
    found = KitShelf.objects.filter(id__in=row_ids, kit__in=kits)
    rows = scope.limit(found, "warehouse__unit").values_list(
        "id", "kit_id", "kit__code", "kit__name", "kit__unit_name", "warehouse_id",
        "warehouse__code", "warehouse__name", "available",
    )  # fmt: skip
    return {row[0]: row[1:] for row in rows}
