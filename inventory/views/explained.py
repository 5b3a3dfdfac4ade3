"""Why a number is not larger: from on hand down to available, and what would free the rest."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.models.books import Grade
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of


@dataclass(frozen=True)
class Drop:
    """One line of the waterfall; `start` and `width` place its bar on the scale of on hand."""

    label: str
    qty: int
    start: int = 0
    width: int = 0
    tone: str = "info"
    document: str = ""
    note: str = ""
    depth: int = 0
    is_total: bool = False
    # Who or which rule version placed it, and since when.
    who: str = ""
    step: stock.Step | None = None


@require_GET
@permission_required(roles.STOCK_VIEW)
def explained(
    request: HttpRequest, sku_id: int, warehouse_id: int, grade: str = Grade.ZP
) -> HttpResponse:
    """From on hand down to available, and the cells the goods lie in."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    why = stock.explain(sku_id=sku_id, warehouse_id=warehouse_id, grade=grade, scope=scope)
    if why is None:
        raise Http404
    cells = [
        cell
        for cell in stock.cells(scope=scope, sku_id=sku_id, warehouse_id=warehouse_id)
        if cell.grade == grade
    ]
    blankets = {cell.blanket_id for cell in cells if cell.blanket_id}
    covers = {hold.id: hold for hold in stock.holds(scope=scope, ids=blankets)} if blankets else {}
    return render(
        request,
        "inventory/explained.html",
        {
            "why": why,
            "sku": stock.skus([sku_id])[sku_id],
            "warehouse": stock.warehouses(scope=scope, ids=[warehouse_id], active=False)[0],
            "grade_name": dict(Grade.choices).get(grade, grade),
            "drops": _drops(why),
            "may_freeze": person.may(roles.STOCK_HOLD) and grade == Grade.ZP,
            "cells": [(cell, covers.get(cell.blanket_id or 0)) for cell in cells],
            "now": timezone.now(),
        },
    )


def _drops(why: stock.Explanation) -> list[Drop]:
    """The waterfall: on hand, each reason with the documents behind it, available."""
    names = names_of_actors([step.placed_by for step in why.steps])
    drops = [Drop(_("On hand"), why.on_hand, width=why.on_hand, is_total=True)]
    left = why.on_hand
    for group in why.groups:
        left -= group.units
        tone = "warn" if group.role == "COMMITMENT" else "hold"
        drops.append(
            Drop(group.reason_label, -group.units, start=left, width=group.units, tone=tone)
        )
        drops += [
            Drop(
                step.frees,
                -step.qty,
                document=step.document,
                depth=1,
                who=step.rule_version or names[step.placed_by],
                step=step,
            )
            for step in why.steps
            if step.reason_code == group.reason_code
        ]
        if group.unnamed:
            drops.append(Drop(_("Smaller claims together"), -group.unnamed, depth=1))
    available = Drop(_("Available"), why.available, width=why.available, tone="ok", is_total=True)
    return [*drops, available]
