"""What other systems are told of orders."""

from __future__ import annotations

from collections.abc import Sequence

from oms.models import Order
from outbox import services as outbox
from webhooks import selectors as asked
from webhooks import services as webhooks


def tell_held(orders: Sequence[Order]) -> None:
    """Stock was just held for these: tell it, if anybody wants to know. One statement, or two."""
    if orders and asked.anybody_wants("order.held"):
        outbox.tell(topic="order.held", keys=[str(order.number) for order in orders])


def note_held(*, keys: list[str]) -> None:
    """Orders whose stock is held."""
    _tell("order.held", keys)


def note_shipped(*, keys: list[str]) -> None:
    """Orders whose last parcel has left."""
    _tell("order.shipped", keys)


def note_cancelled(*, keys: list[str]) -> None:
    """Orders that were cancelled."""
    _tell("order.cancelled", keys)


def note_parcels_left(*, keys: list[str]) -> None:
    """Documents of which parcels have left a warehouse."""
    _tell("fulfilment.shipped", keys)


def note_short(*, keys: list[str]) -> None:
    """Documents of which a picker found less than was promised."""
    _tell("fulfilment.short", keys)


def note_displaced(*, keys: list[str]) -> None:
    """Documents that lost units which they had claimed."""
    _tell("hold.displaced", keys)


def _tell(topic: str, keys: list[str]) -> None:
    if not asked.anybody_wants(topic):
        return
    # "SO-7/2" is the second round of SO-7; documents of others have no order.
    numbers = {key: key.partition("/")[0] for key in keys}
    rows = Order.objects.filter(number__in=set(numbers.values()))
    places = {
        number: where
        for number, *where in rows.values_list("number", "unit_id", "warehouse_id", "shop_id")
    }
    webhooks.publish(
        topic=topic,
        events=[
            webhooks.Event(
                {"document": key, "order": number, "link": f"/api/v1/orders/{number}/"},
                *(frozenset({pk} - {None}) for pk in places[number]),
            )
            for key, number in numbers.items()
            if number in places
        ],
    )
