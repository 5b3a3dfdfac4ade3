"""Who or what freezes: rules, sensors, people, the house itself."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors import journal
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.count, 1, row.cause, row.unit_id, row.warehouse_id)
        for row in journal.freezes_by_cause(scope=scope, since=since, until=until)
    ]


MEASURE = Measure(
    code="freezes-by-cause",
    name=_("Freezes by rule and by hand"),
    formula=_("Freezes laid that day, by what laid them; shops' orders are no freezes."),
    source=_("Journal of freezes"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE, Cut.PART}),
    up_is_better=None,
    parts=journal.cause_names,
)
