"""The order list: what a filter shows, a page at a time, and how many are behind each tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from inventory import selectors as stock
from oms.models import Order, OrderException, OrderLine, OrderState, Receiver
from oms.numbers import order_id_of
from oms.selectors.keyset import slice_of
from org.scope import Scope

PAGE = 50
# Beyond this a tab says "10,000+": nobody works through more, and counting them costs time.
MOST_COUNTED = 10_000
# The tab of orders that something stands in the way of; not a state.
IN_EXCEPTION = "EXCEPTION"
TABS = ("", IN_EXCEPTION, *OrderState.values)


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
    waybill: str
    placed_at: datetime
    paid_at: datetime | None
    received_at: datetime
    held_at: datetime | None
    shipped_at: datetime | None
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class OrderPage:
    """Rows, newest first, and cursors to the older and newer page (empty at the ends)."""

    rows: list[OrderRow]
    older: str
    newer: str


@dataclass(frozen=True)
class TabCount:
    """How many orders stand behind a tab; `more` when there are more than were counted."""

    tab: str
    count: int
    more: bool


def order_list(
    *, scope: Scope, narrowing: Narrowing, cursor: str = "", limit: int = PAGE
) -> OrderPage:
    """One page of orders, newest first. Seven statements, whatever the number of rows."""
    part = slice_of(narrowed(scope, narrowing), cursor=cursor, limit=limit)
    return OrderPage(rows_of(part.ids), part.older, part.newer)


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


def tab_counts(*, scope: Scope, narrowing: Narrowing) -> list[TabCount]:
    """How many orders of this filter stand behind each tab; one short statement a tab."""
    counts = []
    for tab in TABS:
        rows = narrowed(scope, replace(narrowing, tab=tab))
        found = rows.values("id")[: MOST_COUNTED + 1].count()
        counts.append(TabCount(tab, min(found, MOST_COUNTED), found > MOST_COUNTED))
    return counts


def shops_seen(*, scope: Scope) -> list[tuple[int, str]]:
    """Shops that have orders here, for the filter: id and name."""
    # One probe of the index per shop instead of a walk over all orders.
    found: list[tuple[int, str]] = []
    last = -1
    while len(found) < 500:
        rows = scope.limit(Order.objects.filter(shop_id__gt=last), "unit")
        row = rows.order_by("shop_id", "-id").values_list("shop_id", "shop_name").first()
        if row is None:
            break
        found.append((row[0], row[1] or str(row[0])))
        last = row[0]
    return found


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
    if narrowing.since is not None:
        rows = rows.filter(received_at__gte=_begin(narrowing.since))
    if narrowing.until is not None:
        rows = rows.filter(received_at__lt=_begin(narrowing.until + timedelta(days=1)))
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


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


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
        waybill=order.waybill,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        received_at=order.received_at,
        held_at=order.held_at,
        shipped_at=order.shipped_at,
        exceptions=tuple(exceptions),
    )
