"""Orders that are under way, by state."""

from __future__ import annotations

from django.db.models import Count

from insights.panels.figures import Figure
from insights.routes import address
from oms.models import Order
from oms.models.orders import OrderState
from org.scope import Scope

# State and how loud it is; what has ended waits for nobody.
UNDER_WAY = {
    OrderState.PENDING_PAYMENT: "",
    OrderState.AWAIT_BALANCE: "",
    OrderState.PREPROCESS: "warn",
    OrderState.SUBMITTED: "info",
    OrderState.PARTIALLY_SHIPPED: "warn",
}


def orders_under_way(*, scope: Scope) -> list[Figure]:
    """One figure for each state that is not the end. One statement."""
    rows = scope.limit(Order.objects.filter(state__in=list(UNDER_WAY)), "unit")
    counts = dict(rows.values_list("state").annotate(total=Count("id")))
    return [
        Figure(
            label=str(state.label),
            value=counts.get(state.value, 0),
            url=address("orders", state=state.value),
            tone=tone,
        )
        for state, tone in UNDER_WAY.items()
    ]
