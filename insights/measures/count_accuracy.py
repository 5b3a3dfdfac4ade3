"""How often a counted shelf holds what the books say."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Baseline, Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.part, row.whole, "", row.unit_id, row.warehouse_id)
        for row in measuring.counted_right(scope=scope, since=since, until=until)
    ]


MEASURE = Measure(
    code="accuracy",
    name=_("Stock accuracy"),
    formula=_("Of the cells that were counted, the share that held what the books said."),
    source=_("Ledger: counts"),
    shown=Shown.PERCENT,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=True,
    target=0.99,
    baseline=Baseline(
        value=0.35,
        # https://doi.org/10.1287/mnsc.1070.0789
        source=_(
            "Declared: DeHoratius and Raman, Management Science 54 (2008): of almost 370,000 "
            "records of stock in 37 shops, 35% were right."
        ),
    ),
)
