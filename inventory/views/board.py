"""The stock board: every SKU in every warehouse the person sees."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.lists.board import BOARD, narrowing_of
from inventory.selectors.board import Narrowing
from org import roles
from org.access import permission_required, person_of
from org.lists.pages import list_page, question_of
from org.selectors import scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Every SKU in every warehouse the person sees; the address holds search, tab and place."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    page = list_page(request, BOARD, scope=scope)
    narrowing = narrowing_of(question_of(BOARD, request.GET, scope))
    kit_id = _kit_looked_for(narrowing) if not page.rows else None
    houses = stock.warehouses(scope=scope, active=False) if kit_id is not None else []
    if kit_id is not None and houses:
        return redirect("stock-kit", kit_id, narrowing.warehouse_id or houses[0].id)
    words = narrowing.words
    pieces = stock.pieces(scope=scope, serials=[words], limit=1) if words else []
    return render(request, "inventory/board.html", {"list": page, "pieces": pieces})


def _kit_looked_for(narrowing: Narrowing) -> int | None:
    """The kit of that code: it has no stock of its own, its page says what its parts make."""
    sku_id = stock.sku_ids_by_code([narrowing.words.upper()]).get(narrowing.words.upper())
    return sku_id if sku_id is not None and stock.recipes([sku_id]) else None
