"""Orders come back from the floor: its work stops, their claims are released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inventory import services as inventory
from oms.models import Order
from oms.services.journal import Journal
from wms import services as floor

TOO_LATE = "SHIPPED"
# Nothing is held any more, for instance because a loss took the units: that is what we want.
_FREE_ALREADY = {"already_released", "not_held"}


def stop(*, orders: Sequence[Order], actor: str, why: str) -> dict[int, str]:
    """Stop submitted orders on the floor and free their stock, in the caller's transaction.

    At most one call to the floor and one to the ledger, whatever the number of orders. The orders
    are locked by the caller, who walks them on.

    Returns:
        By order id what the floor says: "CANCELLED", "INTERCEPTED", or "SHIPPED" for those that
        left before; their stock is not touched.
    """
    if not orders:
        return {}
    by_document = {order.document: order for order in orders}
    said = floor.cancel(sorted(by_document), actor=actor, why=why)
    to_free = [document for document in sorted(by_document) if said[document] != TOO_LATE]
    if to_free:
        outcomes = inventory.release(
            [
                inventory.ReleaseRequest(key=f"order.release:{document}", document=document)
                for document in to_free
            ],
            actor=actor,
        )
        for outcome in outcomes:
            if outcome.refusal is not None and outcome.refusal.code not in _FREE_ALREADY:
                raise outcome.refusal
    return {order.pk: said[document] for document, order in by_document.items()}


def recall(order: Order, *, journal: Journal, now: datetime, why: str, said: str) -> None:
    """Walk a stopped order back into the pipeline, under a new document; in memory."""
    document = order.document
    journal.walk(order, order.recall, what="recalled", why=why, document=document, floor=said)
    order.round += 1
    order.warehouse_id = None
    order.due_at = now
