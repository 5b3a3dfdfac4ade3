"""How much stock is frozen, and why."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory.selectors import measuring
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(row.part, row.whole, row.key, row.unit_id, row.warehouse_id)
        for row in measuring.frozen_units(scope=scope)
    ]


def _reasons() -> dict[str, str]:
    return measuring.reason_names(chinese=(get_language() or "").startswith("zh"))


MEASURE = Measure(
    code="held",
    name=_("Frozen stock by reason"),
    formula=_("Units under open freezes at the end of the day; orders' claims are no freezes."),
    source=_("Ledger: open claims"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE, Cut.PART}),
    up_is_better=False,
    is_level=True,
    parts=_reasons,
)
