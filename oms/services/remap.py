"""Somebody said which SKU an item of a shop is: waiting lines take it over."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import Q

from oms import codes
from oms.models import Order, OrderException, OrderLine
from oms.services.journal import Journal
from oms.services.settling import CLOSING, resolve_row
from oms.services.writing import update_rows
from outbox import services as outbox
from outbox.clock import database_now

_BEFORE_THE_FLOOR = ("PENDING_PAYMENT", "AWAIT_BALANCE", "PREPROCESS")


def remap(
    *,
    shop_id: int,
    sku_id: int,
    platform_sku_id: str = "",
    platform_item_id: str = "",
    outer_code: str = "",
    actor: str = "system:mapping",
) -> int:
    """Fill the SKU into every unmapped line of the shop that names this item, close their
    exceptions and look at the orders again. Joins the caller's transaction.

    The platform's SKU id decides; lines that came without one fit by item id, then by merchant
    code. At least one of the three must be given.

    Returns:
        How many lines were filled.
    """
    assert connection.in_atomic_block, "Lines are filled in the transaction that maps the listing."
    assert platform_sku_id or platform_item_id or outer_code, "Without a name every line would fit."
    named = Q(pk__isnull=True)
    if platform_sku_id:
        named |= Q(platform_sku_id=platform_sku_id)
    if platform_item_id:
        named |= Q(platform_sku_id="", platform_item_id=platform_item_id)
    if outer_code:
        named |= Q(platform_sku_id="", outer_code=outer_code)
    fits = Q(named, sku__isnull=True, order__shop_id=shop_id, order__state__in=_BEFORE_THE_FLOOR)
    order_ids = set(OrderLine.objects.filter(fits).values_list("order_id", flat=True))
    if not order_ids:
        return 0
    locked = Order.objects.select_for_update(of=("self",), no_key=True).filter(id__in=order_ids)
    orders = {order.pk: order for order in locked.order_by("id")}
    lines = list(OrderLine.objects.filter(fits).order_by("id"))
    now = database_now()
    for line in lines:
        line.sku_id = sku_id
    update_rows(lines, ["sku"])
    _close(lines, actor)
    journal = Journal(actor)
    for order_id in {line.order_id for line in lines}:
        order = orders[order_id]
        if order.state == "PREPROCESS":
            order.due_at = now
            journal.touch(order)
        journal.note(order, what="mapped", sku=sku_id)
    journal.write()
    outbox.ring(topic="orders.due")
    return len(lines)


def unmapped_names(*, shop_ids: Collection[int]) -> set[tuple[int, str]]:
    """What the lines that wait for a SKU call their items, with the shop: (shop id, name)."""
    rows = OrderLine.objects.filter(
        sku__isnull=True, order__shop_id__in=shop_ids, order__state__in=_BEFORE_THE_FLOOR
    ).values_list("order__shop_id", "platform_sku_id", "platform_item_id", "outer_code")
    return {(shop, name) for shop, *names in rows.distinct() for name in names if name}


def _close(lines: list[OrderLine], actor: str) -> None:
    fields = {(line.order_id, f"lines[{line.position}].sku") for line in lines}
    now = database_now()
    rows = [
        row
        for row in OrderException.objects.filter(
            order_id__in={order_id for order_id, _ in fields}, code=codes.UNMAPPED_SKU, state="OPEN"
        )
        if (row.order_id, row.field) in fields
    ]
    for row in rows:
        resolve_row(row, how=OrderException.Resolution.CLEARED, who=actor, now=now)
    update_rows(rows, CLOSING)
