"""The hold board."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from freeze_rules.lists import HOLDS, role_of
from inventory import selectors as stock
from inventory.selectors.board import frozen_by_reason
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.lists.pages import list_page, question_of
from org.selectors import scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def holds(request: HttpRequest) -> HttpResponse:
    """Open claims by kind and reason."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    page = list_page(request, HOLDS, scope=scope)
    asked = question_of(HOLDS, request.GET, scope)
    house = number_in(asked.asked, "warehouse")
    totals = role_of(asked) == "FREEZE" and not asked.get("document")
    context = {
        "list": page,
        "totals": frozen_by_reason(scope=stock.scope_at(scope, house)) if totals else [],
        "reason": asked.get("reason"),
        "warehouse": house,
        "may_freeze": person.may(roles.STOCK_HOLD),
        "now": timezone.now(),
    }
    return render(request, "freeze_rules/holds.html", context)
