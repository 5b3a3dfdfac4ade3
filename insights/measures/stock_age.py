"""How long the goods have been lying."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    today = timezone.localdate(until)
    return [
        Grain(row.part, row.whole, "", row.unit_id, row.warehouse_id)
        for row in measuring.days_on_the_shelf(scope=scope, today=today)
    ]


MEASURE = Measure(
    code="stock-age",
    name=_("Age of stock"),
    formula=_("Mean days since the lot of a unit came in; goods without lots are left out."),
    source=_("Ledger: cells, lots"),
    shown=Shown.DAYS,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    target=60.0,
    is_level=True,
)
