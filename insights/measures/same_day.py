"""Of what was paid before the cut-off, how much left on the same day."""

from __future__ import annotations

from datetime import datetime, time

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce, TruncDate, TruncTime
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.models import Order
from oms.models.orders import OrderState
from org import roles
from org.scope import Scope

# Until this hour of the company's clock an order is promised for the same day.
CUT_OFF = time(16, 0)
GONE = (OrderState.CANCELLED, OrderState.CLOSED)


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    zone = timezone.get_current_timezone()
    promised = Coalesce("paid_at", "placed_at")
    rows = (
        Order.objects.filter(received_at__gte=since)
        .exclude(state__in=GONE)
        .annotate(promised=promised)
        .filter(promised__gte=since, promised__lt=until)
        .annotate(hour=TruncTime("promised", tzinfo=zone), day=TruncDate("promised", tzinfo=zone))
        .filter(hour__lt=CUT_OFF)
        .annotate(left=TruncDate("shipped_at", tzinfo=zone))
    )
    found = (
        scope.limit(rows, "unit")
        .values_list("unit_id", "warehouse_id", "shop_id")
        .annotate(kept=Count("id", filter=Q(left=F("day"))), due=Count("id"))
        .order_by()
    )
    return [
        Grain(kept, due, "", unit, warehouse, shop) for unit, warehouse, shop, kept, due in found
    ]


MEASURE = Measure(
    code="same-day",
    name=_("Shipped on the same day"),
    formula=_("Of the orders paid before 16:00, the share that left the house on that day."),
    source=_("Orders: paid, shipped"),
    shown=Shown.PERCENT,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=True,
    target=0.95,
)
