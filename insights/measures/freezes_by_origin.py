"""Which rules lay the freezes: the ready ones, the house's own, or people by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors import origins
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.count, 1, row.origin, row.unit_id, row.warehouse_id)
        for row in origins.freezes_by_origin(scope=scope, since=since, until=until)
    ]


MEASURE = Measure(
    code="freezes-by-origin",
    name=_("Freezes by ready rule, own rule, hand"),
    formula=_("Freezes laid that day by ready rules, by rules of one's own, and by hand."),
    source=_("Journal of freezes, rules"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE, Cut.PART}),
    up_is_better=None,
    parts=origins.origin_names,
)
