"""Goods come back from customers, never more than were shipped to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from inventory import filing
from inventory import services as inventory
from tests import given
from tests.inventory import goods
from tests.inventory.test_races import together


@pytest.fixture
def tea(db: None) -> int:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    return given.sku("TEA")


def test_a_return_lies_in_the_receiving_area_frozen_until_it_is_put_away(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    goods.take_return("SO-1", goods.line(tea, 3), at="RCV").check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (6, 0), "WH1 RCV ZP": (3, 3)}
    assert goods.outside(tea) == {"SUPPLIER": -10, "CUSTOMER": 1}
    assert given.free("TEA") == 6


def test_never_more_comes_back_than_was_shipped_less_what_came_back(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    goods.take_return("SO-1", goods.line(tea, 3)).check()
    twice = goods.take_return("SO-1", goods.line(tea, 1), goods.line(tea, 1))
    assert goods.said(twice, "document", "sku_id", "line", "asked", "there") == (
        "not_shipped", "SO-1", tea, 1, 1, 0,
    )  # fmt: skip
    assert goods.outside(tea)["CUSTOMER"] == 1
    goods.take_return("SO-1", goods.line(tea, 1)).check()
    assert goods.said(goods.take_return("SO-1", goods.line(tea, 1)), "there") == ("not_shipped", 0)


def test_what_was_shipped_under_another_document_or_never_does_not_count(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    rice = given.sku("RICE")
    assert goods.said(goods.take_return("SO-2", goods.line(tea, 1)), "there") == ("not_shipped", 0)
    other = goods.take_return("SO-1", goods.line(rice, 1))
    assert goods.said(other, "sku_id", "there") == ("not_shipped", rice, 0)


def test_a_good_one_may_come_back_defective(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    goods.take_return("SO-1", goods.line(tea, 1, grade="CC")).check()
    assert goods.cells(tea)["WH1 A-01 CC"] == (1, 0)


def test_two_shipments_of_one_document_count_together(tea: int) -> None:
    goods.shipped("SO-1", tea, 2)
    goods.shipped("SO-1", tea, 3)
    goods.take_return("SO-1", goods.line(tea, 5)).check()
    assert goods.outside(tea) == {"SUPPLIER": -10}


def test_returns_of_one_batch_share_what_was_shipped(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    requests = [
        inventory.ReturnRequest(
            key=f"rt{number}", document=f"RT-{number}", warehouse_id=given.warehouse_id("WH1"),
            location_id=goods.place(), lines=(goods.line(tea, 3),), shipped_document="SO-1",
        )
        for number in range(3)
    ]  # fmt: skip
    with transaction.atomic():
        outcomes = inventory.take_return(requests, actor="system:test")
    assert [goods.code(outcome) for outcome in outcomes] == ["", "not_shipped", "not_shipped"]
    assert outcomes[2].refusal.params["there"] == 1  # type: ignore[union-attr]


def test_a_reversed_return_may_come_back_again(tea: int) -> None:
    goods.shipped("SO-1", tea, 4)
    back = goods.take_return("SO-1", goods.line(tea, 4)).check()
    goods.reverse(back.posting_id).check()
    assert goods.outside(tea)["CUSTOMER"] == 4
    goods.take_return("SO-1", goods.line(tea, 4)).check()
    assert goods.code(goods.take_return("SO-1", goods.line(tea, 1))) == "not_shipped"


def _returning(number: int, tea: int) -> Callable[[], inventory.Outcome]:
    house = given.warehouse_id(f"WH{number}")
    place = goods.place("A-01", f"WH{number}")

    def run() -> inventory.Outcome:
        with transaction.atomic(durable=True):
            return inventory.take_return(
                [
                    inventory.ReturnRequest(
                        key=f"rt{number}", document=f"RT-{number}", warehouse_id=house,
                        location_id=place, lines=(goods.line(tea, 3),), shipped_document="SO-1",
                    )
                ],
                actor="system:test",
            )[0]  # fmt: skip

    return run


def _shipped_to_four_warehouses() -> int:
    for number in range(1, 5):
        given.warehouse(f"WH{number}")
    given.stock("TEA", 10)
    tea = given.sku("TEA")
    goods.shipped("SO-1", tea, 4)
    return tea


@pytest.mark.races
def test_of_returns_at_several_warehouses_at_once_only_what_was_shipped_comes_in(
    real_commits: str,
) -> None:
    tea = _shipped_to_four_warehouses()
    outcomes = together([_returning(number, tea) for number in range(1, 5)])
    assert sorted(goods.code(outcome) for outcome in outcomes) == ["", *["not_shipped"] * 3]
    assert goods.outside(tea) == {"SUPPLIER": -10, "CUSTOMER": 1}


@pytest.mark.races
@pytest.mark.broken_books
def test_control_without_the_lock_on_the_shipment_more_comes_back_than_went(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    tea = _shipped_to_four_warehouses()
    gate = threading.Barrier(2)
    look = filing._load_shipped

    def look_then_wait(world: Any, needs: Any) -> None:
        look(world, needs)
        gate.wait(60)

    monkeypatch.setattr(filing, "_lock_postings", lambda needs: None)
    monkeypatch.setattr(filing, "_load_shipped", look_then_wait)
    together([_returning(1, tea), _returning(2, tea)])
    assert goods.outside(tea) == {"SUPPLIER": -10, "CUSTOMER": -2}
