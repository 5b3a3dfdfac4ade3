"""Goods with serial numbers: each piece is scanned by its number on its whole way."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.models import PickedPiece


def test_an_order_of_two_kettles_and_a_tea_goes_the_whole_way_by_scans(kitchen: House) -> None:
    number = world.ordered(kitchen, "SO-1", KETTLE=2, TEA=1)
    pick_list = world.listed(kitchen)

    first = world.pick(pick_list, "a-01", "S2")
    assert (first.data["units"], first.data["serials"]) == (1, ["S2"])
    assert world.pick(pick_list, "A-01", "6901").ok
    assert world.pick(pick_list, "A-01", "", serials=("S3",)).data["tasks_left"] == 0
    assert world.state("SO-1") == "PICKED"
    assert world.where(kitchen) == {"S1": "A-01", "S2": "PACK", "S3": "PACK"}
    assert world.lying(kitchen, "KETTLE") == {"A-01": 1, "PACK": 2}

    assert world.check(number, "s3").data == {
        "fulfilment": number, "units": 1, "left": 2, "checked": False, "serials": ["S3"],
    }  # fmt: skip
    assert world.check(number, "6901").data["left"] == 1
    assert world.check(number, "S2").data["checked"] is True
    parcel = str(world.close(number).data["parcel"])
    assert world.ship(parcel).ok

    assert world.state("SO-1") == "SHIPPED"
    assert world.where(kitchen) == {"S1": "A-01", "S2": "CUSTOMER", "S3": "CUSTOMER"}
    kettle = kitchen.skus["KETTLE"]
    shipment = board.shipments(["SO-1"])["SO-1"]
    assert shipment.pieces == ((kettle, "S2"), (kettle, "S3"))
    left = stock.piece_history(sku_id=kettle, serial="S2")[0]
    assert (left.document, left.outside) == ("SO-1", "CUSTOMER")
    assert board.audit() == []


@pytest.mark.parametrize(
    ("scan", "code"),
    [
        ({"barcode": "69KETTLE"}, "scan_serial"),
        ({"barcode": "KETTLE", "qty": 2}, "scan_serial"),
        ({"barcode": "S1", "qty": 2}, "serial_is_one_piece"),
        ({"serials": ("S1", "S2"), "qty": 3}, "serial_is_one_piece"),
        ({"serials": ("S1", "s1")}, "serial_is_one_piece"),
        ({"serials": ("S1", "S404")}, "unknown_serial"),
        ({"serials": ("S1", "S2", "S3")}, "too_many"),
        ({"barcode": "S9"}, "piece_elsewhere"),
        ({"barcode": "S8"}, "piece_elsewhere"),
        ({"barcode": "POT1"}, "wrong_item"),
        ({"barcode": "6901", "serials": ("S1",)}, "not_by_serial"),
        ({"barcode": "69POT", "serials": ("S1",)}, "unknown_serial"),
        ({"barcode": "nobody"}, "unknown_serial"),
        ({"serials": ()}, "unknown_serial"),
    ],
)
def test_what_is_no_piece_of_this_step_is_refused_and_nothing_moves(
    kitchen: House, scan: dict[str, Any], code: str
) -> None:
    world.ordered(kitchen, "SO-1", KETTLE=2)
    pick_list = world.listed(kitchen)
    world.kettles(kitchen, "A-02", ["S8", "S9"])
    kitchen.skus["POT"] = given.sku("POT", serial_tracked=True)
    given.stock("POT", 1, serials=("POT1",))
    before = world.where(kitchen)
    more = {name: value for name, value in scan.items() if name != "barcode"}

    answer = world.pick(pick_list, "A-01", scan.get("barcode", ""), **more)

    assert (answer.ok, answer.code) == (False, code)
    assert answer.message
    assert world.where(kitchen) == before
    assert world.lying(kitchen, "KETTLE") == {"A-01": 3, "A-02": 2}
    assert not PickedPiece.objects.exists()


@override("zh-hans")
def test_a_sentence_says_where_the_piece_is_by_the_books(kitchen: House) -> None:
    world.kettles(kitchen, "A-02", ["S9"])
    world.picked(kitchen, "SO-0", "S1")
    world.ordered(kitchen, "SO-1", KETTLE=1)
    pick_list = world.listed(kitchen)

    elsewhere = world.pick(pick_list, "A-01", "S9")
    taken = world.pick(pick_list, "A-01", "S1")

    assert "S9 在 WH1 A-02" in elsewhere.message
    assert taken.code == "scanned_already"
    assert world.number_of("SO-0") in taken.message


@override("zh-hans")
def test_a_piece_that_has_left_is_elsewhere(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1")
    assert world.check(number, "S1").ok
    assert world.ship(str(world.close(number).data["parcel"])).ok
    world.ordered(kitchen, "SO-2", KETTLE=1)

    answer = world.pick(world.listed(kitchen), "A-01", "S1")

    assert answer.code == "piece_elsewhere"
    assert "仓库以外" in answer.message


def test_a_double_scan_takes_a_piece_once(kitchen: House) -> None:
    world.ordered(kitchen, "SO-1", KETTLE=2)
    pick_list = world.listed(kitchen)

    first = world.pick(pick_list, "A-01", "S1", key="scan-1")
    again = world.pick(pick_list, "A-01", "S1", key="scan-1")
    other = world.pick(pick_list, "A-01", "S1")
    different = world.pick(pick_list, "A-01", "S2", key="scan-1")

    assert (again.repeated, dict(again.data)) == (True, dict(first.data))
    assert (other.code, different.code) == ("scanned_already", "key_reused")
    assert world.lying(kitchen, "KETTLE") == {"A-01": 2, "PACK": 1}


def test_one_piece_twice_in_one_call_is_taken_once(kitchen: House) -> None:
    world.ordered(kitchen, "SO-1", KETTLE=2)
    pick_list = world.listed(kitchen)
    scans = [
        floor.PickScan(world.fresh(), pick_list=pick_list, location="A-01", serials=(serial,))
        for serial in ("S1", "S1", "S2")
    ]

    with transaction.atomic():
        answers = floor.confirm_picks(scans, actor=world.WHO)

    assert [answer.code for answer in answers] == ["ok", "scanned_already", "ok"]
    assert world.state("SO-1") == "PICKED"


def test_several_numbers_in_one_scan_serve_several_orders(kitchen: House) -> None:
    world.ordered(kitchen, "SO-1", KETTLE=2)
    world.ordered(kitchen, "SO-2", KETTLE=1)

    answer = world.pick(world.listed(kitchen), "A-01", "", 3, serials=world.KETTLES)

    assert answer.data["serials"] == list(world.KETTLES)
    views = board.fulfilments(scope=Scope.everything(), names=["SO-1", "SO-2"])
    assert [view.lines[0].serials for view in views] == [("S1", "S2"), ("S3",)]
    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "PICKED", "SO-2": "PICKED"}


def test_a_bench_takes_only_the_pieces_that_were_taken_for_the_order(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1", "S2")
    world.picked(kitchen, "SO-2", "S3")

    wrong = world.check(number, "S3")
    assert wrong.code == "piece_of_other"
    assert "S1 / S2" in wrong.message
    assert world.check(number, "69KETTLE").code == "scan_serial"
    assert world.check(number, "S404").code == "unknown_serial"
    assert world.check(number, "S1", key="c-1").ok
    assert world.check(number, "S1", key="c-1").repeated
    assert world.check(number, "S1").code == "scanned_already"
    assert world.close(number).code == "not_checked_yet"
    assert world.check(number, "S2").data["checked"] is True
    assert board.audit() == []


def carried(house: House, serial: str, start: str, end: str) -> None:
    """Somebody moves a kettle without the floor's pages."""
    move = inventory.MoveRequest(
        key=world.fresh(), document="MV-1", warehouse_id=house.warehouse,
        lines=(
            inventory.MoveLine(
                sku_id=house.skus["KETTLE"], qty=1, serials=(serial,),
                from_location_id=house.places[start], to_location_id=house.places[end],
            ),
        ),
    )  # fmt: skip
    with transaction.atomic():
        inventory.move([move], actor=world.WHO)[0].check()


def test_a_piece_that_was_carried_off_the_bench_is_not_checked(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1")
    given.stock("KETTLE", 1, location="PACK", serials=("S9",))
    carried(kitchen, "S1", "PACK", "A-02")

    answer = world.check(number, "S1")

    assert answer.code == "piece_elsewhere"
    assert "A-02" in answer.message


def test_a_parcel_whose_piece_was_carried_off_stays_until_it_is_back(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1")
    given.stock("KETTLE", 1, location="PACK", serials=("S9",))
    assert world.check(number, "S1").ok
    parcel = str(world.close(number).data["parcel"])
    carried(kitchen, "S1", "PACK", "A-02")

    assert world.ship(parcel, key="s-1").code == "wrong_serials"
    assert world.state("SO-1") == "PACKED"
    carried(kitchen, "S1", "A-02", "PACK")

    assert world.ship(parcel, key="s-1").ok
    assert world.where(kitchen)["S1"] == "CUSTOMER"
    assert world.where(kitchen)["S9"] == "PACK"


def test_a_piece_somebody_put_on_the_shelf_by_hand_leaves_the_note(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1", "S2")
    world.cancel("SO-1")
    carried(kitchen, "S1", "PACK", "A-02")

    assert world.back(number, "A-01", "S1").code == "piece_elsewhere"
    assert world.back(number, "A-02", serials=("S1", "S2")).data["left"] == 0

    assert world.state("SO-1") == "INTERCEPTED"
    assert world.where(kitchen) == {"S1": "A-02", "S2": "A-02", "S3": "A-01"}
    assert world.lying(kitchen, "KETTLE") == {"A-01": 1, "A-02": 2}
    assert board.audit() == []


@pytest.mark.parametrize("until", ["PICKED", "CHECKED", "PACKED"])
def test_a_cancel_brings_the_same_pieces_back(kitchen: House, until: str) -> None:
    number = world.picked(kitchen, "SO-1", "S1", "S3")
    world.picked(kitchen, "SO-2", "S2")
    if until != "PICKED":
        assert world.check(number, "", serials=("S1", "S3")).ok
    if until == "PACKED":
        assert world.close(number).ok

    assert world.cancel("SO-1") == "INTERCEPTED"
    note = board.put_backs(scope=Scope.everything())[0]
    assert note.pieces == (("KETTLE", "S1"), ("KETTLE", "S3"))

    assert world.back(number, "A-02", "69KETTLE").code == "scan_serial"
    assert world.back(number, "A-02", "S2").code == "piece_of_other"
    assert world.back(number, "A-02", "S3").data["left"] == 1
    assert world.back(number, "A-02", "S3").code == "piece_of_other"
    assert world.where(kitchen) == {"S1": "PACK", "S2": "PACK", "S3": "A-02"}
    assert world.back(number, "A-01", serials=("S1",)).data["left"] == 0

    assert world.state("SO-1") == "INTERCEPTED"
    assert world.where(kitchen) == {"S1": "A-01", "S2": "PACK", "S3": "A-02"}
    assert world.free(kitchen, "KETTLE") == 2
    assert board.shipments(["SO-1"]) == {}
    assert board.audit() == []


def test_a_piece_that_went_back_is_taken_for_the_next_order(kitchen: House) -> None:
    number = world.picked(kitchen, "SO-1", "S1")
    world.cancel("SO-1")
    world.back(number, "A-01", "S1")

    other = world.picked(kitchen, "SO-2", "S1")
    assert world.check(other, "S1").ok
    assert world.ship(str(world.close(other).data["parcel"])).ok

    assert world.where(kitchen)["S1"] == "CUSTOMER"
    assert PickedPiece.objects.filter(serial="S1").count() == 2


def test_what_a_stopped_order_left_at_the_bench_serves_the_next_one(kitchen: House) -> None:
    world.picked(kitchen, "SO-1", "S1", "S2", "S3")
    world.cancel("SO-1")
    world.ordered(kitchen, "SO-2", KETTLE=2)
    pick_list = world.listed(kitchen)

    assert world.pick(pick_list, "PACK", "S3").ok
    assert world.pick(pick_list, "PACK", "S3").code == "scanned_already"
    assert world.pick(pick_list, "PACK", "S1").ok

    note = board.put_backs(scope=Scope.everything())[0]
    assert note.pieces == (("KETTLE", "S2"),)
    assert [qty for *_, qty in note.lines] == [1]
    assert world.back("SO-1", "A-01", "S3").code == "piece_of_other"
    assert world.back("SO-1", "A-01", "S2").data["left"] == 0
    number = world.number_of("SO-2")
    assert world.check(number, "", serials=("S1", "S3")).data["checked"] is True
    assert world.ship(str(world.close(number).data["parcel"])).ok
    assert world.where(kitchen) == {"S1": "CUSTOMER", "S2": "A-01", "S3": "CUSTOMER"}
    assert board.audit() == []


def test_a_short_order_keeps_its_piece_until_it_is_stopped(kitchen: House) -> None:
    number = world.ordered(kitchen, "SO-1", KETTLE=2)
    pick_list = world.listed(kitchen)
    world.pick(pick_list, "A-01", "S2")
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    assert walk.next_stop is not None
    assert (walk.next_stop.taken, walk.next_stop.total) == (1, 2)
    report = floor.ShortReport(world.fresh(), pick_list=pick_list, task=walk.next_stop.first_task)
    with transaction.atomic():
        assert floor.report_short([report], actor=world.WHO)[0].ok

    assert world.state("SO-1") == "SHORT"
    assert world.cancel("SO-1") == "INTERCEPTED"
    assert world.back(number, "A-01", "S2").data["left"] == 0
    assert set(world.where(kitchen).values()) == {"A-01"}
    assert board.audit() == []


def test_pieces_of_lots_fill_the_steps_of_their_lot(house: House) -> None:
    house.skus["FILTER"] = given.sku("FILTER", serial_tracked=True, lot_tracked=True)
    for code, serials in {"L1": ("F1", "F2"), "L2": ("F3", "F4")}.items():
        given.stock("FILTER", 2, lot_id=given.lot("FILTER", code), serials=serials)
    world.ordered(house, "SO-1", FILTER=3)
    pick_list = world.listed(house)
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    one = next(step for step in walk.steps if step.qty == 1)
    both = next(step for step in walk.steps if step.qty == 2)
    of_one, of_both = (("F1", "F2"), ("F3", "F4"))
    if one.lot == "L2":
        of_one, of_both = of_both, of_one

    assert world.pick(pick_list, "A-01", of_both[0], task=one.task).code == "other_lot"
    assert world.pick(pick_list, "A-01", "", serials=of_one).code == "too_many"
    assert world.pick(pick_list, "A-01", "", serials=(of_one[0], *of_both)).ok

    assert both.lot != one.lot
    assert world.state("SO-1") == "PICKED"
    assert world.cancel("SO-1") == "INTERCEPTED"
    assert world.back("SO-1", "A-02", "", serials=of_both).data["left"] == 1
    assert board.audit() == []


def test_a_piece_taken_at_the_bench_leaves_its_own_note_and_no_other(kitchen: House) -> None:
    world.picked(kitchen, "SO-1", "S1", "S3")
    world.picked(kitchen, "SO-2", "S2")
    world.cancel("SO-1")
    world.cancel("SO-2")
    world.ordered(kitchen, "SO-3", KETTLE=1)

    assert world.pick(world.listed(kitchen), "PACK", "S2").ok

    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "INTERCEPTING", "SO-2": "INTERCEPTED"}
    notes = board.put_backs(scope=Scope.everything())
    assert [note.pieces for note in notes] == [(("KETTLE", "S1"), ("KETTLE", "S3"))]
    assert board.audit() == []


def test_a_number_that_two_goods_share_is_the_one_that_is_wanted(house: House) -> None:
    pot = given.sku("POT", serial_tracked=True)
    given.stock("POT", 1, serials=("S1",))
    world.kettles(house)
    number = world.ordered(house, "SO-1", KETTLE=1)

    assert world.pick(world.listed(house), "A-01", "S1").ok

    assert world.where(house)["S1"] == "PACK"
    lying = stock.pieces(scope=Scope.everything(), sku_ids=[pot])
    assert [piece.location_code for piece in lying] == ["A-01"]
    assert world.check(number, "S1").data["checked"] is True
