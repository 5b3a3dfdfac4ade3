"""Why so many kits and not one more: which part is the scarcest in a warehouse."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def kit(request: HttpRequest, sku_id: int, warehouse_id: int) -> HttpResponse:
    """How many kits the warehouse can pack now, by part, and in the other warehouses one sees."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    houses = {house.id: house for house in stock.warehouses(scope=scope, active=False)}
    if warehouse_id not in houses:
        raise Http404
    found = stock.explain_kit(
        kit_sku_id=sku_id,
        warehouse_ids=[warehouse_id, *(pk for pk in houses if pk != warehouse_id)],
    )
    if not found:
        raise Http404
    why, *others = found
    return render(
        request,
        "inventory/kit.html",
        {
            "why": why,
            "warehouse": houses[warehouse_id],
            "others": [(houses[other.warehouse_id], other.available) for other in others],
        },
    )
