"""The workbench: what waits for the person who looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from insights.measures import MEASURES
from insights.panels.approvals import waiting_for_me
from insights.panels.audit import books_in_doubt
from insights.panels.exceptions import open_exceptions
from insights.panels.floor import STATIONS, floor_work
from insights.panels.freezes import frozen_stock
from insights.panels.orders import orders_under_way
from insights.panels.shops import shops_in_sync
from insights.views.measuring import row_of
from org import roles
from org.access import person_of
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of

# What is told in a figure, and what is drawn, for whoever may see it; the first ones fit.
TILES = (
    "same-day", "order-to-held", "oversold", "pick-rate", "sellable", "accuracy", "near-expiry",
    "sync-lag", "audit",
)  # fmt: skip
MOST_TILES = 6
CHARTS = (
    ("orders", "part"), ("order-to-shipped", "day"), ("held", "part"), ("exceptions", "part"),
    ("pick-rate", "warehouse"), ("sync-lag", "shop"),
)  # fmt: skip

FLOOR = (roles.FLOOR_PICK, roles.FLOOR_PACK, roles.FLOOR_SHIP)


@require_GET
@login_required
def workbench(request: HttpRequest) -> HttpResponse:
    """What waits, each number leading to the list behind it, each panel for those it concerns."""
    person = person_of(request)
    panels: dict[str, Any] = {}
    if person.may(roles.APPROVALS_DECIDE):
        panels["approvals"] = waiting_for_me(person)
    if person.may(roles.ORDERS_VIEW):
        scope = _scope(person, roles.ORDERS_VIEW)
        panels["orders"] = orders_under_way(scope=scope)
        panels["exceptions"] = open_exceptions(scope=scope)
    on_floor = [permission for permission in FLOOR if person.may(permission)]
    if on_floor:
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        panels["floor"] = floor_work(
            scope=_scope(person, on_floor[0]), today=midnight, permissions=person.permissions
        )
    if person.may(roles.STOCK_VIEW):
        panels["freezes"] = frozen_stock(scope=_scope(person, roles.STOCK_VIEW))
    if person.may(roles.AUDIT_VIEW):
        audit = books_in_doubt(scope=_scope(person, roles.AUDIT_VIEW))
        if audit:
            panels["audit"] = audit
    if person.may(roles.SHOPS_VIEW):
        panels["shops"] = shops_in_sync(scope=_scope(person, roles.SHOPS_VIEW))
    return render(
        request,
        "insights/workbench.html",
        {
            "panels": panels,
            "stations": [station.label for station in STATIONS.values()],
            "tiles": [
                row_of(MEASURES[code], person)
                for code in TILES
                if person.may(MEASURES[code].permission)
            ][:MOST_TILES],
            "charts": [
                Chart(str(MEASURES[code].name), reverse("measure", args=[code]),
                      f"{reverse('measure-data', args=[code])}?by={by}")
                for code, by in CHARTS
                if person.may(MEASURES[code].permission)
            ],
        },
    )  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A chart of the workbench: its name, the measure's page, the address of its data."""

    name: str
    page: str
    data: str


def _scope(person: Person, permission: str) -> Scope:
    return scope_of(person, permission=permission)
