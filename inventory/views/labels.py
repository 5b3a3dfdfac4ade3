"""Labels for places and goods: chosen on a page, printed from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import codes
from inventory import selectors as stock
from inventory.selectors import labels
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.scope import Scope
from org.selectors import scope_of

MOST_COPIES = 20
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
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    asked = request.GET
    size = asked.get("size", "")
    size = size if size in SIZES else SIZES[0]
    copies = number_in(asked, "copies") or 1
    chosen = _chosen(asked, scope)
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
            "kept": {
                name: asked[name] for name in ("what", "cell", "lot", "location") if name in asked
            },
        },
    )


def _chosen(asked: QueryDict, scope: Scope) -> list[labels.Label]:
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
