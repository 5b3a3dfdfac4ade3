"""Differences that the audit found in the books."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.part, row.whole, row.key, row.unit_id, row.warehouse_id)
        for row in measuring.differences_found(scope=scope, since=since, until=until)
    ]


MEASURE = Measure(
    code="audit",
    name=_("Differences in the books"),
    formula=_("Differences between the books and their entries, on the day they were first seen."),
    source=_("Audit: findings"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.AUDIT_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=False,
    target=0.0,
)
