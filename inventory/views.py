"""Pages of stock: the board, and why a number is not larger."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.models.books import Grade
from inventory.selectors.board import BoardCounts, Narrowing, board_counts
from inventory.selectors.board import board as board_page
from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of

SHELVES = ("", "free", "sold_out", "frozen")


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


@require_GET
@permission_required(roles.STOCK_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Every SKU in every warehouse the person sees; the address holds search, tab and place."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    narrowing = _narrowing(request.GET)
    page = board_page(scope=scope, narrowing=narrowing, cursor=request.GET.get("from", "")[:120])
    houses = stock.warehouses(scope=scope, active=False)
    return render(
        request,
        "inventory/board.html",
        {
            "page": page,
            "tabs": _tabs(request, board_counts(scope=scope, narrowing=narrowing), narrowing),
            "words": narrowing.words,
            "shelf": narrowing.shelf,
            "warehouse": narrowing.warehouse_id,
            "warehouses": [(house.id, house.name) for house in houses],
            "grade": narrowing.grade,
            "grades": Grade.choices,
            "clear_url": request.path if narrowing != Narrowing() else "",
            "first_url": _with(request, **{"from": ""}) if page.before else "",
            "previous_url": _with(request, **{"from": page.before}) if page.before else "",
            "next_url": _with(request, **{"from": page.after}) if page.after else "",
        },
    )


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
        },
    )


def _narrowing(asked: QueryDict) -> Narrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    warehouse = asked.get("warehouse", "")
    shelf = asked.get("shelf", "")
    grade = asked.get("grade", "")
    return Narrowing(
        words=" ".join(asked.get("q", "").replace("\0", "").split())[:100],
        warehouse_id=int(warehouse) if warehouse.isdecimal() and len(warehouse) < 18 else None,
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
            "url": _with(request, shelf=shelf, **{"from": ""}),
            "active": shelf == narrowing.shelf,
        }
        for shelf, (label, count, tone) in labels.items()
    ]


def _with(request: HttpRequest, **changes: str) -> str:
    """This page's address with some parameters changed; an empty value takes one away."""
    kept = {name: value for name, value in request.GET.items() if name != "drawer"} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{request.path}?{query}" if query else request.path


def _drops(why: stock.Explanation) -> list[Drop]:
    """The waterfall: on hand, each reason with the documents behind it, available."""
    drops = [Drop(_("On hand"), why.on_hand, width=why.on_hand, is_total=True)]
    left = why.on_hand
    for code, label, qty in why.by_reason:
        steps = [step for step in why.steps if step.reason_code == code]
        is_commitment = any(step.role == "COMMITMENT" for step in steps)
        left -= qty
        tone = "warn" if is_commitment else "hold"
        drops.append(Drop(label, -qty, start=left, width=qty, tone=tone))
        drops += [
            Drop(
                step.frees,
                -step.qty,
                document=step.document,
                depth=1,
            )
            for step in steps
        ]
        unnamed = qty - sum(step.qty for step in steps)
        if unnamed:
            drops.append(Drop(_("Smaller claims together"), -unnamed, depth=1))
    available = Drop(_("Available"), why.available, width=why.available, tone="ok", is_total=True)
    return [*drops, available]
