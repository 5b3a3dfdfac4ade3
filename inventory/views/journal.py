"""The ledger as people read it: postings newest first, with the sums after each."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.selectors import places
from inventory.selectors.journal_views import JournalPage
from inventory.selectors.lot_board import lot_page
from inventory.views.wording import house_names, odd_grade, outside_name, sku_names
from org import roles
from org.access import permission_required, person_of
from org.addresses import address_with, number_in
from org.scope import Scope
from org.selectors import names_of_actors, scope_of

PAGE = 100


@dataclass(frozen=True)
class Line:
    """A row of the ledger with the names of what it is about; `grade` only when it is odd."""

    row: stock.JournalRow
    who: str
    name: str
    warehouse: str
    grade: str
    outside: str


@require_GET
@permission_required(roles.STOCK_VIEW)
def journal(request: HttpRequest) -> HttpResponse:
    """Postings of one balance, cell, lot or document; the address says of which."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    asked = request.GET
    before = number_in(asked, "before")
    document = "".join(each for each in asked.get("document", "") if each.isprintable()).strip()
    balance, cell, lot = (number_in(asked, name) for name in ("balance", "cell", "lot"))
    title = ""
    page = None
    if balance is not None:
        page = stock.journal(balance_id=balance, scope=scope, before=before, limit=PAGE)
    elif cell is not None:
        page = stock.journal(stock_id=cell, scope=scope, before=before, limit=PAGE)
        title = _cell_title(cell, scope)
    elif lot is not None:
        page = stock.journal(lot_id=lot, scope=scope, before=before, limit=PAGE)
        title = _lot_title(lot, scope)
    elif document:
        page = stock.journal(document=document[:64], scope=scope, before=before, limit=PAGE)
    rows = page.rows if page else ()
    houses = house_names(scope) if rows else {}
    if not title and rows and not document:
        grade = odd_grade(rows[0].grade)
        title = f"{rows[0].sku_code} · {houses.get(rows[0].warehouse_id, '')}"
        title += f" · {grade}" if grade else ""
    names = names_of_actors([row.posting.actor for row in rows])
    goods = sku_names({row.sku_id for row in rows})
    return render(
        request,
        "inventory/journal.html",
        {
            "rows": [
                Line(
                    row=row,
                    who=names[row.posting.actor],
                    name=goods[row.sku_id],
                    warehouse=houses.get(row.warehouse_id, row.warehouse_code),
                    grade=odd_grade(row.grade),
                    outside=", ".join(map(outside_name, row.outside)),
                )
                for row in rows
            ],
            "first": rows[0] if rows and (balance is not None or cell is not None) else None,
            "cell": cell,
            "lot": lot,
            "clear_url": request.path if document else "",
            "asked": page is not None,
            "document": document[:64],
            "title": title or document[:64],
            "several": bool(document) or lot is not None,
            "next_url": _next(request, page),
            "first_url": address_with(request, before="") if before else "",
        },
    )


def _cell_title(cell_id: int, scope: Scope) -> str:
    found = places.cell(cell_id=cell_id, scope=scope)
    if found is None:
        raise Http404
    return f"{found.location_code} · {found.sku_code} {found.lot_code}".strip()


def _next(request: HttpRequest, page: JournalPage | None) -> str:
    return address_with(request, before=str(page.after)) if page and page.after else ""


def _lot_title(lot_id: int, scope: Scope) -> str:
    found = lot_page(lot_id=lot_id, scope=scope)
    if found is None:
        raise Http404
    return f"{found.code} · {found.sku_code}"
