"""Which warehouse sends an order. Pure: values in, choices out.

One warehouse that has everything; of those the nearest, then the one with the highest priority.
Orders are served in the order given (the earliest paid first); what one order takes is gone for
the next, so a whole batch is planned without asking the database again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oms.geography import Point, distance_km

# Warehouses of one city differ by less than this; then priority decides, not the kilometre.
SAME_DISTANCE_KM = 25
UNKNOWN_DISTANCE = 10**6


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse that may send orders. A smaller `priority` is preferred."""

    warehouse_id: int
    at: Point | None
    priority: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one order still needs: base units per SKU, and where it goes.

    `allowed` limits the warehouses (empty: any), `avoid` are those that just said no. `own` are
    units by (warehouse, SKU) that are kept for this order besides the free ones.
    """

    order_id: int
    needs: Mapping[int, int]
    to: Point | None = None
    allowed: frozenset[int] = frozenset()
    avoid: frozenset[int] = frozenset()
    own: Mapping[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """The warehouse of an order, or what is missing where least is missing.

    `short` maps SKU to missing units and is empty when a warehouse was found.
    """

    order_id: int
    warehouse_id: int | None
    short: Mapping[int, int] = field(default_factory=dict)


def choose(
    *,
    wanted: Sequence[Wanted],
    places: Sequence[Place],
    free: Mapping[tuple[int, int], int],
) -> list[Choice]:
    """One choice per order, in the same order.

    Args:
        wanted: orders, the first to be served first.
        places: warehouses that may send.
        free: available units by (warehouse, SKU); what is not in it is zero.
    """
    left = dict(free)
    choices = []
    for order in wanted:
        choice = _choose_one(order, places, left)
        if choice.warehouse_id is not None:
            for sku_id, qty in order.needs.items():
                spot = (choice.warehouse_id, sku_id)
                left[spot] = left.get(spot, 0) - max(qty - order.own.get(spot, 0), 0)
        choices.append(choice)
    return choices


def _choose_one(
    order: Wanted, places: Sequence[Place], left: Mapping[tuple[int, int], int]
) -> Choice:
    open_to = [
        place
        for place in places
        if place.warehouse_id not in order.avoid
        and (not order.allowed or place.warehouse_id in order.allowed)
    ]
    shorts = {place.warehouse_id: _short(order, place.warehouse_id, left) for place in open_to}
    complete = [place for place in open_to if not shorts[place.warehouse_id]]
    if complete:
        best = min(complete, key=lambda place: _rank(order, place))
        return Choice(order.order_id, best.warehouse_id)
    least = min(
        open_to,
        key=lambda place: (sum(shorts[place.warehouse_id].values()), _rank(order, place)),
        default=None,
    )
    missing = dict(order.needs) if least is None else shorts[least.warehouse_id]
    return Choice(order.order_id, None, missing)


def _short(order: Wanted, warehouse_id: int, left: Mapping[tuple[int, int], int]) -> dict[int, int]:
    there = {
        sku_id: max(left.get((warehouse_id, sku_id), 0), 0)
        + order.own.get((warehouse_id, sku_id), 0)
        for sku_id in order.needs
    }
    return {
        sku_id: qty - there[sku_id] for sku_id, qty in order.needs.items() if there[sku_id] < qty
    }


def _rank(order: Wanted, place: Place) -> tuple[int, int, int]:
    """Nearest first, then priority, then the older warehouse, so that a plan can be repeated."""
    if order.to is None:
        far = 0
    elif place.at is None:
        far = UNKNOWN_DISTANCE
    else:
        far = int(distance_km(order.to, place.at) / SAME_DISTANCE_KM)
    return (far, place.priority, place.warehouse_id)
