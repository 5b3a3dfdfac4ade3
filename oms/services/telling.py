"""What orders tell the freeze rules, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from freeze_rules.selectors import reserves
from freeze_rules.services import events
from oms.models import Order, OrderLine
from oms.services import planning

PLACED, PAID, CHANGED = "order.placed", "order.paid", "order.changed"
CANCELLED, SHIPPED = "order.cancelled", "order.shipped"


def tell_taken_in(
    *, created: Sequence[Order], paid: Sequence[Order], changed: Sequence[Order], actor: str
) -> None:
    """Orders that are new, that have just been paid, or that want other goods.

    One statement while no rule listens; otherwise a constant number.
    """
    wanted = events.listened({PLACED, PAID, CHANGED}) if created or paid or changed else ()
    told = [(PLACED, order, f"{PLACED}:{order.number}") for order in created]
    told += [(PAID, order, f"{PAID}:{order.number}") for order in paid]
    told += [
        (CHANGED, order, f"{CHANGED}:{order.number}:{order.modified_at:%s}:{order.version[:60]}")
        for order in changed
    ]
    _tell([each for each in told if each[0] in wanted], actor)


def tell_claimed(orders: Sequence[Order], *, actor: str) -> None:
    """The orders hold their units themselves now: locks need hold no more than the rest."""
    if orders and events.listened({CHANGED}):
        _tell([(CHANGED, order, f"order.held:{order.document}") for order in orders], actor)


def tell_ended(orders: Sequence[Order], *, kind: str, actor: str) -> None:
    """Orders were cancelled, or have left completely."""
    if orders and events.listened({kind}):
        happenings = [
            events.Happening(
                kind=kind, key=f"{kind}:{order.number}", document=str(order.number),
                facts=_facts(order),
            )
            for order in orders
        ]  # fmt: skip
        events.note(happenings, told_by=actor)


def _tell(told: Sequence[tuple[str, Order, str]], actor: str) -> None:
    if not told:
        return
    orders = {order.pk: order for _kind, order, _key in told}
    needs: dict[int, dict[int, int]] = {pk: {} for pk in orders}
    lines = OrderLine.objects.filter(order__in=orders, sku__isnull=False)
    for order_id, sku_id, qty, cancelled, shipped in lines.values_list(
        "order_id", "sku_id", "qty", "cancelled", "shipped"
    ):
        live = qty - cancelled - shipped
        if live > 0:
            needs[order_id][sku_id] = needs[order_id].get(sku_id, 0) + live
    houses = planning.houses_for(list(orders.values()), needs)
    promotions = reserves.promotions_of(
        [
            reserves.Buyer(document=str(order.number), shop_id=order.shop_id, skus=needs[pk])
            for pk, order in orders.items()
        ]
    )
    events.note(
        [
            events.Happening(
                kind=kind,
                key=key,
                document=str(order.number),
                warehouse_id=order.warehouse_id or houses.get(order.pk),
                facts=_facts(order, promotions.get(str(order.number), "")),
                goods=[
                    events.Goods(sku_id=sku_id, qty=qty)
                    for sku_id, qty in sorted(needs[order.pk].items())
                ],
            )
            for kind, order, key in told
        ],
        told_by=actor,
    )


def _facts(order: Order, promotion: str = "") -> Mapping[str, Any]:
    return {
        **({"event.promotion": promotion} if promotion else {}),
        "event.order_no": order.platform_number,
        "event.channel": order.platform,
        "event.shop": order.shop_name or str(order.shop_id),
        "event.paid": order.paid_at is not None or order.state not in _UNPAID,
        "event.value": float(order.total),
        "claimed_as": order.document,
    }


_UNPAID = ("PENDING_PAYMENT", "AWAIT_BALANCE")
