"""A receiver is shown in the clear, for a reason, and the trail says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from oms.models import Order, Receiver
from oms.refusals import OrderRefused
from org import services as org
from org.scope import Scope


@dataclass(frozen=True)
class Revealed:
    """One receiver in the clear; never stored, logged or cached."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)
    is_masked: bool = False


def reveal(*, number: str, actor: str, why: str, scope: Scope) -> Revealed:
    """Show the receiver of an order to `actor`; the audit row is written in this transaction.

    Raises:
        OrderRefused: reason_missing, unknown_order, no_receiver.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not why.strip():
        raise OrderRefused("reason_missing")
    order = scope.limit(Order.objects.filter(number=number), "unit").first()
    if order is None:
        raise OrderRefused("unknown_order")
    row = Receiver.objects.filter(order=order).first()
    if row is None:
        raise OrderRefused("no_receiver")
    org.record(
        actor=actor, action="receiver.reveal", subject=str(order.number),
        after={"why": why[:200], "fields": ["name", "phone", "address"]}, unit_id=order.unit_id,
    )  # fmt: skip
    return _in_the_clear(row)


def revealed_rows(*, order_ids: Sequence[int]) -> dict[int, Revealed]:
    """Receivers of these orders in the clear, for a caller that checked who may see them.

    The caller records who saw whose in the same transaction.
    """
    assert connection.in_atomic_block, "Who saw it is recorded in the same transaction."
    rows = Receiver.objects.filter(order__in=list(order_ids))
    return {row.order_id: _in_the_clear(row) for row in rows}


def _in_the_clear(row: Receiver) -> Revealed:
    where = (row.province, row.city, row.district, row.town, row.address)
    return Revealed(
        name=row.name,
        phone=row.phone,
        address=" ".join(part for part in where if part),
        is_masked=row.is_masked,
    )
