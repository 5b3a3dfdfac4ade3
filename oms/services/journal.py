"""Transitions of one batch: walked in memory under lock, written in two statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oms.models import Order, OrderEvent
from oms.services.writing import update_rows

MOVING = ("state", "due_at", "attempts", "round", "warehouse", "waybill")


class Journal:
    """Collects what happened to locked orders; `write` saves their state and one event each."""

    def __init__(self, who: str) -> None:
        self.who = who
        self._orders: dict[int, Order] = {}
        self._events: list[OrderEvent] = []

    def born(self, order: Order, *, what: str, why: str = "") -> None:
        """The first event of an order that was just inserted."""
        self._add(order, "", what, why, {})

    def walk(
        self, order: Order, step: Callable[[], None], *, what: str, why: str = "", **detail: Any
    ) -> None:
        """Take one step of a locked order. What is not in the pipeline is not due in it."""
        before = str(order.state)
        step()
        if order.state != "PREPROCESS":
            order.due_at = None
        self._orders[order.pk] = order
        self._add(order, before, what, why, detail)

    def note(self, order: Order, *, what: str, why: str = "", **detail: Any) -> None:
        """Something worth a line in the timeline that moved nothing."""
        self._add(order, str(order.state), what, why, detail)

    def touch(self, order: Order) -> None:
        """Save the order's due time and the like without an event."""
        self._orders[order.pk] = order

    def write(self) -> None:
        """Save; the journal is empty afterwards and may be used on."""
        update_rows(list(self._orders.values()), MOVING)
        OrderEvent.objects.bulk_create(self._events)
        self._orders, self._events = {}, []

    def _add(self, order: Order, before: str, what: str, why: str, detail: dict[str, Any]) -> None:
        self._events.append(
            OrderEvent(
                order=order, from_state=before, to_state=order.state,
                who=self.who, what=what, why=why[:200], detail=detail,
            )
        )  # fmt: skip
