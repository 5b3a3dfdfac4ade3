"""Goods that were sold before the inspection they had to pass."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors import laws
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from org import roles
from org.scope import Scope

# No day of a house that inspects has more.
MOST = 10_000


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.units, row.units, "", row.unit_id, row.warehouse_id)
        for row in laws.unproved(scope=scope, since=since, until=until, limit=MOST)
    ]


MEASURE = Measure(
    code="shipped-uninspected",
    name=_("Shipped without a passed inspection"),
    formula=_(
        "Units that left although their freeze could only end with a passed inspection and none "
        "had passed, on the day the first of them left."
    ),
    source=_("Journal of freezes, proofs, inspections, shipments"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    target=0.0,
)
