"""What the floor tells about orders. Handlers of news: database only, safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from inventory import selectors as stock
from oms import codes
from oms.facts import Finding
from oms.models import Order, OrderLine
from oms.numbers import order_ids_of
from oms.services import telling
from oms.services.journal import Journal
from oms.services.settling import overtake, settle
from oms.services.stopping import TOO_LATE, recall, stop
from oms.services.writing import update_rows
from outbox import services as outbox
from outbox.clock import database_now
from wms import selectors as floor_selectors

WHO = "system:floor"
_ON_THE_FLOOR = ("SUBMITTED", "PARTIALLY_SHIPPED")


def note_shipped(*, keys: list[str]) -> None:
    """Parcels left the house: their orders are shipped, and whoever tells the shop hears of it.

    Args:
        keys: documents, such as "SO-1042".
    """
    orders = _lock(keys)
    shipments = floor_selectors.shipments([order.document for order in orders])
    gone = [
        order
        for order in orders
        if order.document in shipments and shipments[order.document].shipped_at is not None
    ]
    if not gone:
        return
    by_order: dict[int, list[OrderLine]] = {order.pk: [] for order in gone}
    for line in OrderLine.objects.filter(order__in=gone).order_by("order", "position"):
        by_order[line.order_id].append(line)
    kits = stock.held_kits(documents=[order.document for order in gone])
    journal = Journal(WHO)
    complete = []
    for order in gone:
        shipment = shipments[order.document]
        sold = stock.as_sold(dict(shipment.lines), kits.get(order.document, ()))
        _ship_lines(by_order[order.pk], sold)
        order.waybill = shipment.waybill
        everything = all(line.live == 0 for line in by_order[order.pk])
        journal.walk(
            order, order.ship if everything else order.ship_part,
            what="shipped" if everything else "shipped_in_part",
            document=order.document, parcel=shipment.parcel, waybill=shipment.waybill,
            carrier=shipment.carrier_code,
        )  # fmt: skip
        if everything:
            complete.append(order)
    update_rows([line for lines in by_order.values() for line in lines], ["shipped"])
    journal.write()
    now = database_now()
    overtake(orders=complete, keep=codes.LASTING, now=now, who=WHO)
    in_part = [order for order in gone if order not in complete]
    left_over = [("floor", Finding(codes.SHIPPED_IN_PART, "lines"))]
    found = {order.pk: left_over for order in in_part}
    settle(orders=in_part, found=found, steps=(), now=now, who=WHO)
    outbox.tell(topic="order.shipped", keys=[str(order.number) for order in gone])
    telling.tell_ended(complete, kind=telling.SHIPPED, actor=WHO)


def _ship_lines(lines: list[OrderLine], sent: Mapping[int, int]) -> None:
    """Count sent units (by SKU, kits as kits) on the lines that still want them, in line order."""
    left = dict(sent)
    for line in lines:
        if line.sku_id is not None:
            units = min(line.live, left.get(line.sku_id, 0))
            line.shipped += units
            left[line.sku_id] = left.get(line.sku_id, 0) - units
    assert not any(left.values()), "More left the house than the order wanted."


def note_short(*, keys: list[str]) -> None:
    """The shelf does not give what was promised: a person decides, the order stays in sight."""
    orders = [order for order in _lock(keys) if order.state == "SUBMITTED"]
    short = floor_selectors.states([order.document for order in orders])
    orders = [order for order in orders if short.get(order.document) == "SHORT"]
    finding = Finding(codes.FLOOR_SHORT, "")
    found: Mapping[int, list[tuple[str, Finding]]] = {
        order.pk: [("floor", finding)] for order in orders
    }
    settle(orders=orders, found=found, steps=(), now=database_now(), who=WHO)


def note_displaced(*, keys: list[str]) -> None:
    """Units of these claims were lost or frozen: their orders come back and look for others."""
    orders = [order for order in _lock(keys) if order.state == "SUBMITTED"]
    take_back(orders=orders, journal=Journal("system:stock"), why="displaced")


def note_unpinned(*, keys: list[str]) -> None:
    """A freeze or a count took the cells that pickers were sent to: their walks end, the orders
    are planned anew. Where goods were taken already, they go back to the shelf."""
    orders = [order for order in _lock(keys) if order.state == "SUBMITTED"]
    take_back(orders=orders, journal=Journal("system:stock"), why="unpinned")


def take_back(*, orders: list[Order], journal: Journal, why: str) -> list[Order]:
    """Recall submitted, locked orders into the pipeline; gives those that came back."""
    said = stop(orders=orders, actor=journal.who, why=why)
    now = database_now()
    back = [order for order in orders if said[order.pk] != TOO_LATE]
    for order in back:
        recall(order, journal=journal, now=now, why=why, said=said[order.pk])
    journal.write()
    overtake(orders=back, keep=codes.LASTING, now=now, who=journal.who)
    if back:
        outbox.ring(topic="orders.due")
    return back


def _lock(documents: list[str]) -> list[Order]:
    """The orders whose present round these documents name, locked in id order."""
    assert connection.in_atomic_block, "News is heard in the transaction that takes it off."
    rows = Order.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(id__in=order_ids_of(documents), state__in=_ON_THE_FLOOR).order_by("id")
    return [order for order in rows if order.document in documents]
