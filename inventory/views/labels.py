"""Labels for places and goods: chosen on a page, printed from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import codes
from inventory import selectors as stock
from inventory.selectors import labels
from inventory.selectors.board import board_skus
from org import roles
from org import selectors as org_selectors
from org.access import permission_required, person_of
from org.addresses import number_in
from org.models import Person
from org.scope import Scope

MOST_COPIES = 20
# What the form carries along: whose labels they are.
KEPT = ("what", "cell", "lot", "location", "batch")
SIZES = ("60x40", "100x50", "a4")


@dataclass(frozen=True)
class Sheet:
    """A label with its codes drawn."""

    label: labels.Label
    square: codes.Drawing
    lines: codes.Drawing | None


@require_GET
@permission_required(roles.STOCK_VIEW)
def label_page(request: HttpRequest) -> HttpResponse:
    """Choose labels and see them as they will be printed."""
    person = person_of(request)
    scope = org_selectors.scope_of(person, permission=roles.STOCK_VIEW)
    asked = request.GET
    size = asked.get("size", "")
    size = size if size in SIZES else SIZES[0]
    copies = number_in(asked, "copies") or 1
    chosen = _chosen(asked, person, scope)
    sheets = [Sheet(label, codes.qr(label.code), codes.code128(label.code)) for label in chosen]
    return render(
        request,
        "inventory/labels.html",
        {
            "sheets": [sheet for sheet in sheets for _copy in range(min(copies, MOST_COPIES))],
            "kinds": len(sheets),
            "at_most": labels.MOST if len(sheets) == labels.MOST else None,
            "copies": min(copies, MOST_COPIES),
            "size": size,
            "sizes": [("60x40", "60 × 40 mm"), ("100x50", "100 × 50 mm"), ("a4", _("A4 sheet"))],
            "what": asked.get("what", ""),
            "prefix": asked.get("prefix", ""),
            "warehouse": number_in(asked, "warehouse"),
            "warehouses": [(house.id, house.name) for house in stock.warehouses(scope=scope)],
            "kept": {name: asked[name] for name in KEPT if name in asked},
        },
    )


def _of_batch(batch_id: int, person: Person, scope: Scope) -> list[labels.Label]:
    """Labels of the rows that somebody chose on a list."""
    found = org_selectors.batch(batch_id, person=person)
    if found is None or found.list_key not in OF_LISTS:
        raise Http404
    return OF_LISTS[found.list_key](scope, found.ids)


def _of_board(scope: Scope, ids: Sequence[int]) -> list[labels.Label]:
    return labels.sku_labels(ids=board_skus(scope=scope, ids=ids))


OF_LISTS: dict[str, Callable[[Scope, Sequence[int]], list[labels.Label]]] = {
    "stock": _of_board,
    "lots": lambda scope, ids: labels.lot_labels(scope=scope, ids=ids),
    "locations": lambda scope, ids: labels.location_labels(scope=scope, ids=ids),
}


def _chosen(asked: QueryDict, person: Person, scope: Scope) -> list[labels.Label]:
    batch = number_in(asked, "batch")
    if batch is not None:
        return _of_batch(batch, person, scope)
    what = asked.get("what", "")
    if what == "cell":
        return labels.goods_labels(scope=scope, cell_id=number_in(asked, "cell") or 0)
    if what == "lot":
        return labels.goods_labels(scope=scope, lot_id=number_in(asked, "lot") or 0)
    if what == "goods":
        return labels.goods_labels(scope=scope, location_id=number_in(asked, "location") or 0)
    if what == "location":
        return labels.location_labels(scope=scope, location_id=number_in(asked, "location") or 0)
    house = number_in(asked, "warehouse")
    if house is None:
        return []
    prefix = "".join(each for each in asked.get("prefix", "") if each.isprintable())
    return labels.location_labels(
        scope=scope, warehouse_id=house, prefix=prefix.strip().upper()[:32]
    )
