"""Goods come in: into one place, or at once into many (an opening balance)."""

from __future__ import annotations

from datetime import date

import pytest

from inventory import services as inventory
from inventory.models import Balance, Posting
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    return given.sku("TEA")


def test_an_opening_balance_fills_many_places_and_lots_in_one_posting(tea: int) -> None:
    rice = given.sku("RICE")
    lot = given.lot("TEA", "L1", expires_on=date(2090, 1, 1))
    before = goods.postings()
    outcome = goods.do(
        inventory.receive,
        inventory.ReceiveRequest(
            key="opening", document="OPEN-1", warehouse_id=given.warehouse_id("WH1"),
            source="OPENING",
            placed=(
                goods.placed(tea, 5, goods.place("A-01")),
                goods.placed(tea, 7, goods.place("A-01"), lot_id=lot),
                goods.placed(tea, 3, goods.place("PACK"), grade="CC"),
                goods.placed(rice, 9, goods.place("RCV")),
            ),
        ),
    )  # fmt: skip
    assert not outcome.refused
    assert goods.postings() == before + 1
    assert goods.cells(tea) == {"WH1 A-01 ZP": (12, 0), "WH1 PACK CC": (3, 0)}
    assert goods.cells(rice) == {"WH1 RCV ZP": (9, 9)}
    assert (goods.outside(tea), goods.outside(rice)) == ({"OPENING": -15}, {"OPENING": -9})
    assert (given.free("TEA"), given.free("RICE")) == (12, 0)


def test_a_line_that_cannot_be_placed_refuses_the_whole_receipt_and_is_named(tea: int) -> None:
    given.warehouse("WH2")
    outcome = goods.do(
        inventory.receive,
        inventory.ReceiveRequest(
            key="k", document="OPEN-1", warehouse_id=given.warehouse_id("WH1"),
            location_id=goods.place("A-01"), lines=(goods.line(tea, 5),),
            placed=(goods.placed(tea, 5, goods.place("A-01", "WH2")),),
        ),
    )  # fmt: skip
    assert goods.said(outcome, "line", "sku_id", "location_id") == (
        "outside_place", 1, tea, goods.place("A-01", "WH2"),
    )  # fmt: skip
    assert goods.cells(tea) == {}


def test_lines_without_a_place_need_the_request_to_name_one(tea: int) -> None:
    outcome = goods.do(
        inventory.receive,
        inventory.ReceiveRequest(
            key="k", document="PO", warehouse_id=given.warehouse_id("WH1"),
            lines=(goods.line(tea, 1),),
        ),
    )  # fmt: skip
    assert goods.said(outcome, "field", "line") == ("bad_request", "location_id", 0)


def test_a_kit_cannot_be_received(tea: int) -> None:
    kit = given.sku("SET", is_kit=True)
    outcome = goods.receive(goods.line(kit, 1))
    assert goods.said(outcome, "sku_id") == ("kit_has_no_stock", kit)
    assert not Balance.objects.filter(sku_id=kit).exists()


@pytest.mark.parametrize(
    ("code", "field", "change"),
    [
        ("bad_request", "sku_id", {"grade": "ZZ"}),
        ("bad_text", "grade", {"grade": "TOOLONG"}),
        ("bad_text", "owner", {"owner": "X" * 33}),
        ("bad_request", "serials", {"serials": ("S1",)}),
    ],
)
def test_what_there_is_none_of_is_refused_and_not_a_crash(
    tea: int, code: str, field: str, change: dict[str, object]
) -> None:
    outcome = goods.receive(goods.line(tea, 1, **change))
    assert goods.said(outcome, "field", "line", "sku_id") == (code, field, 0, tea)
    assert goods.cells(tea) == {}


def test_a_lot_of_other_goods_and_a_missing_lot_are_refused(tea: int) -> None:
    given.sku("MILK", lot_tracked=True)
    foreign = given.lot("RICE", "R1")
    assert goods.said(goods.receive(goods.line(tea, 1, lot_id=foreign)), "field", "lot_id") == (
        "bad_request", "lot_id", foreign,
    )  # fmt: skip
    nameless = goods.receive(goods.line(given.sku("MILK"), 1))
    assert goods.said(nameless, "field", "sku_id") == ("bad_request", "lot_id", given.sku("MILK"))
    assert goods.cells(tea) == {}


def test_an_unknown_source_and_an_empty_receipt_are_refused(tea: int) -> None:
    assert goods.said(goods.receive(goods.line(tea, 1), source="MOON"), "field") == (
        "bad_request", "source",
    )  # fmt: skip
    assert goods.said(goods.receive(), "field") == ("bad_request", "lines")
    assert Posting.objects.filter(kind="RECEIVE").count() == 0


def test_a_lot_that_expires_before_it_was_produced_is_refused() -> None:
    with pytest.raises(inventory.Refused) as refused:
        inventory.add_lot(
            sku_id=given.sku("TEA"), code="L1", produced_on=date(2026, 5, 2),
            expires_on=date(2026, 5, 1),
        )  # fmt: skip
    assert refused.value.code == "bad_dates"
    assert (refused.value.params["asked"], refused.value.params["there"]) == (
        date(2026, 5, 1),
        date(2026, 5, 2),
    )
