"""How long a customer waits from paying until the parcel leaves."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from insights.measures.durations import spread_between
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.models import Order
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    rows = Order.objects.filter(shipped_at__gte=since, shipped_at__lt=until)
    return spread_between(
        scope.limit(rows, "unit"), began=Coalesce(F("paid_at"), F("placed_at")),
        ended=F("shipped_at"), unit="unit_id", warehouse="warehouse_id", shop="shop_id",
    )  # fmt: skip


MEASURE = Measure(
    code="order-to-shipped",
    name=_("Order to shipped"),
    formula=_("From payment (else from the order) until the parcel left the house (p50, p95)."),
    source=_("Orders: paid, shipped"),
    shown=Shown.SECONDS,
    joins=Joins.SPREAD,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    target=24 * 3600.0,
)
