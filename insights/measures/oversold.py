"""Orders a shop sold that no stock was there for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.codes import OUT_OF_STOCK
from oms.models import OrderException
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    rows = OrderException.objects.filter(
        code=OUT_OF_STOCK, opened_at__gte=since, opened_at__lt=until
    )
    found = (
        scope.limit(rows, "unit")
        .values_list("unit_id", "order__shop_id")
        .annotate(orders=Count("order", distinct=True))
        .order_by()
    )
    return [Grain(orders, orders, "", unit, None, shop) for unit, shop, orders in found]


MEASURE = Measure(
    code="oversold",
    name=_("Oversold orders"),
    formula=_("Orders that came in and found no stock to hold in any warehouse of their shop."),
    source=_("Exceptions: out of stock"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.STORE}),
    up_is_better=False,
    target=0.0,
)
