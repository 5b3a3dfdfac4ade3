"""The ledger as people read it: postings newest first, with the sums after each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inventory.lists.journal import JOURNAL, asked_for
from inventory.lists.wording import odd_grade
from inventory.selectors import places
from inventory.selectors.board import board_row
from inventory.selectors.lot_board import lot_page
from org import roles
from org.access import permission_required, person_of
from org.lists.pages import list_page, question_of
from org.scope import Scope
from org.selectors import scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Postings of one balance, cell, lot or document, or the newest; the address says of which."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    kind, key = asked_for(question_of(JOURNAL, request.GET, scope))
    of: dict[str, Any] = {"title": "", "kind": kind}
    if kind == "document":
        of["title"] = key
    elif kind == "cell":
        of |= _cell(int(key), scope)
    elif kind == "lot":
        of |= _lot(int(key), scope)
    elif kind == "balance":
        of |= _balance(int(key), scope)
    page = list_page(request, JOURNAL, scope=scope)
    return render(request, "inventory/journal.html", {"list": page, "of": of})


def _cell(cell_id: int, scope: Scope) -> dict[str, Any]:
    found = places.cell(cell_id=cell_id, scope=scope)
    if found is None:
        raise Http404
    title = f"{found.location_code} · {found.sku_code} {found.lot_code}".strip()
    return {"title": title, "cell": cell_id}


def _lot(lot_id: int, scope: Scope) -> dict[str, Any]:
    found = lot_page(lot_id=lot_id, scope=scope)
    if found is None:
        raise Http404
    return {"title": f"{found.code} · {found.sku_code}", "lot": lot_id}


def _balance(balance_id: int, scope: Scope) -> dict[str, Any]:
    """A balance of others, or one that never was, has an empty ledger."""
    row = board_row(balance_id=balance_id, scope=scope)
    if row is None:
        return {}
    grade = odd_grade(row.grade)
    title = f"{row.code} · {row.warehouse_name}" + (f" · {grade}" if grade else "")
    return {"title": title, "balance": row}
