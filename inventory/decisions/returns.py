"""Goods come back from a customer."""

from __future__ import annotations

from inventory.decisions import pieces
from inventory.decisions.carrying import floor_place, growing_balance
from inventory.decisions.needs import Needs, at_line, check_quantities
from inventory.requests import Refused, ReturnRequest
from inventory.world import World


def needs(request: ReturnRequest, need: Needs) -> None:
    """The balances that grow, and what was shipped."""
    need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=True)
    need.pieces(request.lines)
    need.locations.add(request.location_id)
    need.shipped.add(request.shipped_document)


def decide(world: World, request: ReturnRequest) -> None:
    """Put the goods into the location; a freeze of the place takes them at once.

    Counted per SKU: lot and grade may differ from what was shipped (a good one comes back
    defective). A numbered piece comes back under the document that it left under.

    Raises:
        Refused: not_shipped with what is still at the customer; wrong_serials, outside_place,
            bad_quantity, bad_request.
    """
    check_quantities(request.lines)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    place = floor_place(world, request.location_id, request.warehouse_id)
    for number, line in enumerate(request.lines):
        with at_line(number, line):
            there = world.papers.at_customer.get((request.shipped_document, line.sku_id), 0)
            if there < line.qty:
                raise Refused(
                    "not_shipped", document=request.shipped_document, asked=line.qty, there=there
                )
            cell = world.cell(
                growing_balance(world, request.warehouse_id, line), place, line.lot_id
            )
            pieces.bring(
                world, line, cell,
                fits=lambda piece: (
                    piece.outside == "CUSTOMER" and piece.shipped_under == request.shipped_document
                ),
            )  # fmt: skip
            world.goods(cell, line.qty)
            world.border(line.sku_id, "CUSTOMER", -line.qty)
            world.papers.take_back(request.shipped_document, line.sku_id, line.qty)
    world.note(shipped_document=request.shipped_document)
