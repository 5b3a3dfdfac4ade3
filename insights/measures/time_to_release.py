"""How long units stay frozen."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors import journal
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown, bucket_of
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    return [
        Grain(
            row.seconds, 1, row.reason, row.unit_id, row.warehouse_id,
            spread={bucket_of(row.seconds): 1},
        )
        for row in journal.release_times(scope=scope, since=since, until=until)
    ]  # fmt: skip


MEASURE = Measure(
    code="time-to-release",
    name=_("Time to release"),
    formula=_("From the first unit frozen to the last one released, of freezes that ended."),
    source=_("Journal of freezes"),
    shown=Shown.SECONDS,
    joins=Joins.SPREAD,
    compute=_compute,
    permission=roles.STOCK_VIEW,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE, Cut.PART}),
    up_is_better=False,
    parts=journal.reason_names,
)
