"""Pinned commitments become bin-less again."""

from __future__ import annotations

from inventory.decisions.giving_way import loosen
from inventory.decisions.needs import Needs
from inventory.requests import Refused, UnpinRequest
from inventory.world import World


def needs(request: UnpinRequest, need: Needs) -> None:
    """The document's lines."""
    need.documents.add(request.document)


def decide(world: World, request: UnpinRequest) -> None:
    """Take the cells away from all units that nobody picks yet; they stay claimed.

    Claims on certain goods (a lot, a place, a shelf life) keep their cells, and so do picks under
    way. Nothing to take away is no fault: the answer is a posting without entries.

    Raises:
        Refused: not_held, when the document claims nothing in this warehouse.
    """
    lines = [
        line
        for line in world.lines_for(request.document)
        if line.claim.role == "COMMITMENT" and line.balance.key[0] == request.warehouse_id
    ]
    if not lines:
        raise Refused(
            "not_held", document=request.document, warehouse_id=request.warehouse_id, there=0
        )
    for line in lines:
        if line.cell is not None and not line.started and not line.bound:
            loosen(world, line, line.open)
