"""What the goods cost that soon cannot be sold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope

SOON = timedelta(days=30)


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.part, row.whole, "", row.unit_id, row.warehouse_id)
        for row in measuring.near_expiry_cost(scope=scope, until=timezone.localdate(until) + SOON)
    ]


MEASURE = Measure(
    code="near-expiry",
    name=_("Value near expiry"),
    formula=_("Units of lots that expire within 30 days or have expired, at their cost."),
    source=_("Ledger: cells, lots; SKUs: cost"),
    shown=Shown.MONEY,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    is_level=True,
)
