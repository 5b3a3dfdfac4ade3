"""How many freezes needed no rule of one's own and nobody's hand."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors import origins
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(
            row.count if row.origin == origins.PRESET else 0, row.count, "",
            row.unit_id, row.warehouse_id,
        )
        for row in origins.freezes_by_origin(scope=scope, since=since, until=until)
    ]  # fmt: skip


MEASURE = Measure(
    code="preset-share",
    name=_("Freezes by ready rules"),
    formula=_("Freezes laid by ready rules, of all that rules and people laid."),
    source=_("Journal of freezes, rules"),
    shown=Shown.PERCENT,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=True,
    target=0.9,
)
