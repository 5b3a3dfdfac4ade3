"""A person cancels orders; platforms do it through `intake.accept`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import connection

from oms import codes
from oms.models import Order, OrderLine
from oms.refusals import OrderRefused
from oms.services import telling
from oms.services.changing import cancel_lines
from oms.services.journal import Journal
from oms.services.settling import overtake
from oms.services.stopping import TOO_LATE, stop
from oms.services.writing import update_rows
from org.scope import Scope
from outbox import services as outbox
from outbox.clock import database_now


def cancel(
    *,
    numbers: Sequence[str],
    actor: str,
    why: str,
    scope: Scope,
    check: Callable[[], None] | None = None,
) -> dict[str, str]:
    """Cancel orders that have not left: the floor stops, stock is free at once, all or none.

    Args:
        check: asked under the orders' locks, before anything is done; raises to refuse.

    Returns:
        Per number what the floor says: "CANCELLED", "INTERCEPTED" (goods go back to the shelf),
        or "" when the floor had not got it.

    Raises:
        OrderRefused: unknown_order, already_shipped, already_ended, reason_missing.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not why.strip():
        raise OrderRefused("reason_missing")
    rows = scope.limit(Order.objects.filter(number__in=list(numbers)), "unit")
    orders = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
    if len(orders) != len(set(numbers)):
        raise OrderRefused("unknown_order")
    if check is not None:
        check()
    for order in orders:
        if (refusal := _too_late(order)) is not None:
            raise refusal
    said = _stopped(orders, actor, why)
    if TOO_LATE in said.values():
        raise OrderRefused("already_shipped")
    _end(orders, said, actor, why)
    return {str(order.number): said.get(order.pk, "") for order in orders}


def cancel_each(
    *, ids: Sequence[int], actor: str, why: str, scope: Scope
) -> dict[str, OrderRefused | None]:
    """Cancel each of these orders that can be cancelled; the others say why not.

    Returns:
        Per order number None, or the refusal: already_shipped, already_ended.

    Raises:
        OrderRefused: reason_missing.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not why.strip():
        raise OrderRefused("reason_missing")
    rows = scope.limit(Order.objects.filter(id__in=list(ids)), "unit")
    orders = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
    answers = {str(order.number): _too_late(order) for order in orders}
    wanted = [order for order in orders if answers[str(order.number)] is None]
    said = _stopped(wanted, actor, why)
    for order in wanted:
        if said.get(order.pk) == TOO_LATE:
            answers[str(order.number)] = OrderRefused("already_shipped", number=str(order.number))
    _end([order for order in wanted if said.get(order.pk) != TOO_LATE], said, actor, why)
    return answers


def _too_late(order: Order) -> OrderRefused | None:
    if order.state in ("SHIPPED", "PARTIALLY_SHIPPED", "COMPLETED"):
        return OrderRefused("already_shipped", number=str(order.number))
    if order.state in ("CANCELLED", "CLOSED"):
        return OrderRefused("already_ended", number=str(order.number))
    return None


def _stopped(orders: Sequence[Order], actor: str, why: str) -> dict[int, str]:
    on_floor = [order for order in orders if order.state == "SUBMITTED"]
    return stop(orders=on_floor, actor=actor, why=why)


def _end(orders: Sequence[Order], said: Mapping[int, str], actor: str, why: str) -> None:
    """Walk locked orders to their end; the floor has stopped them."""
    journal = Journal(actor)
    for order in orders:
        journal.walk(order, order.cancel, what="cancelled", why=why, floor=said.get(order.pk, ""))
    lines = list(OrderLine.objects.filter(order__in=orders).order_by("id"))
    cancel_lines(lines)
    update_rows(lines, ["cancelled", "told_qty"])
    journal.write()
    overtake(orders=orders, keep=codes.LASTING, now=database_now(), who=actor)
    outbox.tell(topic="order.cancelled", keys=[str(order.number) for order in orders])
    telling.tell_ended(orders, kind=telling.CANCELLED, actor=actor)
