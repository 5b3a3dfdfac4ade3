"""Units get another grade where they lie, or leave for good; claims go with them or end."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import services as inventory
from inventory.models import Hold
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    return given.sku("TEA")


def _to(sku: int, qty: int, start: str, end: str, at: str = "A-01", **more: Any) -> Any:
    return inventory.RegradeLine(
        sku_id=sku, qty=qty, location_id=goods.place(at), from_grade=start, to_grade=end, **more
    )


@pytest.mark.parametrize("grade", ["CC", "JS", "XS"])
def test_good_goods_become_defective_and_good_again(tea: int, grade: str) -> None:
    there = goods.regrade(_to(tea, 4, "ZP", grade), why="dropped").check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (6, 0), f"WH1 A-01 {grade}": (4, 0)}
    assert given.free("TEA") == 6
    assert goods.posting_of(there).facts == {"why": "dropped"}

    goods.regrade(_to(tea, 3, grade, "ZP")).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (9, 0), f"WH1 A-01 {grade}": (1, 0)}
    assert goods.outside(tea) == {"SUPPLIER": -10}


def test_promised_units_are_not_regraded(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 8))
    outcome = goods.regrade(_to(tea, 3, "ZP", "CC"))
    assert goods.said(outcome, "line", "sku_id", "asked", "there", "short") == (
        "insufficient_stock", 0, tea, 3, 2, {tea: 1},
    )  # fmt: skip
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_a_freeze_is_carried_to_the_new_grade(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 5), reason="QC", location_id=goods.place())
    goods.regrade(_to(tea, 3, "ZP", "CC", hold_id=hold, carry=True)).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (7, 2), "WH1 A-01 CC": (3, 3)}
    assert goods.claims() == {"FZ-1": 5}
    assert given.free("TEA") == 5


def test_a_freeze_lets_go_of_what_is_regraded(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 5), reason="QC", location_id=goods.place())
    goods.regrade(_to(tea, 5, "ZP", "CC", hold_id=hold)).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (5, 0), "WH1 A-01 CC": (5, 0)}
    assert Hold.objects.get(pk=hold).state == "RELEASED"


def test_goods_in_the_defect_area_stay_frozen_in_their_new_grade(tea: int) -> None:
    given.location("DEF", kind="DEFECT")
    goods.move(tea, 4, "A-01", "DEF").check()
    area = Hold.objects.get(document="LOC-DEF").pk
    refused = goods.regrade(_to(tea, 4, "ZP", "CC", at="DEF"))
    assert goods.said(refused, "there") == ("insufficient_stock", 0)
    goods.regrade(_to(tea, 4, "ZP", "CC", at="DEF", hold_id=area)).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (6, 0), "WH1 DEF CC": (4, 4)}
    assert goods.claims() == {"LOC-DEF": 4}


def test_an_order_keeps_the_grade_that_it_asked_for(tea: int) -> None:
    hold = goods.hold("SO-1", goods.line(tea, 5), location_id=goods.place())
    outcome = goods.regrade(_to(tea, 5, "ZP", "CC", hold_id=hold, carry=True))
    assert goods.said(outcome, "field") == ("bad_request", "hold_id")
    assert goods.claims() == {"SO-1": 5}


@pytest.mark.parametrize(
    ("code", "end"),
    [("bad_request", "ZP"), ("bad_request", "QQ"), ("bad_text", "TOOLONG")],
)
def test_a_grade_that_is_none_or_the_same_is_refused(tea: int, code: str, end: str) -> None:
    outcome = goods.regrade(_to(tea, 1, "ZP", end))
    assert goods.said(outcome, "field", "asked", "line") == (code, "to_grade", end, 0)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_goods_under_count_are_not_regraded_or_scrapped(tea: int) -> None:
    goods.hold("CT-9", reason="COUNT", location_id=goods.place(), blanket=True)
    assert goods.code(goods.regrade(_to(tea, 1, "ZP", "CC"))) == "blocked"
    assert goods.code(goods.scrap(goods.placed(tea, 1, goods.place()))) == "blocked"
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


@pytest.mark.parametrize("to", ["SCRAPPED", "SUPPLIER"])
def test_free_goods_are_destroyed_or_go_back_to_the_supplier(tea: int, to: str) -> None:
    goods.hold("SO-1", goods.line(tea, 7))
    too_much = goods.scrap(goods.placed(tea, 4, goods.place()), to=to)
    assert goods.said(too_much, "asked", "there", "line") == ("insufficient_stock", 4, 3, 0)
    outcome = goods.scrap(goods.placed(tea, 3, goods.place()), to=to).check()
    expected = {"SCRAPPED": {"SUPPLIER": -10, "SCRAPPED": 3}, "SUPPLIER": {"SUPPLIER": -7}}
    assert goods.outside(tea) == expected[to]
    assert goods.claims() == {"SO-1": 7}
    assert goods.posting_of(outcome).facts == {"why": "broken"}


def test_scrapped_units_of_a_freeze_end_it_as_disposed_of(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 4), reason="DAMAGE", location_id=goods.place())
    goods.scrap(goods.placed(tea, 1, goods.place(), hold_id=hold)).check()
    assert (Hold.objects.get(pk=hold).state, goods.claims()) == ("ACTIVE", {"FZ-1": 3})
    outcome = goods.scrap(goods.placed(tea, 3, goods.place(), hold_id=hold)).check()
    assert (Hold.objects.get(pk=hold).state, goods.claims()) == ("DISPOSED", {})
    assert outcome.displaced == {}
    assert goods.cells(tea) == {"WH1 A-01 ZP": (6, 0)}


def test_scrapping_what_an_order_has_tells_the_order(tea: int) -> None:
    hold = goods.hold("SO-1", goods.line(tea, 4))
    goods.pin("SO-1")
    outcome = goods.scrap(goods.placed(tea, 4, goods.place(), hold_id=hold)).check()
    assert outcome.displaced == {"SO-1": {tea: 4}}
    assert Hold.objects.get(pk=hold).state == "DISPOSED"


def test_more_than_the_freeze_has_and_an_unknown_target_are_refused(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 2), reason="QC", location_id=goods.place())
    much = goods.scrap(goods.placed(tea, 3, goods.place(), hold_id=hold))
    assert goods.said(much, "hold_id", "asked", "there") == ("not_held", hold, 3, 2)
    assert goods.said(goods.scrap(goods.placed(tea, 1, goods.place()), to="MOON"), "field") == (
        "bad_request", "to",
    )  # fmt: skip
    empty = goods.scrap(goods.placed(tea, 11, goods.place()))
    assert goods.said(empty, "asked", "there") == ("nothing_there", 11, 10)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 2)}
