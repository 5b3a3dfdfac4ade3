"""Goods set out, are on the way under a claim, and arrive; whole, in parts, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inventory import selectors
from inventory import services as inventory
from inventory.models import Balance, Hold, Location, Warehouse
from org.scope import Scope
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db
DUE = datetime(2030, 1, 5, tzinfo=UTC)


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.stock("TEA", 10)
    return given.sku("TEA")


def _out(sku: int, qty: int, document: str = "T-1", **more: object) -> inventory.Outcome:
    return goods.transfer_out(document, goods.placed(sku, qty, goods.place(), **more))


def test_goods_leave_travel_under_the_transfers_claim_and_arrive(tea: int) -> None:
    out = _out(tea, 6).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (4, 0), "TRANSIT T-1 ZP": (6, 6)}
    assert (goods.claims(), given.free("TEA"), given.free("TEA", "WH2")) == ({"T-1": 6}, 4, 0)

    goods.transfer_in("T-1", goods.line(tea, 6)).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (4, 0), "WH2 A-01 ZP": (6, 0)}
    assert (goods.claims(), given.free("TEA", "WH2")) == ({}, 6)
    assert goods.hold_of(out).state == "CONSUMED"


def test_a_company_has_one_transit_warehouse_and_a_truck_for_each_transfer(tea: int) -> None:
    assert goods.truck("T-1") == goods.truck("T-1") != goods.truck("T-2")
    house = Warehouse.objects.get(kind="TRANSIT")
    assert house.unit == given.unit("HQ")
    assert set(Location.objects.filter(warehouse=house).values_list("code", "kind")) == {
        ("T-1", "TRUCK"), ("T-2", "TRUCK"),
    }  # fmt: skip
    assert inventory.trucks(documents=["T-1", "T-9"]) == {"T-1": goods.truck("T-1")}


@pytest.mark.parametrize("document", ["", "t-1", "T" * 33])
def test_a_transfer_is_named_as_its_truck_can_be(tea: int, document: str) -> None:
    with pytest.raises(inventory.Refused) as refused:
        goods.truck(document)
    assert (refused.value.code, refused.value.params["field"]) == ("bad_request", "document")


def test_a_transfer_travels_in_its_own_truck_only(tea: int) -> None:
    request = inventory.TransferOutRequest(
        key="k", document="T-1", from_warehouse_id=given.warehouse_id("WH1"),
        transit_location_id=goods.truck("T-2"), lines=(goods.placed(tea, 1, goods.place()),),
    )  # fmt: skip
    outcome = goods.do(inventory.transfer_out, request)
    assert goods.said(outcome, "location_id") == ("outside_place", goods.truck("T-2"))
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_pinned_units_go_first_then_bin_less_ones_then_free_ones(tea: int) -> None:
    given.location("B-01")
    given.stock("TEA", 5, location="B-01")
    goods.hold("T-1", goods.line(tea, 3), reason="TRANSFER")
    goods.pin("T-1")
    goods.hold("T-1", goods.line(tea, 2), reason="TRANSFER")
    goods.hold("SO-1", goods.line(tea, 9))
    assert given.free("TEA") == 1

    too_much = _out(tea, 7)
    assert goods.said(too_much, "asked", "there", "line") == ("insufficient_stock", 2, 1, 0)
    outcome = _out(tea, 6).check()

    assert goods.cells(tea)["TRANSIT T-1 ZP"] == (6, 6)
    assert (goods.claims(), given.free("TEA")) == ({"T-1": 6, "SO-1": 9}, 0)
    assert goods.hold_of(outcome).asked == 1


def test_part_arrives_and_the_rest_stays_on_the_way(tea: int) -> None:
    _out(tea, 6).check()
    goods.transfer_in("T-1", goods.line(tea, 4)).check()
    assert goods.cells(tea)["TRANSIT T-1 ZP"] == (2, 2)
    much = goods.transfer_in("T-1", goods.line(tea, 3))
    assert goods.said(much, "asked", "there", "line", "sku_id") == ("not_in_transit", 3, 2, 0, tea)
    other = goods.transfer_in("T-2", goods.line(tea, 1))
    assert goods.said(other, "asked", "there") == ("not_in_transit", 1, 0)
    assert goods.cells(tea)["WH2 A-01 ZP"] == (4, 0)


def test_what_never_arrives_is_written_off_on_the_truck(tea: int) -> None:
    out = _out(tea, 6).check()
    transit = Warehouse.objects.get(kind="TRANSIT").pk
    truck = goods.truck("T-1")
    free = goods.scrap(goods.placed(tea, 1, truck), warehouse=transit)
    assert goods.said(free, "there") == ("insufficient_stock", 0)
    goods.scrap(
        goods.placed(tea, 2, truck, hold_id=out.hold_id), warehouse=transit, document="T-1"
    ).check()
    lost = goods.count(goods.line(tea, 1), warehouse="TRANSIT", location=truck).check()
    assert lost.displaced == {"T-1": {tea: 3}}
    assert goods.cells(tea)["TRANSIT T-1 ZP"] == (1, 1)
    found = goods.count(goods.line(tea, 2), warehouse="TRANSIT", location=truck)
    assert goods.said(found, "asked", "there") == ("not_in_transit", 2, 1)


def test_a_loss_on_one_truck_leaves_the_other_transfer_alone(tea: int) -> None:
    goods.hold("T-1", goods.line(tea, 3), reason="TRANSFER", priority=9)
    goods.pin("T-1")
    _out(tea, 3, "T-1").check()
    _out(tea, 3, "T-2").check()
    goods.count(goods.line(tea, 1), warehouse="TRANSIT", location=goods.truck("T-1")).check()
    assert goods.claims() == {"T-1": 1, "T-2": 3}


def test_nobody_can_free_goods_that_are_on_the_way(tea: int) -> None:
    _out(tea, 6).check()
    outcome = goods.do(inventory.release, inventory.ReleaseRequest(key="r", document="T-1"))
    assert goods.said(outcome, "location_id") == ("on_the_way", goods.truck("T-1"))
    assert goods.code(goods.ship("T-1")) == "not_held"
    assert goods.cells(tea)["TRANSIT T-1 ZP"] == (6, 6)


def test_nothing_else_is_put_on_a_truck_or_taken_off(tea: int) -> None:
    _out(tea, 6).check()
    goods.truck("T-2")
    assert goods.code(goods.move(tea, 1, "T-1", "T-2", warehouse="TRANSIT")) == "outside_place"
    assert goods.code(goods.receive(goods.line(tea, 1), at="T-1", warehouse="TRANSIT")) == (
        "outside_place"
    )
    assert goods.cells(tea)["TRANSIT T-1 ZP"] == (6, 6)


def test_a_freeze_bound_to_the_goods_travels_with_them(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 4), reason="QC", location_id=goods.place())
    unnamed = _out(tea, 7)
    assert goods.said(unnamed, "asked", "there") == ("insufficient_stock", 7, 6)
    _out(tea, 3, hold_id=hold).check()
    assert goods.cells(tea) == {"WH1 A-01 ZP": (7, 1), "TRANSIT T-1 ZP": (3, 3)}
    assert goods.claims() == {"FZ-1": 4}
    goods.transfer_in("T-1", goods.line(tea, 3)).check()
    assert goods.cells(tea)["WH2 A-01 ZP"] == (3, 3)
    assert (goods.claims(), given.free("TEA", "WH2")) == ({"FZ-1": 4}, 0)


def test_a_freeze_bound_to_the_place_ends_when_the_goods_leave(tea: int) -> None:
    goods.move(tea, 5, "A-01", "RCV").check()
    area = Hold.objects.get(document="LOC-RCV", warehouse__code="WH1").pk
    goods.transfer_out("T-1", goods.placed(tea, 5, goods.place("RCV"), hold_id=area)).check()
    assert goods.claims() == {"T-1": 5}
    assert Hold.objects.get(pk=area).state == "ACTIVE"


def test_lots_and_grades_stay_what_they_are_on_the_way(tea: int) -> None:
    lot = given.lot("TEA", "L1")
    goods.receive(goods.line(tea, 5, lot_id=lot, grade="CC")).check()
    _out(tea, 5, lot_id=lot, grade="CC").check()
    wrong = goods.transfer_in("T-1", goods.line(tea, 5, lot_id=lot))
    assert goods.said(wrong, "asked", "there") == ("not_in_transit", 5, 0)
    goods.transfer_in("T-1", goods.line(tea, 5, lot_id=lot, grade="CC")).check()
    assert goods.cells(tea)["WH2 A-01 CC"] == (5, 0)
    assert Balance.objects.get(warehouse__code="WH2", grade="CC").on_hand == 5


def _announced(document: str = "T-1") -> tuple[int, int, int, int, bool]:
    row = selectors.incoming(scope=Scope.everything(), documents=[document], closed=True)[0]
    assert (row.kind, row.warehouse_id) == ("TRANSFER", given.warehouse_id("WH2"))
    return (row.qty, row.arrived, row.missed, row.expected, row.closed_at is None)


def test_a_transfer_announces_itself_where_it_goes_to_and_is_counted_there(tea: int) -> None:
    goods.transfer_out(
        "T-1", goods.placed(tea, 4, goods.place()), goods.placed(tea, 2, goods.place()),
        to_warehouse_id=given.warehouse_id("WH2"), due_at=DUE,
    ).check()  # fmt: skip
    assert _announced() == (6, 0, 0, 6, True)
    goods.transfer_in("T-1", goods.line(tea, 3)).check()
    assert _announced() == (6, 3, 0, 3, True)
    goods.count(goods.line(tea, 2), warehouse="TRANSIT", location=goods.truck("T-1")).check()
    assert _announced() == (6, 3, 1, 2, True)
    last = goods.transfer_in("T-1", goods.line(tea, 2)).check()
    assert _announced() == (6, 5, 1, 0, False)
    goods.reverse(last.posting_id).check()
    assert _announced() == (6, 3, 1, 2, True)


def test_a_later_truck_of_the_same_transfer_adds_to_what_is_announced(tea: int) -> None:
    for qty, due in ((4, DUE), (2, DUE + timedelta(days=1))):
        goods.transfer_out(
            "T-1", goods.placed(tea, qty, goods.place()),
            to_warehouse_id=given.warehouse_id("WH2"), due_at=due,
        ).check()  # fmt: skip
    row = selectors.incoming(scope=Scope.everything())[0]
    assert (row.qty, row.due_at) == (6, DUE + timedelta(days=1))


def test_a_destination_needs_a_time_and_a_time_a_destination(tea: int) -> None:
    outcome = goods.transfer_out("T-1", goods.placed(tea, 1, goods.place()), due_at=DUE)
    assert goods.said(outcome, "field") == ("bad_request", "due_at")
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_an_unknown_destination_and_the_road_itself_are_refused(tea: int) -> None:
    goods.truck("T-1")
    for house in (10**9, Warehouse.objects.get(kind="TRANSIT").pk):
        outcome = goods.transfer_out(
            "T-1", goods.placed(tea, 1, goods.place()), to_warehouse_id=house, due_at=DUE
        )
        assert goods.said(outcome, "field", "asked") == ("bad_request", "to_warehouse_id", house)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}
