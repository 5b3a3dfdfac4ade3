"""Numbered pieces: where a serial number is now, and where it has been."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from inventory import selectors as stock
from inventory.lists.wording import grade_name, house_names, outside_name, sku_names
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of

# A number is on a handful of SKUs at most.
MOST = 10


@dataclass(frozen=True)
class Went:
    """One step of a piece in people's words."""

    step: stock.PieceStep
    came_from: str
    went_to: str
    who: str


@dataclass(frozen=True)
class Found:
    """One piece with its past, the latest step first."""

    piece: stock.PieceView
    name: str
    warehouse: str
    grade: str
    outside: str
    steps: list[Went]


@require_GET
@permission_required(roles.STOCK_VIEW)
def piece_page(request: HttpRequest) -> HttpResponse:
    """The piece with this serial number; of several SKUs when their makers use the same."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    serial = "".join(each for each in request.GET.get("serial", "") if each.isprintable())
    serial = serial.strip()[:64]
    pieces = stock.pieces(scope=scope, serials=[serial], limit=MOST) if serial else []
    pasts = [stock.piece_history(sku_id=piece.sku_id, serial=piece.serial) for piece in pieces]
    actors = names_of_actors([step.actor for steps in pasts for step in steps])
    names = sku_names({piece.sku_id for piece in pieces})
    houses = house_names(scope) if pieces else {}
    found = [
        Found(
            piece=piece,
            name=names[piece.sku_id],
            warehouse=houses.get(piece.warehouse_id or 0, piece.warehouse_code),
            grade=grade_name(piece.grade),
            outside=outside_name(piece.outside),
            steps=[_went(step, actors[step.actor]) for step in steps],
        )
        for piece, steps in zip(pieces, pasts, strict=True)
    ]
    return render(request, "inventory/pieces.html", {"serial": serial, "found": found})


def _went(step: stock.PieceStep, who: str) -> Went:
    """Where there is no cell, the piece came from or went to the outside that the step names."""
    outside = outside_name(step.outside)
    came_from = step.came_from or (outside if step.went_to else "")
    return Went(step, came_from, step.went_to or outside, who)
