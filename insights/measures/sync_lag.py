"""How far behind each shop our knowledge of its orders is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from channels_sync.models import PullCursor
from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from org import roles
from org.scope import Scope


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    rows = scope.limit(PullCursor.objects.filter(shop__is_active=True), "shop__unit")
    found = rows.values_list("shop_id", "shop__unit_id", "safe_until")
    return [
        Grain(max(0.0, (until - safe).total_seconds()), 1, "", unit, None, shop)
        for shop, unit, safe in found
    ]


MEASURE = Measure(
    code="sync-lag",
    name=_("Lag behind the shops"),
    formula=_("Mean time since everything a shop had was safely here, at the end of the day."),
    source=_("Shops: complete until"),
    shown=Shown.SECONDS,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.SHOPS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.STORE}),
    up_is_better=False,
    target=180.0,
    is_level=True,
)
