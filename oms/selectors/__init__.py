"""Questions about orders; each takes many things and costs a constant number of statements."""

from oms.selectors.audit import Difference, audit, without_next_action
from oms.selectors.details import Detail, HeldLine, LineView, Moment, order_detail, timeline
from oms.selectors.exceptions import (
    ExceptionCounts,
    ExceptionPage,
    ExceptionRow,
    exception_counts,
    exception_list,
)
from oms.selectors.lists import (
    Narrowing,
    OrderPage,
    OrderRow,
    TabCount,
    order_list,
    shops_seen,
    tab_counts,
)
from oms.selectors.shipments import Sent, shipments_for
from oms.selectors.waiting import units_waiting

__all__ = [
    "Detail",
    "Difference",
    "ExceptionCounts",
    "ExceptionPage",
    "ExceptionRow",
    "HeldLine",
    "LineView",
    "Moment",
    "Narrowing",
    "OrderPage",
    "OrderRow",
    "Sent",
    "TabCount",
    "audit",
    "exception_counts",
    "exception_list",
    "order_detail",
    "order_list",
    "shipments_for",
    "shops_seen",
    "tab_counts",
    "timeline",
    "units_waiting",
    "without_next_action",
]
