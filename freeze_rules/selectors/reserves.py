"""Claims of rules that an order may draw from: its own lock, and the reserve of its promotion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from freeze_rules.models import Watch
from inventory.selectors import held_lines

LOCK = "ORDER_LOCK"


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """The document to draw from, and the units there by warehouse and SKU."""

    document: str
    units: Mapping[tuple[int, int], int] = field(default_factory=dict)


def locks_of(documents: Collection[str]) -> dict[str, Reserve]:
    """The open order locks of these documents; two statements, one when there is none."""
    holds = dict(
        Watch.objects.filter(
            document__in=documents,
            closed_at__isnull=True,
            hold__closed_at__isnull=True,
            hold__reason__code=LOCK,
        ).values_list("hold_id", "document")
    )
    return _reserves(holds)


def _reserves(holds: Mapping[int, str]) -> dict[str, Reserve]:
    """By what the holds belong to; of several claims the one with the most units."""
    found: dict[str, Reserve] = {}
    if not holds:
        return found
    names = dict(Watch.objects.filter(hold_id__in=holds).values_list("hold_id", "hold__document"))
    by_name: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
    for hold_id, lines in held_lines.of_holds(list(holds)).items():
        units = by_name.setdefault((holds[hold_id], names[hold_id]), {})
        for line in lines:
            key = (line.warehouse_id, line.sku_id)
            units[key] = units.get(key, 0) + line.open
    for (owner, name), units in by_name.items():
        if owner not in found or sum(units.values()) > sum(found[owner].units.values()):
            found[owner] = Reserve(document=name, units=units)
    return found
