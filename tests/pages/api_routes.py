"""The routes of resources for programs: who may, and how a test asks."""

from __future__ import annotations

from typing import Any

from org import roles
from tests.oms import told
from tests.pages.routes import Route


def _order() -> list[Any]:
    told.accept(told.draft("T1", told.line("TEA", 1)))
    return [told.the("T1").number]


API_ROUTES: dict[str, Route] = {
    "api-orders": Route(roles.ORDERS_VIEW, speaks_json="GET"),
    "api-orders-batch": Route(roles.ORDERS_CREATE, speaks_json="POST"),
    "api-orders-cancel": Route(roles.ORDERS_EDIT, speaks_json="POST"),
    "api-order": Route(roles.ORDERS_VIEW, _order, speaks_json="GET"),
    "api-order-timeline": Route(roles.ORDERS_VIEW, _order, speaks_json="GET"),
    "api-order-cancel": Route(roles.ORDERS_EDIT, _order, speaks_json="POST"),
    "api-order-receiver": Route(roles.ORDERS_REVEAL, _order, speaks_json="POST"),
}
