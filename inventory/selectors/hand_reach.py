"""How far somebody went with freezes by hand: SKUs and warehouses since a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory.models import Entry
from inventory.models.claims import Role


@dataclass(frozen=True, kw_only=True)
class Reached:
    """SKUs and warehouses, by id."""

    skus: frozenset[int]
    warehouses: frozenset[int]


def reached_by(actor: str, *, since: datetime, releasing: bool) -> Reached:
    """What this person froze since then, or let go of. One statement.

    Args:
        actor: as the ledger names people, "person:7".
        releasing: units that left a freeze; else those that came under one.
    """
    rows = Entry.objects.filter(
        posting__actor=actor,
        posting__recorded_at__gte=since,
        line__hold__role=Role.FREEZE,
        **({"held__lt": 0} if releasing else {"held__gt": 0}),
    )
    found = set(rows.values_list("sku_id", "balance__warehouse_id"))
    return Reached(
        skus=frozenset(sku for sku, _house in found),
        warehouses=frozenset(house for _sku, house in found if house is not None),
    )
