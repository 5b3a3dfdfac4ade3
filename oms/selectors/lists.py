"""The order list: what a filter shows, a page at a time, and how many are behind each tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from inventory import selectors as stock
from oms.models import Order, OrderException, OrderLine, OrderState, Receiver
from oms.numbers import order_id_of
from org.lists.counting import counted_each
from org.lists.days import within_days
from org.lists.keyset import By, arms_of, slice_of, sorted_by
from org.lists.specs import Counted, Part
from org.scope import Scope

PAGE = 50
# The tab of orders that something stands in the way of; not a state.
IN_EXCEPTION = "EXCEPTION"
TABS = ("", IN_EXCEPTION, *OrderState.values)
# Orders of the list that an index reads from either end.
SORTS = {
    "number": By(),
    "total": By("total", kind="money"),
    "placed": By("placed_at", kind="moment"),
    "received": By("received_at", kind="moment"),
}
NEWEST = "-number"


@dataclass(frozen=True)
class Narrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `words` is an order number, a platform number, a waybill or a SKU code, whole. Days are local
    days on which the order reached us, both included.
    """

    tab: str = ""
    words: str = ""
    shop_id: int | None = None
    warehouse_id: int | None = None
    since: date | None = None
    until: date | None = None
    # Exactly these orders, such as those that a recall is about; None narrows nothing.
    numbers: frozenset[str] | None = None


@dataclass(frozen=True)
class OrderRow:
    """One row of the list; nothing in it is secret."""

    id: int
    number: str
    platform: str
    platform_number: str
    shop_name: str
    state: str
    state_label: str
    receiver: str
    place: str
    lines: int
    units: int
    total: Decimal
    currency: str
    warehouse: str
    warehouse_id: int | None
    waybill: str
    placed_at: datetime
    paid_at: datetime | None
    received_at: datetime
    held_at: datetime | None
    shipped_at: datetime | None
    exceptions: tuple[str, ...]


def order_list(
    *, scope: Scope, narrowing: Narrowing, sort: str = NEWEST, cursor: str = "", limit: int = PAGE
) -> Part[OrderRow]:
    """One page of orders. Seven statements, whatever the number of rows.

    Args:
        sort: a key of `SORTS`, with "-" for the largest first.
    """
    by = sorted_by(SORTS, sort)
    part = slice_of(
        narrowed(scope, narrowing),
        by=by,
        cursor=cursor,
        limit=limit,
        arms=arms_of(scope, "unit_id"),
    )
    return Part(rows_of(part.ids), part.after, part.before)


def rows_of(ids: Sequence[int]) -> list[OrderRow]:
    """Rows of these orders, in this order; for callers that checked the scope."""
    orders = Order.objects.in_bulk(ids)
    sums = {
        row["order_id"]: row
        for row in OrderLine.objects.filter(order__in=ids)
        .values("order_id")
        .annotate(lines=Count("id"), ordered=Sum("qty"), gone=Sum("cancelled"))
    }
    receivers = {
        row["order_id"]: row
        for row in Receiver.objects.filter(order__in=ids).values(
            "order_id", "masked_name", "province", "city"
        )
    }
    exceptions: dict[int, list[str]] = {}
    for order_id, code in (
        OrderException.objects.filter(order__in=ids, state="OPEN")
        .order_by("order", "id")
        .values_list("order_id", "code")
    ):
        exceptions.setdefault(order_id, []).append(code)
    houses = {row.id: row.name for row in stock.warehouses(scope=Scope.everything(), active=False)}
    return [
        _row(orders[pk], sums.get(pk, {}), receivers.get(pk, {}), exceptions.get(pk, []), houses)
        for pk in ids
    ]


def numbers_of(*, order_ids: Sequence[int], scope: Scope) -> dict[int, str]:
    """The numbers of these orders, as far as they lie in the scope. One statement."""
    rows = scope.limit(Order.objects.filter(id__in=list(order_ids)), "unit")
    return {pk: str(number) for pk, number in rows.values_list("id", "number")}


def tab_counts(*, scope: Scope, narrowing: Narrowing) -> dict[str, Counted]:
    """How many orders of this filter stand behind each tab; one short statement a tab."""
    return counted_each({tab: narrowed(scope, replace(narrowing, tab=tab)) for tab in TABS})


def shops_seen(*, scope: Scope) -> list[tuple[int, str]]:
    """Shops that have orders here, for the filter: id and name. One statement."""
    with connection.cursor() as cursor:
        if scope.unit_ids is None:
            cursor.execute(_SHOPS)
        else:
            told = [sorted(scope.unit_ids), sorted(scope.shop_ids), sorted(scope.warehouse_ids)]
            cursor.execute(_SHOPS_OF_SCOPE, told)
        return [(shop, name or str(shop)) for shop, name in cursor.fetchall()]


# One probe of an index for each shop instead of a walk over all orders. The newest order's name
# is the shop's.
_NAMED = """
SELECT shop_id, (SELECT o.shop_name FROM oms_order o WHERE o.shop_id = found.shop_id
                 ORDER BY o.id DESC LIMIT 1)
FROM (SELECT DISTINCT shop_id FROM seen WHERE shop_id IS NOT NULL) found ORDER BY 1 LIMIT 500"""
_SHOPS = f"""
WITH RECURSIVE seen AS (
    SELECT min(shop_id) AS shop_id FROM oms_order
    UNION ALL
    SELECT (SELECT min(o.shop_id) FROM oms_order o WHERE o.shop_id > seen.shop_id)
    FROM seen WHERE shop_id IS NOT NULL
) {_NAMED}"""  # noqa: S608
# Of a warehouse, whose orders come from any shop, those of its newest thousand orders.
_SHOPS_OF_SCOPE = f"""
WITH RECURSIVE of_units AS (
    SELECT u AS unit_id, (SELECT min(shop_id) FROM oms_order o WHERE o.unit_id = u) AS shop_id
    FROM unnest(%s::bigint[]) AS u
    UNION ALL
    SELECT unit_id, (SELECT min(o.shop_id) FROM oms_order o
                     WHERE o.unit_id = of_units.unit_id AND o.shop_id > of_units.shop_id)
    FROM of_units WHERE shop_id IS NOT NULL
), seen AS (
    SELECT shop_id FROM of_units
    UNION ALL
    SELECT shop FROM unnest(%s::bigint[]) AS shop
    WHERE EXISTS (SELECT FROM oms_order o WHERE o.shop_id = shop)
    UNION ALL
    (SELECT shop_id FROM oms_order WHERE warehouse_id = ANY(%s::bigint[])
     ORDER BY id DESC LIMIT 1000)
) {_NAMED}"""  # noqa: S608


def narrowed(scope: Scope, narrowing: Narrowing) -> QuerySet[Order]:
    """The orders of a filter, unordered."""
    rows = scope.limit(Order.objects.all(), "unit")
    if narrowing.tab == IN_EXCEPTION:
        rows = rows.filter(
            Exists(OrderException.objects.filter(order=OuterRef("pk"), state="OPEN"))
        )
    elif narrowing.tab:
        rows = rows.filter(state=narrowing.tab)
    if narrowing.shop_id is not None:
        rows = rows.filter(shop_id=narrowing.shop_id)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    if narrowing.numbers is not None:
        rows = rows.filter(number__in=narrowing.numbers)
    rows = within_days(rows, "received_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words.strip().replace("\x00", "")
    return rows.filter(_named(words)) if words else rows


def _named(words: str) -> Q:
    """Whole numbers and codes only, each found by its index."""
    sku_id = stock.sku_ids_by_code([words]).get(words)
    if sku_id is not None:
        return Q(id__in=OrderLine.objects.filter(sku_id=sku_id).values("order_id"))
    order_id = order_id_of(words)
    if order_id is not None:
        return Q(id=order_id)
    return Q(platform_number=words) | Q(waybill=words, waybill__gt="")


def _row(
    order: Order,
    sums: Mapping[str, Any],
    receiver: Mapping[str, Any],
    exceptions: list[str],
    houses: dict[int, str],
) -> OrderRow:
    return OrderRow(
        id=order.pk,
        number=str(order.number),
        platform=order.platform,
        platform_number=order.platform_number,
        shop_name=order.shop_name or str(order.shop_id),
        state=str(order.state),
        state_label=str(OrderState(order.state).label),
        receiver=receiver.get("masked_name", ""),
        place=" ".join(
            part for part in (receiver.get("province", ""), receiver.get("city", "")) if part
        ),
        lines=sums.get("lines", 0),
        units=sums.get("ordered", 0) - sums.get("gone", 0),
        total=order.total,
        currency=order.currency,
        warehouse=houses.get(order.warehouse_id or 0, ""),
        warehouse_id=order.warehouse_id,
        waybill=order.waybill,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        received_at=order.received_at,
        held_at=order.held_at,
        shipped_at=order.shipped_at,
        exceptions=tuple(exceptions),
    )
