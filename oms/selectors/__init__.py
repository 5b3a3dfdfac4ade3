"""Questions about orders; each takes many things and costs a constant number of statements."""

from oms.selectors.audit import Difference, audit, without_next_action
from oms.selectors.details import Detail, HeldLine, LineView, Moment, order_detail, timeline
from oms.selectors.exceptions import (
    ExceptionCounts,
    ExceptionRow,
    Exceptions,
    exception_counts,
    exception_list,
    exceptions_by_id,
    open_exceptions,
    open_exceptions_of,
    order_of_exception,
)
from oms.selectors.finding import OrderFound, find_orders
from oms.selectors.lists import (
    NEWEST,
    Narrowing,
    OrderRow,
    narrowed,
    numbers_of,
    order_list,
    rows_of,
    shops_seen,
    tab_counts,
)
from oms.selectors.names import Standing, ids_of, standings
from oms.selectors.shipments import Sent, shipments_for
from oms.selectors.waiting import units_waiting

__all__ = [
    "NEWEST",
    "Detail",
    "Difference",
    "ExceptionCounts",
    "ExceptionRow",
    "Exceptions",
    "HeldLine",
    "LineView",
    "Moment",
    "Narrowing",
    "OrderFound",
    "OrderRow",
    "Sent",
    "Standing",
    "audit",
    "exception_counts",
    "exception_list",
    "exceptions_by_id",
    "find_orders",
    "ids_of",
    "narrowed",
    "numbers_of",
    "open_exceptions",
    "open_exceptions_of",
    "order_detail",
    "order_list",
    "order_of_exception",
    "rows_of",
    "shipments_for",
    "shops_seen",
    "standings",
    "tab_counts",
    "timeline",
    "units_waiting",
    "without_next_action",
]
