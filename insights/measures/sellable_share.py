"""How much of the good stock may be sold."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.part, row.whole, "", row.unit_id, row.warehouse_id)
        for row in measuring.sellable_of_good(scope=scope)
    ]


MEASURE = Measure(
    code="sellable",
    name=_("Sellable share"),
    formula=_("Free units of all good units on hand, at the end of the day."),
    source=_("Ledger: balances"),
    shown=Shown.PERCENT,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=True,
    target=0.9,
    is_level=True,
)
