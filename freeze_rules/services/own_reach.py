"""How far one person goes by hand: the same blast radius that rules have, for policies to limit.

The largest share of one SKU's stock, and how many SKUs and warehouses, together with what the
person froze, or let go of, in the hour before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from inventory.selectors import scope_units
from inventory.selectors.hand_reach import reached_by
from inventory.selectors.held_lines import of_holds
from org.approving import Facts
from org.models import Person
from org.services import approvals

WINDOW = timedelta(hours=1)


def with_reach(
    facts: Facts,
    *,
    kind: str,
    by_sku: Mapping[int, int],
    warehouses: Collection[int],
    person: Person | None,
    releasing: bool,
) -> Facts:
    """The facts with how far the action reaches. One statement where no policy asks for it.

    Args:
        by_sku: base units of each SKU that it freezes or lets go of.
        person: whoever does it; None counts the action alone.
    """
    if not approvals.limits_reach(kind=kind):
        return facts
    skus, houses = set(by_sku), set(warehouses)
    if person is not None:
        before = reached_by(person.actor, since=timezone.now() - WINDOW, releasing=releasing)
        skus, houses = skus | before.skus, houses | before.warehouses
    share = scope_units.largest_share(by_sku)
    return replace(facts, share_pct=round(share, 2), skus=len(skus), places=len(houses))


def with_released(
    facts: Facts,
    *,
    kind: str,
    hold_ids: Collection[int],
    person: Person | None,
    most: int | None = None,
) -> Facts:
    """The facts of a release with how far it reaches.

    Args:
        most: base units, where not all of one freeze is let go of.
    """
    if not approvals.limits_reach(kind=kind):
        return facts
    by_sku: dict[int, int] = {}
    houses: set[int] = set()
    for lines in of_holds(hold_ids).values():
        for line in lines:
            by_sku[line.sku_id] = by_sku.get(line.sku_id, 0) + line.open
            houses.add(line.warehouse_id)
    if most is not None:
        by_sku = {sku: min(qty, most) for sku, qty in by_sku.items()}
    return with_reach(
        facts, kind=kind, by_sku=by_sku, warehouses=houses, person=person, releasing=True
    )
