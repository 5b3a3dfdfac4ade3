"""Receipts are announced, changed, closed, and counted as they arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from inventory import selectors
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db
DUE = datetime(2030, 1, 5, tzinfo=UTC)


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    return given.sku("TEA")


def _row(sku: int, qty: Any = 10, **more: Any) -> inventory.Announcement:
    values: dict[str, Any] = {
        "document": "PO-1", "warehouse_id": given.warehouse_id("WH1"), "due_at": DUE,
    } | more  # fmt: skip
    return inventory.Announcement(sku_id=sku, qty=qty, **values)


def _announce(*rows: inventory.Announcement) -> int:
    with transaction.atomic():
        return inventory.announce(rows, actor="system:test")


def _change(*rows: inventory.Announcement) -> None:
    with transaction.atomic():
        inventory.change_announced(rows, actor="system:test")


def _refused(verb: Any, *rows: inventory.Announcement) -> inventory.Refused:
    with pytest.raises(inventory.Refused) as refused:
        verb(*rows)
    return refused.value


def _open() -> list[tuple[str, int, int, int]]:
    return [
        (row.document, row.sku_id, row.arrived, row.expected)
        for row in selectors.incoming(scope=Scope.everything())
    ]


def test_an_announcement_is_open_until_everything_has_come(tea: int) -> None:
    assert _announce(_row(tea, 10)) == 1
    goods.receive(goods.line(tea, 4), at="RCV").check()
    assert _open() == [("PO-1", tea, 4, 6)]
    goods.receive(goods.line(tea, 5), goods.line(tea, 1), at="RCV").check()
    assert _open() == []
    row = selectors.incoming(scope=Scope.everything(), closed=True)[0]
    assert (row.arrived, row.expected, row.kind) == (10, 0, "RECEIPT")


def test_other_documents_warehouses_and_grades_do_not_count(tea: int) -> None:
    given.warehouse("WH2")
    _announce(_row(tea, 10))
    goods.receive(goods.line(tea, 1), document="PO-2").check()
    goods.receive(goods.line(tea, 1), warehouse="WH2").check()
    goods.receive(goods.line(tea, 1, grade="CC")).check()
    assert goods.code(goods.receive(goods.line(tea, 1), goods.line(tea, 0))) == "bad_quantity"
    assert _open() == [("PO-1", tea, 0, 10)]


def test_more_than_announced_may_come(tea: int) -> None:
    _announce(_row(tea, 10))
    goods.receive(goods.line(tea, 12)).check()
    row = selectors.incoming(scope=Scope.everything(), closed=True)[0]
    assert (row.arrived, row.expected, row.closed_at is None) == (12, 0, False)


def test_a_reversed_receipt_is_awaited_again(tea: int) -> None:
    _announce(_row(tea, 10))
    received = goods.receive(goods.line(tea, 10)).check()
    assert _open() == []
    goods.reverse(received.posting_id).check()
    assert _open() == [("PO-1", tea, 0, 10)]


def test_the_same_announcement_again_changes_nothing_and_another_is_refused(tea: int) -> None:
    rice = given.sku("RICE")
    assert _announce(_row(tea, 10)) == 1
    assert _announce(_row(tea, 10), _row(rice, 5)) == 1
    refusal = _refused(_announce, _row(rice, 5), _row(tea, 11))
    assert (refusal.code, refusal.params) == (
        "key_reused",
        {"key": "PO-1", "line": 1, "sku_id": tea, "asked": 11, "there": 10},
    )
    assert _open() == [("PO-1", tea, 0, 10), ("PO-1", rice, 0, 5)]


def test_changing_an_announcement_closes_what_is_complete_and_opens_what_is_not(tea: int) -> None:
    _announce(_row(tea, 10))
    goods.receive(goods.line(tea, 4)).check()
    _change(_row(tea, 4))
    assert _open() == []
    _change(_row(tea, 6, due_at=DUE + timedelta(days=2)))
    assert _open() == [("PO-1", tea, 4, 2)]
    assert selectors.incoming(scope=Scope.everything())[0].due_at == DUE + timedelta(days=2)
    refusal = _refused(_change, _row(tea, 9), _row(tea, 1, document="PO-9"))
    assert (refusal.code, refusal.params["line"]) == ("not_announced", 1)
    assert _open() == [("PO-1", tea, 4, 2)]


def test_a_closed_document_is_awaited_no_more(tea: int) -> None:
    _announce(_row(tea, 10), _row(given.sku("RICE"), 5))
    with transaction.atomic():
        assert inventory.close_announced(documents=["PO-1", "PO-9"]) == 2
    assert _open() == []
    goods.receive(goods.line(tea, 3)).check()
    assert _open() == []
    assert selectors.incoming(scope=Scope.everything(), closed=True)[0].arrived == 3


@pytest.mark.parametrize("qty", [0, -1, 10**12 + 1, 1.5, True, "3", "３"])
def test_a_quantity_that_is_none_is_refused(tea: int, qty: Any) -> None:
    refusal = _refused(_announce, _row(tea, 1, document="PO-0"), _row(tea, qty))
    assert (refusal.code, refusal.params) == (
        "bad_quantity", {"line": 1, "sku_id": tea, "asked": qty},
    )  # fmt: skip
    assert _open() == []


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("sku_id", {"sku_id": 10**9}),
        ("warehouse_id", {"warehouse_id": 10**9}),
        ("grade", {"grade": "QQ"}),
        ("document", {"document": ""}),
        ("document", {"document": "P" * 65}),
    ],
)
def test_what_is_not_known_cannot_be_announced(
    tea: int, field: str, change: dict[str, Any]
) -> None:
    row = _row(**({"sku": change.pop("sku_id", tea)} | change))
    refusal = _refused(_announce, row)
    assert (refusal.code, refusal.params["field"]) == ("bad_request", field)
    assert _open() == []


def test_kits_and_the_same_line_twice_are_refused(tea: int) -> None:
    kit = given.sku("SET", is_kit=True)
    assert _refused(_announce, _row(kit)).code == "kit_has_no_stock"
    assert _refused(_announce, _row(tea), _row(tea)).params["field"] == "lines"


def test_a_store_sees_what_comes_to_it_by_what_is_due_next(tea: int) -> None:
    given.unit("ST1", kind="STORE", parent="HQ")
    shop = given.warehouse("SHOP", at="ST1")
    _announce(
        _row(tea, 1), _row(tea, 2, warehouse_id=shop, due_at=DUE + timedelta(days=1)),
        _row(tea, 3, warehouse_id=shop, document="PO-2"),
    )  # fmt: skip
    scope = Scope.of([given.unit("ST1").pk])
    assert [row.qty for row in selectors.incoming(scope=scope)] == [3, 2]
    assert [row.qty for row in selectors.incoming(scope=scope, due_before=DUE)] == []
    assert [row.qty for row in selectors.incoming(scope=scope, documents=["PO-1"])] == [2]
    everything = selectors.incoming(
        scope=Scope.everything(), sku_ids=[tea], warehouse_ids=[given.warehouse_id("WH1")]
    )
    assert [row.qty for row in everything] == [1]


@pytest.mark.parametrize("rows", [1, 40])
def test_announcing_costs_the_same_statements_for_one_and_for_many(
    tea: int, rows: int, django_assert_num_queries: Any
) -> None:
    many = [_row(tea, 5, document=f"PO-{number}") for number in range(rows)]
    with transaction.atomic(), django_assert_num_queries(4):
        inventory.announce(many, actor="system:test")
    with transaction.atomic(), django_assert_num_queries(4):
        inventory.change_announced(many, actor="system:test")
