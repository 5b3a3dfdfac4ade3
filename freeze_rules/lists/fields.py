"""Fields of the filter bar, and words of cells, that several lists of this room have."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from org.lists.specs import Filter, Question, Words


def warehouse_field(question: Question) -> Filter:
    """The warehouses within reach, closed ones too; the warehouse chosen in the head fills it."""
    houses = stock.warehouses(scope=question.scope, active=False)
    choices = [(house.id, house.name) for house in houses]
    return Filter(name="warehouse", label=_("Warehouse"), choices=choices)


def day_fields(since: Words) -> tuple[Filter, Filter]:
    """From one day to another, both included."""
    return (
        Filter(name="since", label=since, kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )


def goods(sku: Any, lot: Any) -> str:
    """A SKU and perhaps a lot in words: "MILK Milk 1 l · L1"; empty for none."""
    if sku is None:
        return ""
    return f"{sku.code} {sku.name}" + (f" · {lot.code}" if lot else "")
