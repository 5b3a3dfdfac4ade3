"""How many orders customers placed, hour by hour."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.models import Order
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    # Nobody hears of an order before it is placed, so the index on that day finds them.
    rows = Order.objects.filter(placed_at__gte=since, placed_at__lt=until, received_at__gte=since)
    found = (
        scope.limit(rows, "unit")
        .values_list("unit_id", "shop_id", ExtractHour("placed_at"))
        .annotate(orders=Count("id"))
        .order_by()
    )
    return [
        Grain(orders, orders, f"{hour:02}", unit, None, shop) for unit, shop, hour, orders in found
    ]


def _hours() -> dict[str, str]:
    return {f"{hour:02}": f"{hour:02}:00" for hour in range(24)}


MEASURE = Measure(
    code="orders",
    name=_("Orders by hour"),
    formula=_("Orders that customers placed, counted at the time the platform says."),
    source=_("Orders: time placed"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.STORE, Cut.PART}),
    up_is_better=True,
    parts=_hours,
    parts_are_axis=True,
)
