"""A person writes a note into the timelines of orders."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from oms.models import Order
from oms.refusals import OrderRefused
from oms.services.journal import Journal
from org.scope import Scope


def note(*, ids: Sequence[int], actor: str, why: str, scope: Scope) -> list[str]:
    """Add a note to each of these orders; returns the numbers of those that got it.

    Raises:
        OrderRefused: reason_missing when the note is empty.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not why.strip():
        raise OrderRefused("reason_missing")
    rows = scope.limit(Order.objects.filter(id__in=list(ids)), "unit")
    orders = list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))
    journal = Journal(actor)
    for order in orders:
        journal.note(order, what="noted", why=why)
    journal.write()
    return [str(order.number) for order in orders]
