"""How much waits behind each entry of the navigation, for one person.

Each provider answers for the entries of one room with one statement that stops counting early;
the scope adds two. A new one is a line in `PROVIDERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count

from channels_sync.models import Listing
from inventory.selectors.holds import freezes_past_review
from inventory.selectors.proof import open_findings
from oms.models import Order, OrderException, OrderState
from org import roles
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of
from org.selectors.approvals import waiting_count
from wms import selectors as floor
from wms.models import Fulfilment

# Nobody reads beyond this beside a menu entry: it is shown as "999+".
MOST = 1000


@dataclass(frozen=True)
class Provider:
    """Counts for entries (by route) that carry this permission."""

    permission: str
    count: Callable[[Scope], dict[str, int]]


def _orders(scope: Scope) -> dict[str, int]:
    checked = scope.limit(Order.objects.filter(state=OrderState.PREPROCESS), "unit")
    return {"orders": checked.values("id")[:MOST].count()}


def _exceptions(scope: Scope) -> dict[str, int]:
    rows = scope.limit(OrderException.objects.filter(state=OrderException.State.OPEN), "unit")
    return {"exceptions": rows.values("id")[:MOST].count()}


def _holds(scope: Scope) -> dict[str, int]:
    return {"holds": freezes_past_review(scope=scope, most=MOST)}


def _floor(scope: Scope) -> dict[str, int]:
    rows = scope.limit(Fulfilment.objects.filter(state__in=floor.ON_FLOOR), "warehouse__unit")
    waiting = dict(rows.values_list("state").annotate(n=Count("id")))
    return {
        "pick": waiting.get("RELEASED", 0),
        "pack": waiting.get("PICKED", 0) + waiting.get("CHECKED", 0),
        "ship": waiting.get("PACKED", 0),
    }


def _unmatched(scope: Scope) -> dict[str, int]:
    rows = scope.limit(Listing.objects.filter(sku_id__isnull=True), "shop__unit")
    return {"unmatched": rows.values("id")[:MOST].count()}


def _audit(scope: Scope) -> dict[str, int]:
    return {"stock-audit": open_findings(scope=scope)}


PROVIDERS = (
    Provider(roles.ORDERS_VIEW, _orders),
    Provider(roles.ORDERS_VIEW, _exceptions),
    Provider(roles.STOCK_VIEW, _holds),
    Provider(roles.FLOOR_PICK, _floor),
    Provider(roles.SHOPS_VIEW, _unmatched),
    Provider(roles.AUDIT_VIEW, _audit),
)


def counts_for(person: Person) -> dict[str, int]:
    """Route of an entry -> how much waits there for this person; entries at zero are left out."""
    scopes: dict[str, Scope] = {}
    found: dict[str, int] = {}
    for provider in PROVIDERS:
        if not person.may(provider.permission):
            continue
        if provider.permission not in scopes:
            scopes[provider.permission] = scope_of(person, permission=provider.permission)
        found |= provider.count(scopes[provider.permission])
    if person.may(roles.APPROVALS_DECIDE):
        # Whom a step asks is no question of place alone.
        found["approvals"] = waiting_count(person)
    return {route: number for route, number in found.items() if number}
