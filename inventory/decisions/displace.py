"""A document's commitments lose units to a better use."""

from __future__ import annotations

from inventory.decisions.giving_way import Displaced, commitments, displace
from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import DisplaceRequest, Refused
from inventory.world import World


def needs(request: DisplaceRequest, need: Needs) -> None:
    """The document's lines."""
    need.documents.add(request.document)


def decide(world: World, request: DisplaceRequest) -> Displaced:
    """Free the units, weakest first: lowest priority, not started, bin-less.

    They become free, also those that were drawn from a reserve: whoever asks has a use for them.

    Raises:
        Refused: not_held, when the document claims fewer; bad_quantity; bad_request.
    """
    if not request.lines:
        raise Refused("bad_request", field="lines")
    check_quantities(request.lines)
    displaced: Displaced = {}
    for index, wanted in enumerate(request.lines):
        left = wanted.qty
        for line in commitments(world.lines_for(request.document)):
            if line.balance.key != key_of(request.warehouse_id, wanted):
                continue
            batch = line.cell.batch if line.cell is not None else None
            if wanted.lot_id is not None and (batch is None or batch.id != wanted.lot_id):
                continue
            take = min(left, line.open)
            if take:
                displace(world, line, take, displaced)
                left -= take
        if left:
            raise Refused(
                "not_held",
                document=request.document,
                line=index,
                sku_id=wanted.sku_id,
                asked=wanted.qty,
                there=wanted.qty - left,
                missing=left,
            )
    return displaced
