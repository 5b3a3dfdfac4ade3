"""Pages of places and lots: a cell, a location, a lot, and lots by expiry."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.selectors import lot_board, places
from org import roles
from org.access import permission_required, person_of
from org.addresses import address_with, number_in, words_in
from org.selectors import names_of_actors, scope_of

PAGE = 100
SHELVES = ("", "near", "expired")


@require_GET
@permission_required(roles.STOCK_VIEW)
def cell(request: HttpRequest, cell_id: int) -> HttpResponse:
    """One cell: its goods, who has claims on them, and what covers it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = places.cell(cell_id=cell_id, scope=scope)
    if found is None:
        raise Http404
    claims = places.pinned_in(cell_id=cell_id)
    names = names_of_actors([claim.placed_by for claim in claims])
    return render(
        request,
        "inventory/cell.html",
        {
            "cell": found,
            "pieces": stock.pieces(scope=scope, stock_ids=[cell_id]),
            "claims": [(claim, names[claim.placed_by]) for claim in claims],
            "may_freeze": person.may(roles.STOCK_HOLD),
            "now": timezone.now(),
            "today": timezone.localdate(),
        },
    )


@require_GET
@permission_required(roles.STOCK_VIEW)
def location(request: HttpRequest, location_id: int) -> HttpResponse:
    """One location and everything in it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = places.location_page(location_id=location_id, scope=scope)
    if found is None:
        raise Http404
    return render(
        request,
        "inventory/location.html",
        {
            "place": found,
            "cells": found.cells,
            "may_freeze": person.may(roles.STOCK_HOLD),
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
    asked = request.GET
    shelf = asked.get("shelf", "")
    days = number_in(asked, "days")
    narrowing = lot_board.LotNarrowing(
        words=words_in(asked, "q"),
        shelf=shelf if shelf in SHELVES else "",
        near_days=days if days and days <= 3650 else 30,
    )
    today = timezone.localdate()
    rows = lot_board.lot_rows(
        scope=scope, narrowing=narrowing, today=today, after=_after(asked.get("from", "")),
        limit=PAGE + 1,
    )  # fmt: skip
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    counts = lot_board.lot_counts(scope=scope, narrowing=narrowing, today=today)
    last = rows[-1] if more else None
    return render(
        request,
        "inventory/lots.html",
        {
            "rows": [
                (row, (row.expires_on - today).days if row.expires_on else None) for row in rows
            ],
            "tabs": _tabs(request, counts, narrowing),
            "narrowing": narrowing,
            "clear_url": request.path if asked else "",
            "first_url": address_with(request, **{"from": ""}) if asked.get("from") else "",
            "next_url": address_with(request, **{"from": f"{last.expires_on or '-'} {last.id}"})
            if last
            else "",
        },
    )


def _after(cursor: str) -> str:
    """A cursor that says "date id" or "- id"; anything else starts at the beginning."""
    day, _space, number = cursor.partition(" ")
    if not number.isdecimal() or len(number) > 18:
        return ""
    if day == "-":
        return cursor
    try:
        date.fromisoformat(day)
    except ValueError:
        return ""
    return cursor


def _tabs(
    request: HttpRequest, counts: dict[str, int], narrowing: lot_board.LotNarrowing
) -> list[dict[str, object]]:
    near = _("Within %(days)s days") % {"days": narrowing.near_days}
    labels = {
        "": (_("All"), counts["all"], ""),
        "near": (near, counts["near"], "warn" if counts["near"] else ""),
        "expired": (_("Expired"), counts["expired"], "bad" if counts["expired"] else ""),
    }
    return [
        {
            "label": label,
            "count": count,
            "tone": tone,
            "url": address_with(request, shelf=shelf, **{"from": ""}),
            "active": shelf == narrowing.shelf,
        }
        for shelf, (label, count, tone) in labels.items()
    ]
