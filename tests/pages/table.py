"""The table of routes: a new route is a new line here, or a test fails."""

from __future__ import annotations

from typing import Any

from org import roles
from tests import given
from tests.pages.routes import EVERYBODY, MACHINE, SIGNED_IN, Route


def _a_stock() -> list[Any]:
    given.stock("TEA", 10)
    return [given.sku("TEA"), given.warehouse_id("WH1")]


TABLE: dict[str, Route] = {
    "healthz": Route(MACHINE),
    "readyz": Route(MACHINE),
    "sign-in": Route(EVERYBODY),
    "sign-out": Route(EVERYBODY, is_page=False),
    "set-language": Route(EVERYBODY, is_page=False),
    # The admin's sign-in leads to ours.
    "admin/login/": Route(MACHINE),
    "workbench": Route(SIGNED_IN),
    "stock": Route(roles.STOCK_VIEW),
    "stock-explained": Route(roles.STOCK_VIEW, _a_stock),
    "push": Route(MACHINE),
}
