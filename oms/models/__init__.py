"""Orders: fields, constraints and transitions only."""

from oms.models.events import OrderEvent
from oms.models.exceptions import OrderException
from oms.models.lines import OrderLine, Receiver
from oms.models.orders import FINAL, MOVES, Order, OrderState

__all__ = [
    "FINAL",
    "MOVES",
    "Order",
    "OrderEvent",
    "OrderException",
    "OrderLine",
    "OrderState",
    "Receiver",
]
