"""How long an order waits until its stock is held."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from insights.measures.durations import spread_between
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.models import Order
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    rows = Order.objects.filter(held_at__gte=since, held_at__lt=until)
    return spread_between(
        scope.limit(rows, "unit"), began=F("received_at"), ended=F("held_at"),
        unit="unit_id", warehouse="warehouse_id", shop="shop_id",
    )  # fmt: skip


MEASURE = Measure(
    code="order-to-held",
    name=_("Order to held"),
    formula=_("From the moment we knew of an order to the moment its stock was held (p50, p95)."),
    source=_("Orders: received, stock held"),
    shown=Shown.SECONDS,
    joins=Joins.SPREAD,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    target=5.0,
)
