"""Stock changed: orders that wait for it are looked at again."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from inventory import selectors as stock
from oms import codes
from oms.models import Order, OrderException
from oms.services.writing import update_rows
from outbox import services as outbox
from outbox.clock import database_now

# More waiting orders than this are woken by later news or by their own retry time.
MOST = 1_000


def note_stock_changed(*, keys: list[str]) -> None:
    """Make orders due that wait for these SKUs, as many as the free units may serve.

    Most changes of stock are somebody else's order: waking everybody who waits each time would
    only repeat the answer. Who paid first is woken first. A kit is named only when it has a new
    recipe: what its orders lacked is then no longer true.

    Args:
        keys: SKU ids as text.
    """
    assert connection.in_atomic_block, "News is heard in the transaction that takes it off."
    rows = OrderException.objects.filter(code=codes.OUT_OF_STOCK, state="OPEN")
    about = Q(detail__short__has_any_keys=keys) | Q(detail__kits__has_any_keys=keys)
    waiting = list(rows.filter(about).order_by("id")[:MOST])
    if not waiting:
        return
    sku_ids = {int(sku) for row in waiting for sku in row.detail["needs"]}
    free: dict[int, int] = {}
    for (_, sku_id), qty in stock.available(sku_ids=sku_ids).items():
        free[sku_id] = free.get(sku_id, 0) + max(qty, 0)
    # Whoever works on one of them right now looks at the stock anyway.
    locked = (
        Order.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(id__in=[row.order_id for row in waiting], state="PREPROCESS")
        .order_by("id")
    )
    orders = {order.pk: order for order in locked}
    woken: dict[int, OrderException] = {}
    in_turn = [row for row in waiting if row.order_id in orders]
    in_turn.sort(
        key=lambda row: (orders[row.order_id].paid_at or orders[row.order_id].placed_at, row.pk)
    )
    for row in in_turn:
        needs = {int(sku): qty for sku, qty in row.detail["needs"].items()}
        rewritten = not row.detail.get("kits", {}).keys().isdisjoint(keys)
        if rewritten or all(free.get(sku_id, 0) >= qty for sku_id, qty in needs.items()):
            for sku_id, qty in needs.items():
                free[sku_id] = free.get(sku_id, 0) - qty
            woken[row.order_id] = row
    if not woken:
        return
    now = database_now()
    for order_id, row in woken.items():
        orders[order_id].due_at = row.retry_at = now
    update_rows([orders[order_id] for order_id in woken], ["due_at"])
    update_rows(list(woken.values()), ["retry_at"])
    outbox.ring(topic="orders.due")
