"""Open exceptions of orders, by class and by how long they have waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import Now

from insights.routes import address
from oms.codes import policy
from oms.models import OrderException
from org.scope import Scope

HOUR = timedelta(hours=1)
SHIFT = timedelta(hours=4)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """Open exceptions of one class; `ages` are under 1 h, 1 to 4 h, 4 to 24 h, longer."""

    code: str
    label: str
    total: int
    ages: tuple[int, int, int, int]
    overdue: int
    url: str


def open_exceptions(*, scope: Scope) -> list[Waiting]:
    """Every class that has an open exception, the most overdue first. One statement."""
    rows = scope.limit(OrderException.objects.filter(state=OrderException.State.OPEN), "unit")
    found = rows.values_list("code").annotate(
        total=Count("id"),
        hour=Count("id", filter=Q(opened_at__gt=Now() - HOUR)),
        shift=Count("id", filter=Q(opened_at__gt=Now() - SHIFT)),
        day=Count("id", filter=Q(opened_at__gt=Now() - DAY)),
        overdue=Count("id", filter=Q(deadline__lt=Now())),
    )
    return [
        Waiting(
            code=code,
            label=str(policy(code).label),
            total=total,
            ages=(hour, shift - hour, day - shift, total - day),
            overdue=overdue,
            url=address("exceptions", code=code),
        )
        for code, total, hour, shift, day, overdue in found.order_by("-overdue", "-total", "code")
    ]
