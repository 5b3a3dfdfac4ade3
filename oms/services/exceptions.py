"""What people do about exceptions: try again, accept, recall, intercept, close."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from oms import codes
from oms.models import Order, OrderException
from oms.refusals import OrderRefused
from oms.services.fulfilment import take_back
from oms.services.journal import Journal
from oms.services.settling import CLOSING, overtake, resolve_row
from oms.services.writing import update_rows
from org import services as org
from org.scope import Scope
from outbox import services as outbox
from outbox.clock import database_now

R = OrderException.Resolution
Rows = list[OrderException]
Orders = dict[int, Order]


def retry(*, ids: Sequence[int], actor: str, scope: Scope) -> int:
    """Look at the orders of these exceptions again, now; how many orders were made due.

    Raises:
        OrderRefused: unknown_exception, already_resolved, not_waiting.
    """
    rows, orders = _lock(ids, scope)
    for order in orders.values():
        if order.state != "PREPROCESS":
            raise OrderRefused("not_waiting", number=str(order.number))
    _look_again(rows, orders, Journal(actor), what="retried")
    return len(orders)


def accept_as_is(*, ids: Sequence[int], actor: str, why: str, scope: Scope) -> int:
    """Say that it is all right: the same finding in the same field is not raised again.

    Raises:
        OrderRefused: unknown_exception, already_resolved, not_offered, reason_missing.
    """
    rows, orders = _lock(ids, scope)
    _check(rows, codes.ACCEPT, why)
    _resolve(rows, orders, R.ACCEPTED, actor, why)
    waiting = {pk: order for pk, order in orders.items() if order.state == "PREPROCESS"}
    _look_again([], waiting, Journal(actor), what="exception_accepted", why=why)
    return len(rows)


def close(*, ids: Sequence[int], actor: str, why: str, scope: Scope) -> int:
    """Say that it was dealt with outside. An order that somebody else shipped ends with it.

    Raises:
        OrderRefused: unknown_exception, already_resolved, not_offered, reason_missing;
            still_in_the_way when the order would stay stuck.
    """
    rows, orders = _lock(ids, scope)
    _check(rows, codes.CLOSE, why)
    stuck = {row.order_id for row in rows if row.blocks}
    waiting = [orders[pk] for pk in sorted(stuck) if orders[pk].state == "PREPROCESS"]
    outside = {row.order_id for row in rows if row.code == codes.SHIPPED_OUTSIDE}
    if any(order.pk not in outside for order in waiting):
        raise OrderRefused("still_in_the_way")
    _resolve(rows, orders, R.CLOSED, actor, why)
    journal = Journal(actor)
    for order in waiting:
        journal.walk(order, order.close, what="closed", why=why)
    journal.write()
    overtake(orders=waiting, keep=codes.LASTING, now=database_now(), who=actor)
    return len(rows)


def intercept(*, ids: Sequence[int], actor: str, why: str, scope: Scope) -> int:
    """Note that the carrier was asked to bring parcels back; the exceptions stay until closed.

    Raises:
        OrderRefused: unknown_exception, already_resolved, not_offered, reason_missing.
    """
    rows, orders = _lock(ids, scope)
    _check(rows, codes.INTERCEPT, why)
    journal = Journal(actor)
    for row in rows:
        row.owner = actor
        order = orders[row.order_id]
        journal.note(order, what="interception_asked", why=why, waybill=order.waybill)
    update_rows(rows, ["owner"])
    journal.write()
    return len(rows)


def recall_orders(*, ids: Sequence[int], actor: str, why: str, scope: Scope) -> int:
    """Take the orders of these exceptions back from the floor and look for another warehouse.

    Raises:
        OrderRefused: unknown_exception, already_resolved, not_offered, reason_missing, not_waiting.
    """
    rows, orders = _lock(ids, scope)
    _check(rows, codes.RECALL, why)
    if any(order.state != "SUBMITTED" for order in orders.values()):
        raise OrderRefused("not_waiting")
    return len(take_back(orders=list(orders.values()), journal=Journal(actor), why=why))


def assign(*, ids: Sequence[int], owner: str, actor: str, why: str, scope: Scope) -> int:
    """Say who looks after these exceptions; their orders' timelines tell it.

    Raises:
        OrderRefused: unknown_exception, already_resolved.
    """
    rows, orders = _lock(ids, scope)
    journal = Journal(actor)
    for row in rows:
        row.owner = owner
    for order in orders.values():
        journal.note(order, what="assigned", why=why, owner=owner)
    update_rows(rows, ["owner"])
    journal.write()
    return len(rows)


def _lock(ids: Sequence[int], scope: Scope) -> tuple[Rows, Orders]:
    """The exceptions and, locked first, their orders."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    seen = scope.limit(OrderException.objects.filter(id__in=ids), "unit")
    order_ids = set(seen.values_list("order_id", flat=True))
    locked = Order.objects.select_for_update(of=("self",), no_key=True).filter(id__in=order_ids)
    orders = {order.pk: order for order in locked.order_by("id")}
    rows = list(seen.order_by("id"))
    if len(rows) != len(set(ids)):
        raise OrderRefused("unknown_exception")
    for row in rows:
        if row.state != "OPEN":
            raise OrderRefused("already_resolved", id=row.pk)
    return rows, orders


def _check(rows: Rows, action: str, why: str) -> None:
    if not why.strip():
        raise OrderRefused("reason_missing")
    for row in rows:
        if action not in codes.policy(row.code).actions:
            raise OrderRefused("not_offered", code=row.code, action=action)


def _resolve(rows: Rows, orders: Orders, how: str, actor: str, why: str) -> None:
    now = database_now()
    for row in rows:
        resolve_row(row, how=how, who=actor, now=now, why=why)
        org.record(
            actor=actor,
            action=f"exception.{how.lower()}",
            subject=str(orders[row.order_id].number),
            before={"code": row.code, "field": row.field},
            after={"why": why[:200]},
            unit_id=orders[row.order_id].unit_id,
        )
    update_rows(rows, CLOSING)


def _look_again(rows: Rows, orders: Orders, journal: Journal, *, what: str, why: str = "") -> None:
    """Make orders due and try their exceptions now."""
    now = database_now()
    for order in orders.values():
        order.due_at = now
        journal.touch(order)
        journal.note(order, what=what, why=why)
    for row in rows:
        row.retry_at = now if row.retryable else None
    update_rows(rows, ["retry_at"])
    journal.write()
    if orders:
        outbox.ring(topic="orders.due")
