"""Orders that cannot go on by themselves, by how long they have waited."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from oms.models import OrderException
from org import roles
from org.scope import Scope

AGES = (("1h", timedelta(hours=1)), ("4h", timedelta(hours=4)), ("24h", timedelta(hours=24)))


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    rows = OrderException.objects.filter(state=OrderException.State.OPEN)
    age = Case(
        *(When(opened_at__gt=Now() - reach, then=Value(code)) for code, reach in AGES),
        default=Value("more"),
        output_field=CharField(),
    )
    found = (
        scope.limit(rows, "unit")
        .annotate(age=age)
        .values_list("unit_id", "order__shop_id", "age")
        .annotate(waiting=Count("id"))
        .order_by()
    )
    return [Grain(many, many, age, unit, None, shop) for unit, shop, age, many in found]


def _ages() -> dict[str, str]:
    return {
        "1h": _("under 1 hour"),
        "4h": _("1 to 4 hours"),
        "24h": _("4 to 24 hours"),
        "more": _("over 24 hours"),
    }


MEASURE = Measure(
    code="exceptions",
    name=gettext_lazy("Exceptions by age"),
    formula=gettext_lazy("Open exceptions at the end of the day, by how long they were open."),
    source=gettext_lazy("Exceptions: opened, state"),
    shown=Shown.COUNT,
    joins=Joins.SUM,
    compute=_compute,
    permission=roles.ORDERS_VIEW,
    cuts=frozenset({Cut.DAY, Cut.SHOP, Cut.STORE, Cut.PART}),
    up_is_better=False,
    target=0.0,
    is_level=True,
    parts=_ages,
)
