"""Orders by the names others know them by, and in short where they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.selectors import reach
from oms.models import Order, OrderException

HELD, OUT_OF_STOCK, STOPPED, WAITING, ENDED = "held", "out_of_stock", "stopped", "waiting", "ended"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that stands open beside an order."""

    code: str
    field: str
    blocks: bool
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands.

    `stock` says whether it has its goods: held, out_of_stock, stopped (something else stands in
    its way), waiting (it will be looked at, or for the buyer), ended (shipped, cancelled...).
    """

    id: int
    number: str
    shop_id: int
    platform_number: str
    state: str
    stock: str
    warehouse: str | None
    troubles: tuple[Trouble, ...]


def ids_of(*, names: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Order ids by shop and the shop's number; one statement, none for no names."""
    if not names:
        return {}
    rows = Order.objects.filter(
        shop_id__in={shop_id for shop_id, _ in names},
        platform_number__in={number for _, number in names},
    ).values_list("shop_id", "platform_number", "id")
    wanted = set(names)
    return {(shop, number): pk for shop, number, pk in rows if (shop, number) in wanted}


def standings(*, ids: Collection[int]) -> dict[int, Standing]:
    """Where these orders stand, by id; three statements. The caller has checked the scope."""
    if not ids:
        return {}
    rows = list(
        Order.objects.filter(id__in=ids).values_list(
            "id", "number", "shop_id", "platform_number", "state", "warehouse_id"
        )
    )
    troubles: dict[int, list[Trouble]] = {}
    opened = OrderException.objects.filter(order__in=ids, state="OPEN").order_by("id")
    for order_id, code, field, blocks, detail in opened.values_list(
        "order_id", "code", "field", "blocks", "detail"
    ):
        troubles.setdefault(order_id, []).append(Trouble(code, field, blocks, detail))
    houses = reach.warehouse_codes([row[5] for row in rows if row[5]])
    return {
        pk: Standing(
            id=pk,
            number=number,
            shop_id=shop_id,
            platform_number=name,
            state=state,
            stock=_stock_of(state, troubles.get(pk, [])),
            warehouse=houses.get(house),
            troubles=tuple(troubles.get(pk, ())),
        )
        for pk, number, shop_id, name, state, house in rows
    }


def _stock_of(state: str, troubles: list[Trouble]) -> str:
    if state == "SUBMITTED":
        return HELD
    if state not in ("PREPROCESS", "PENDING_PAYMENT", "AWAIT_BALANCE"):
        return ENDED
    codes = {trouble.code for trouble in troubles if trouble.blocks}
    if codes == {OUT_OF_STOCK}:
        return OUT_OF_STOCK
    return STOPPED if codes else WAITING
