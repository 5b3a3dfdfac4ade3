"""What may never differ about orders; each check must find nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from inventory import selectors as stock
from oms.models import Order, OrderException, OrderLine
from oms.selectors.retention import kept_too_long, last_day_kept
from wms import selectors as floor_selectors

# Documents per look at claims and floor.
CHUNK = 5_000
# Floor states that come to an end without anybody above doing something.
_MOVING = {"RELEASED", "PICKING", "PICKED", "CHECKED", "PACKED", "SHIPPED"}


@dataclass(frozen=True)
class Difference:
    """Two records of one fact that do not agree."""

    check: str
    subject: str
    expected: str
    found: str


_CHECKS = {
    "the last event names the state": """
        SELECT o.number, o.state, coalesce(e.to_state, '')
        FROM oms_order o LEFT JOIN LATERAL (
            SELECT to_state FROM oms_orderevent WHERE order_id = o.id ORDER BY id DESC LIMIT 1
        ) e ON true WHERE e.to_state IS DISTINCT FROM o.state""",
    "each event begins where the one before ended": """
        SELECT 'SO-' || order_id, coalesce(before, ''), from_state FROM (
            SELECT order_id, from_state,
                   lag(to_state) OVER (PARTITION BY order_id ORDER BY id) AS before
            FROM oms_orderevent) chain
        WHERE from_state <> coalesce(before, '')""",
    "nothing of an ended order is still to be sent": """
        SELECT o.number || ' line ' || l.position, 0, l.qty - l.cancelled - l.shipped
        FROM oms_order o JOIN oms_orderline l ON l.order_id = o.id
        WHERE o.state IN ('SHIPPED', 'COMPLETED', 'CANCELLED')
          AND l.qty <> l.cancelled + l.shipped""",
    "only what left the house is shipped": """
        SELECT o.number || ' line ' || l.position, 0, l.shipped
        FROM oms_order o JOIN oms_orderline l ON l.order_id = o.id
        WHERE l.shipped > 0 AND o.state NOT IN ('PARTIALLY_SHIPPED', 'SHIPPED', 'COMPLETED')""",
    "an ended order has no open blocking exception": """
        SELECT o.number, 'RESOLVED', x.code
        FROM oms_orderexception x JOIN oms_order o ON o.id = x.order_id
        WHERE x.state = 'OPEN' AND x.blocks AND x.code <> 'revived_after_cancel'
          AND o.state IN ('SHIPPED', 'COMPLETED', 'CANCELLED', 'CLOSED')""",
}


def audit() -> list[Difference]:
    """Every difference between orders, their events, their claims and the floor."""
    found = []
    with connection.cursor() as cursor:
        for check, query in _CHECKS.items():
            cursor.execute(query)
            found += [
                Difference(check, str(subject), str(expected), str(seen))
                for subject, expected, seen in cursor.fetchall()
            ]
    found += _receivers()
    found += _claims()
    found += _shipments()
    found += [
        Difference("every order has a next action", number, "somebody or something", "nothing")
        for number in without_next_action()
    ]
    return found


def _receivers() -> list[Difference]:
    """None is kept longer than allowed; the task that removes them has a day for it."""
    old = kept_too_long(ended_before=last_day_kept(grace=timedelta(days=1)))
    numbers = old.values_list("order__number", flat=True)[:CHUNK]
    check = "no receiver is kept too long"
    return [Difference(check, str(number), "removed", "still there") for number in numbers]


def without_next_action() -> list[str]:
    """Orders that would lie for ever: not ended, not due, nothing open, not moving on the floor.

    Orders that are not paid wait for the buyer, which is an action of his.
    """
    blocked = Exists(OrderException.objects.filter(order=OuterRef("pk"), state="OPEN", blocks=True))
    lost = Order.objects.filter(~blocked, state="PREPROCESS", due_at__isnull=True)
    found = [str(number) for number in lost.values_list("number", flat=True)]
    # A fulfilment that ran short waits for a person, who sees it as an exception here.
    seen = Exists(OrderException.objects.filter(order=OuterRef("pk"), state="OPEN"))
    handed = Order.objects.filter(state__in=["SUBMITTED", "PARTIALLY_SHIPPED"])
    for orders in _chunks(handed.annotate(seen=seen)):
        states = floor_selectors.states([order.document for order in orders])
        found += [
            str(order.number)
            for order in orders
            # The floor has done its part of an order that left in part.
            if (order.state == "PARTIALLY_SHIPPED" or states.get(order.document) not in _MOVING)
            and not getattr(order, "seen", False)
        ]
    return found


def _claims() -> list[Difference]:
    """Invariants C3 and C9: what is to be sent is held, what is cancelled holds nothing."""
    found = []
    for orders in _chunks(Order.objects.filter(state="SUBMITTED")):
        states = floor_selectors.states([order.document for order in orders])
        # Just shipped: the claim is consumed, the news is on its way.
        here = {o.pk: o for o in orders if states.get(o.document) != "SHIPPED"}
        wanted: dict[tuple[str, int], int] = {}
        for line in OrderLine.objects.filter(order__in=list(here), sku__isnull=False):
            if line.sku_id is not None and line.live:
                key = (here[line.order_id].document, line.sku_id)
                wanted[key] = wanted.get(key, 0) + line.live
        held = _held([order.document for order in here.values()])
        found += [
            Difference(
                "what is to be sent is held", f"{key[0]} SKU {key[1]}",
                str(wanted.get(key, 0)), str(held.get(key, 0)),
            )
            for key in sorted(wanted.keys() | held.keys())
            if wanted.get(key, 0) != held.get(key, 0)
        ]  # fmt: skip
    for orders in _chunks(Order.objects.exclude(state="SUBMITTED")):
        found += [
            Difference("only handed-over orders hold stock", key[0], "0", str(qty))
            for key, qty in sorted(_held([order.document for order in orders]).items())
            if qty
        ]
    return found


def _held(documents: list[str]) -> dict[tuple[str, int], int]:
    """Units held per document and SKU, as they were sold: kits as kits."""
    held: dict[str, dict[int, int]] = {}
    for row in stock.held_units(documents=documents):
        units = held.setdefault(row.document, {})
        units[row.sku_id] = units.get(row.sku_id, 0) + row.qty
    return _as_sold(held)


def _as_sold(units: Mapping[str, Mapping[int, int]]) -> dict[tuple[str, int], int]:
    kits = stock.held_kits(documents=units.keys())
    return {
        (document, sku_id): qty
        for document, parts in units.items()
        for sku_id, qty in stock.as_sold(parts, kits.get(document, ())).items()
    }


def _shipments() -> list[Difference]:
    """Invariant C4: what the lines say was shipped is what lay in the parcel."""
    found = []
    for orders in _chunks(Order.objects.filter(state__in=["SHIPPED", "COMPLETED"])):
        by_id = {order.pk: order.document for order in orders}
        ours: dict[tuple[str, int], int] = {}
        for line in OrderLine.objects.filter(order__in=list(by_id), shipped__gt=0):
            key = (by_id[line.order_id], line.sku_id or 0)
            ours[key] = ours.get(key, 0) + line.shipped
        parcels = floor_selectors.shipments(by_id.values())
        theirs = _as_sold({document: dict(sent.lines) for document, sent in parcels.items()})
        found += [
            Difference(
                "what was shipped lay in the parcel", f"{key[0]} SKU {key[1]}",
                str(theirs.get(key, 0)), str(ours.get(key, 0)),
            )
            for key in sorted(ours.keys() | theirs.keys())
            if ours.get(key, 0) != theirs.get(key, 0)
        ]  # fmt: skip
    return found


def _chunks(orders: QuerySet[Order]) -> Iterator[list[Order]]:
    """All of them in id order, some thousands at a time."""
    last = 0
    while rows := list(orders.filter(id__gt=last).order_by("id")[:CHUNK]):
        yield rows
        last = rows[-1].pk
