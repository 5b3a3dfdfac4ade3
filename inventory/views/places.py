"""Pages of places and lots: a cell, a location, a lot, and lots by expiry."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.histories import LOCATION as HISTORY
from inventory.lists.locations import LOCATIONS
from inventory.lists.lots import LOTS
from inventory.selectors import lot_board, places, whereabouts
from inventory.selectors.lot_sayings import sayings_of
from org import clocks, roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.selectors import names_of_actors, scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def cell(request: HttpRequest, cell_id: int) -> HttpResponse:
    """One cell: its goods, who has claims on them, and what covers it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = places.cell(cell_id=cell_id, scope=scope)
    if found is None:
        raise Http404
    clocks.show_times_at(found.warehouse_id, scope=scope)
    claims = places.pinned_in(cell_id=cell_id)
    names = names_of_actors([claim.placed_by for claim in claims])
    return render(
        request,
        "inventory/cell.html",
        {
            "cell": found,
            "pieces": stock.pieces(scope=scope, stock_ids=[cell_id]),
            "said": sayings_of([found.lot_id]).get(found.lot_id, []) if found.lot_id else [],
            "claims": [(claim, names[claim.placed_by]) for claim in claims],
            "may_freeze": person.may(roles.STOCK_HOLD),
            "may_correct": person.may(roles.STOCK_ADJUST),
            "may_scrap": person.may(roles.STOCK_SCRAP),
            "now": timezone.now(),
            "today": timezone.localdate(),
        },
    )


@require_GET
@permission_required(roles.STOCK_VIEW)
def location_list(request: HttpRequest) -> HttpResponse:
    """Every location the person sees, and what lies there."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    page = list_page(request, LOCATIONS, scope=scope)
    return render(request, "inventory/locations.html", {"list": page})


@require_GET
@permission_required(roles.STOCK_VIEW)
def location(request: HttpRequest, location_id: int) -> HttpResponse:
    """One location and everything in it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = places.location_page(location_id=location_id, scope=scope)
    if found is None:
        raise Http404
    clocks.show_times_at(found.warehouse_id, scope=scope)
    return render(
        request,
        "inventory/location.html",
        {
            "place": found,
            "cells": found.cells,
            "may_freeze": person.may(roles.STOCK_HOLD),
            "may_correct": person.may(roles.STOCK_ADJUST),
            "may_see_history": any(map(person.may, HISTORY.see)),
            "today": timezone.localdate(),
        },
    )


@require_GET
@permission_required(roles.STOCK_VIEW)
def lot(request: HttpRequest, lot_id: int) -> HttpResponse:
    """One lot: its dates, where it lies, what is frozen of it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = lot_board.lot_page(lot_id=lot_id, scope=scope)
    if found is None:
        raise Http404
    clocks.show_times_at(whereabouts.warehouse_of_lot(lot_id, scope=scope), scope=scope)
    today = timezone.localdate()
    days_left = (found.expires_on - today).days if found.expires_on else None
    share = None
    if days_left is not None and found.shelf_life_days:
        share = max(0, min(100, round(100 * days_left / found.shelf_life_days)))
    return render(
        request,
        "inventory/lot.html",
        {
            "lot": found,
            "said": sayings_of([lot_id]).get(lot_id, []),
            "may_freeze": person.may(roles.STOCK_HOLD),
            "cells": found.cells,
            "days_left": days_left,
            "share_left": share,
            "today": today,
        },
    )


@require_GET
@permission_required(roles.STOCK_VIEW)
def lot_list(request: HttpRequest) -> HttpResponse:
    """Lots with stock, first expiry first."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    page = list_page(request, LOTS, scope=scope)
    return render(request, "inventory/lots.html", {"list": page})
