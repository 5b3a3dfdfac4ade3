"""Why a number is not larger: from on hand down to available, and what would free the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.models.books import Grade
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of

# How far the page looks ahead.
DAYS_AHEAD = 30


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


@dataclass(frozen=True)
class Ahead:
    """What can be promised from a day on, and its bar in a picture 100 high, a day wide."""

    step: stock.DayStep
    start: int
    width: int
    top: int
    height: int


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
        # A kit has no stock of its own: its parts explain it.
        if stock.recipes([sku_id]):
            return redirect("stock-kit", sku_id, warehouse_id)
        raise Http404
    today = timezone.localdate()
    ahead = stock.future(
        sku_ids=[sku_id], warehouse_ids=[warehouse_id], until=today + timedelta(days=DAYS_AHEAD),
        grade=grade,
    )[sku_id]  # fmt: skip
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
            "may_freeze": person.may(roles.STOCK_HOLD),
            "cells": [(cell, covers.get(cell.blanket_id or 0)) for cell in cells],
            "now": timezone.now(),
            "ahead": _ahead(ahead.steps, today),
            "days_ahead": DAYS_AHEAD,
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


def _ahead(steps: Sequence[stock.DayStep], today: date) -> list[Ahead]:
    """The steps as bars, nothing when nothing will change."""
    if len(steps) < 2:
        return []
    most = max(1, *(step.available for step in steps))
    starts = [(step.day - today).days for step in steps]
    ends = [*starts[1:], DAYS_AHEAD + 1]
    heights = [round(100 * step.available / most) for step in steps]
    return [
        Ahead(step, start, end - start, 100 - height, height)
        for step, start, end, height in zip(steps, starts, ends, heights, strict=True)
    ]
