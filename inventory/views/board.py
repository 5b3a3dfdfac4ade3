"""The stock board: every SKU in every warehouse the person sees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.models.books import Grade
from inventory.selectors.board import BoardCounts, Narrowing, board_counts
from inventory.selectors.board import board as board_page
from org import roles
from org.access import permission_required, person_of
from org.addresses import address_with, number_in, words_in
from org.selectors import scope_of

SHELVES = ("", "free", "sold_out", "frozen")


@require_GET
@permission_required(roles.STOCK_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Every SKU in every warehouse the person sees; the address holds search, tab and place."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    narrowing = _narrowing(request.GET)
    page = board_page(scope=scope, narrowing=narrowing, cursor=request.GET.get("from", "")[:120])
    houses = stock.warehouses(scope=scope, active=False)
    kit_id = _kit_looked_for(narrowing) if not page.rows else None
    if kit_id is not None and houses:
        return redirect("stock-kit", kit_id, narrowing.warehouse_id or houses[0].id)
    return render(
        request,
        "inventory/board.html",
        {
            "page": page,
            "tabs": _tabs(request, board_counts(scope=scope, narrowing=narrowing), narrowing),
            "words": narrowing.words,
            "pieces": stock.pieces(scope=scope, serials=[narrowing.words], limit=1)
            if narrowing.words
            else [],
            "shelf": narrowing.shelf,
            "warehouse": narrowing.warehouse_id,
            "warehouses": [(house.id, house.name) for house in houses],
            "grade": narrowing.grade,
            "grades": Grade.choices,
            "clear_url": request.path if narrowing != Narrowing() else "",
            "first_url": address_with(request, **{"from": ""}) if page.before else "",
            "previous_url": address_with(request, **{"from": page.before}) if page.before else "",
            "next_url": address_with(request, **{"from": page.after}) if page.after else "",
        },
    )


def _kit_looked_for(narrowing: Narrowing) -> int | None:
    """The kit of that code: it has no stock of its own, its page says what its parts make."""
    sku_id = stock.sku_ids_by_code([narrowing.words.upper()]).get(narrowing.words.upper())
    return sku_id if sku_id is not None and stock.recipes([sku_id]) else None


def _narrowing(asked: QueryDict) -> Narrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    shelf = asked.get("shelf", "")
    grade = asked.get("grade", "")
    return Narrowing(
        words=words_in(asked, "q"),
        warehouse_id=number_in(asked, "warehouse"),
        grade=grade if grade in Grade.values else "",
        shelf=shelf if shelf in SHELVES else "",
    )


def _tabs(
    request: HttpRequest, counts: BoardCounts, narrowing: Narrowing
) -> list[dict[str, object]]:
    labels = {
        "": (_("All"), counts.everything, ""),
        "free": (_("Available"), counts.free, ""),
        "sold_out": (_("Nothing available"), counts.sold_out, "warn" if counts.sold_out else ""),
        "frozen": (_("Reserved or frozen"), counts.frozen, ""),
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
