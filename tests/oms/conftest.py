"""After every test here, orders, claims and floor agree and no order is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from oms import selectors


@pytest.fixture(autouse=True)
def orders_are_clean(request: pytest.FixtureRequest, books_are_clean: None) -> Iterator[None]:
    """Like `books_are_clean`, for orders; tests of the audit itself are marked broken_books."""
    yield
    touched = {"db", "real_commits"} & set(request.fixturenames)
    broken = request.node.get_closest_marker("broken_books")
    if touched and not broken and not connection.needs_rollback:
        assert selectors.audit() == []
