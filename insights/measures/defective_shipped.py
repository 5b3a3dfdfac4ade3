"""How much of what was shipped came back as not good."""

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
        for row in measuring.defective_of_shipped(scope=scope, since=since, until=until)
    ]


MEASURE = Measure(
    code="defective-shipped",
    name=_("Defective of shipped"),
    formula=_("Units that customers brought back as not good, of all units shipped in that time."),
    source=_("Ledger: shipments and returns"),
    shown=Shown.PERCENT,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
)
