"""Goods with serial numbers: each piece is scanned by its number on its whole way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.test_api import get, post
from tests.wms.test_pages import Screen
from tests.wms.test_races import open_house as open_house  # a fixture on real commits
from tests.wms.test_races import overtaken, together
from tests.wms.test_statements import cost
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.models import PickedPiece

KETTLES = ("S1", "S2", "S3")


def kettles(house: House, place: str = "A-01", serials: Sequence[str] = KETTLES) -> None:
    """KETTLE pieces on a shelf; its barcode is 69KETTLE."""
    house.skus["KETTLE"] = given.sku("KETTLE", serial_tracked=True)
    given.stock("KETTLE", len(serials), location=place, serials=tuple(serials))


@pytest.fixture
def kitchen(house: House) -> House:
    """The small warehouse with three kettles in A-01."""
    kettles(house)
    return house


def back(fulfilment: str, location: str, barcode: str = "", **more: Any) -> floor.Answer:
    scan = floor.PutBackScan(
        world.fresh(), fulfilment=fulfilment, location=location, barcode=barcode, **more
    )
    with transaction.atomic():
        return floor.put_back([scan], actor=world.WHO)[0]


def picked(house: House, document: str, *serials: str) -> str:
    """An order whose kettles were taken; its fulfilment's number."""
    number = world.ordered(house, document, KETTLE=len(serials))
    answer = world.pick(world.listed(house), "A-01", "", serials=serials)
    assert answer.ok, answer
    return number


def where(house: House) -> dict[str, str]:
    """Serial number of each kettle to its location, or where it has gone."""
    found = stock.pieces(scope=Scope.everything(), sku_ids=[house.skus["KETTLE"]])
    return {piece.serial: piece.location_code or piece.outside for piece in found}


def test_an_order_of_two_kettles_and_a_tea_goes_the_whole_way_by_scans(kitchen: House) -> None:
    number = world.ordered(kitchen, "SO-1", KETTLE=2, TEA=1)
    pick_list = world.listed(kitchen)

    first = world.pick(pick_list, "a-01", "S2")
    assert (first.data["units"], first.data["serials"]) == (1, ["S2"])
    assert world.pick(pick_list, "A-01", "6901").ok
    assert world.pick(pick_list, "A-01", "", serials=("S3",)).data["tasks_left"] == 0
    assert world.state("SO-1") == "PICKED"
    assert where(kitchen) == {"S1": "A-01", "S2": "PACK", "S3": "PACK"}
    assert world.lying(kitchen, "KETTLE") == {"A-01": 1, "PACK": 2}

    assert world.check(number, "s3").data == {
        "fulfilment": number, "units": 1, "left": 2, "checked": False, "serials": ["S3"],
    }  # fmt: skip
    assert world.check(number, "6901").data["left"] == 1
    assert world.check(number, "S2").data["checked"] is True
    parcel = str(world.close(number).data["parcel"])
    assert world.ship(parcel).ok

    assert world.state("SO-1") == "SHIPPED"
    assert where(kitchen) == {"S1": "A-01", "S2": "CUSTOMER", "S3": "CUSTOMER"}
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
    kettles(kitchen, "A-02", ["S8", "S9"])
    kitchen.skus["POT"] = given.sku("POT", serial_tracked=True)
    given.stock("POT", 1, serials=("POT1",))
    before = where(kitchen)
    more = {name: value for name, value in scan.items() if name != "barcode"}

    answer = world.pick(pick_list, "A-01", scan.get("barcode", ""), **more)

    assert (answer.ok, answer.code) == (False, code)
    assert answer.message
    assert where(kitchen) == before
    assert world.lying(kitchen, "KETTLE") == {"A-01": 3, "A-02": 2}
    assert not PickedPiece.objects.exists()


def test_a_sentence_says_where_the_piece_is_by_the_books(kitchen: House) -> None:
    kettles(kitchen, "A-02", ["S9"])
    picked(kitchen, "SO-0", "S1")
    world.ordered(kitchen, "SO-1", KETTLE=1)
    pick_list = world.listed(kitchen)

    elsewhere = world.pick(pick_list, "A-01", "S9")
    taken = world.pick(pick_list, "A-01", "S1")

    assert "S9 is at WH1 A-02" in elsewhere.message
    assert taken.code == "scanned_already"
    assert world.number_of("SO-0") in taken.message


def test_a_piece_that_has_left_is_elsewhere(kitchen: House) -> None:
    number = picked(kitchen, "SO-1", "S1")
    assert world.check(number, "S1").ok
    assert world.ship(str(world.close(number).data["parcel"])).ok
    world.ordered(kitchen, "SO-2", KETTLE=1)

    answer = world.pick(world.listed(kitchen), "A-01", "S1")

    assert answer.code == "piece_elsewhere"
    assert "outside" in answer.message


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

    answer = world.pick(world.listed(kitchen), "A-01", "", 3, serials=KETTLES)

    assert answer.data["serials"] == list(KETTLES)
    views = board.fulfilments(scope=Scope.everything(), names=["SO-1", "SO-2"])
    assert [view.lines[0].serials for view in views] == [("S1", "S2"), ("S3",)]
    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "PICKED", "SO-2": "PICKED"}


def test_a_bench_takes_only_the_pieces_that_were_taken_for_the_order(kitchen: House) -> None:
    number = picked(kitchen, "SO-1", "S1", "S2")
    picked(kitchen, "SO-2", "S3")

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


def test_a_piece_that_was_carried_off_the_bench_is_not_checked(kitchen: House) -> None:
    number = picked(kitchen, "SO-1", "S1")
    given.stock("KETTLE", 1, location="PACK", serials=("S9",))
    move = inventory.MoveRequest(
        key="off", document="MV-1", warehouse_id=kitchen.warehouse,
        lines=(
            inventory.MoveLine(
                sku_id=kitchen.skus["KETTLE"], qty=1, serials=("S1",),
                from_location_id=kitchen.places["PACK"], to_location_id=kitchen.places["A-02"],
            ),
        ),
    )  # fmt: skip
    with transaction.atomic():
        inventory.move([move], actor=world.WHO)[0].check()

    answer = world.check(number, "S1")

    assert answer.code == "piece_elsewhere"
    assert "A-02" in answer.message


@pytest.mark.parametrize("until", ["PICKED", "CHECKED", "PACKED"])
def test_a_cancel_brings_the_same_pieces_back(kitchen: House, until: str) -> None:
    number = picked(kitchen, "SO-1", "S1", "S3")
    picked(kitchen, "SO-2", "S2")
    if until != "PICKED":
        assert world.check(number, "", serials=("S1", "S3")).ok
    if until == "PACKED":
        assert world.close(number).ok

    assert world.cancel("SO-1") == "INTERCEPTED"
    note = board.put_backs(scope=Scope.everything())[0]
    assert note.pieces == (("KETTLE", "S1"), ("KETTLE", "S3"))

    assert back(number, "A-02", "69KETTLE").code == "scan_serial"
    assert back(number, "A-02", "S2").code == "piece_of_other"
    assert back(number, "A-02", "S3").data["left"] == 1
    assert back(number, "A-02", "S3").code == "piece_of_other"
    assert where(kitchen) == {"S1": "PACK", "S2": "PACK", "S3": "A-02"}
    assert back(number, "A-01", serials=("S1",)).data["left"] == 0

    assert world.state("SO-1") == "INTERCEPTED"
    assert where(kitchen) == {"S1": "A-01", "S2": "PACK", "S3": "A-02"}
    assert world.free(kitchen, "KETTLE") == 2
    assert board.shipments(["SO-1"]) == {}
    assert board.audit() == []


def test_a_piece_that_went_back_is_taken_for_the_next_order(kitchen: House) -> None:
    number = picked(kitchen, "SO-1", "S1")
    world.cancel("SO-1")
    back(number, "A-01", "S1")

    other = picked(kitchen, "SO-2", "S1")
    assert world.check(other, "S1").ok
    assert world.ship(str(world.close(other).data["parcel"])).ok

    assert where(kitchen)["S1"] == "CUSTOMER"
    assert PickedPiece.objects.filter(serial="S1").count() == 2


def test_what_a_stopped_order_left_at_the_bench_serves_the_next_one(kitchen: House) -> None:
    picked(kitchen, "SO-1", "S1", "S2", "S3")
    world.cancel("SO-1")
    world.ordered(kitchen, "SO-2", KETTLE=2)
    pick_list = world.listed(kitchen)

    assert world.pick(pick_list, "PACK", "S3").ok
    assert world.pick(pick_list, "PACK", "S3").code == "scanned_already"
    assert world.pick(pick_list, "PACK", "S1").ok

    note = board.put_backs(scope=Scope.everything())[0]
    assert note.pieces == (("KETTLE", "S2"),)
    assert [qty for *_, qty in note.lines] == [1]
    assert back("SO-1", "A-01", "S3").code == "piece_of_other"
    assert back("SO-1", "A-01", "S2").data["left"] == 0
    number = world.number_of("SO-2")
    assert world.check(number, "", serials=("S1", "S3")).data["checked"] is True
    assert world.ship(str(world.close(number).data["parcel"])).ok
    assert where(kitchen) == {"S1": "CUSTOMER", "S2": "A-01", "S3": "CUSTOMER"}
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
    assert back(number, "A-01", "S2").data["left"] == 0
    assert set(where(kitchen).values()) == {"A-01"}
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
    assert back("SO-1", "A-02", "", serials=of_both).data["left"] == 1
    assert board.audit() == []


@pytest.mark.races
def test_two_walkers_who_scan_one_piece_at_once_do_not_both_have_it(open_house: House) -> None:
    kettles(open_house)
    lists = []
    for document in ("SO-1", "SO-2"):
        world.ordered(open_house, document, KETTLE=1)
        lists.append(world.listed(open_house))

    def take(pick_list: str) -> floor.Answer:
        scan = floor.PickScan(world.fresh(), pick_list=pick_list, location="A-01", barcode="S1")
        return floor.confirm_picks([scan], actor="p:1")[0]

    first, second = overtaken(partial(take, lists[0]), partial(take, lists[1]))

    assert first.ok
    assert second.code == "wrong_serials"
    assert PickedPiece.objects.count() == 1
    assert world.lying(open_house, "KETTLE") == {"A-01": 2, "PACK": 1}
    assert committed(partial(take, lists[1])).code == "scanned_already"
    assert world.pick(lists[1], "A-01", "S2").ok
    assert board.audit() == []


@pytest.mark.races
def test_a_free_piece_at_the_bench_is_taken_by_one_of_two_walkers(open_house: House) -> None:
    kettles(open_house, "PACK", ["S1", "S2"])
    lists = []
    for document in ("SO-1", "SO-2"):
        world.ordered(open_house, document, KETTLE=1)
        lists.append(world.listed(open_house))

    def take(pick_list: str) -> floor.Answer:
        scan = floor.PickScan(world.fresh(), pick_list=pick_list, location="PACK", barcode="S1")
        return committed(lambda: floor.confirm_picks([scan], actor="p:1")[0])

    answers = together(*[partial(take, pick_list) for pick_list in lists])

    assert sorted(answer.code for answer in answers) == ["ok", "scanned_already"]
    assert PickedPiece.objects.count() == 1
    assert board.audit() == []


@pytest.mark.races
def test_two_benches_that_scan_one_piece_at_once_do_not_both_box_it(open_house: House) -> None:
    kettles(open_house)
    numbers = [picked(open_house, "SO-1", "S1"), picked(open_house, "SO-2", "S2")]

    def check(number: str) -> floor.Answer:
        scan = floor.CheckScan(world.fresh(), fulfilment=number, barcode="S1")
        return committed(lambda: floor.confirm_checks([scan], actor="p:1")[0])

    answers = together(*[partial(check, number) for number in numbers])

    assert [answer.code for answer in answers] == ["ok", "piece_of_other"]
    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "CHECKED", "SO-2": "PICKED"}


@pytest.mark.races
def test_one_bench_that_sends_a_piece_twice_at_once_boxes_it_once(open_house: House) -> None:
    kettles(open_house)
    number = picked(open_house, "SO-1", "S1", "S2")

    def check() -> floor.Answer:
        scan = floor.CheckScan(world.fresh(), fulfilment=number, barcode="S1")
        return committed(lambda: floor.confirm_checks([scan], actor="p:1")[0])

    answers = together(check, check)

    assert sorted(answer.code for answer in answers) == ["ok", "scanned_already"]
    assert board.audit() == []


@pytest.fixture
def staff(kitchen: House, client: Client) -> Client:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return client


def test_scripted_staff_name_serial_numbers(kitchen: House, staff: Client) -> None:
    number = world.ordered(kitchen, "SO-1", KETTLE=2)
    made = post(staff, "pick-lists", {"key": "l1", "warehouse": "WH1", "limit": 50})
    pick_list = made["data"]["pick_list"]
    assert [(step["by_serial"], step["qty"]) for step in made["steps"]] == [(True, 2)]
    scan = {"pick_list": pick_list, "location": "A-01"}

    answers = post(staff, "picks", {"picks": [
        {**scan, "key": "a", "barcode": "69KETTLE", "qty": 2},
        {**scan, "key": "b", "serial": "S1"},
        {**scan, "key": "c", "barcode": "69KETTLE", "serials": ["S2"]},
    ]})["results"]  # fmt: skip
    assert [each["code"] for each in answers] == ["scan_serial", "ok", "ok"]
    assert answers[1]["data"]["serials"] == ["S1"]
    post(staff, "picks", {"picks": [{**scan, "key": "d"}]}, expected=400)
    post(staff, "picks", {"picks": [{**scan, "key": "d", "serials": "S1"}]}, expected=400)

    line = get(staff, "fulfilments/?state=PICKED")["fulfilments"][0]["lines"][0]
    assert (line["by_serial"], line["serials"]) == (True, ["S1", "S2"])
    check = {"key": "c1", "fulfilment": number, "serials": line["serials"]}
    assert post(staff, "checks", {"checks": [check]})["results"][0]["data"]["checked"] is True
    assert get(staff, "fulfilments/?state=CHECKED")["fulfilments"][0]["lines"][0]["serials"] == []

    world.cancel("SO-1")
    note = get(staff, "put-backs/")["put_backs"][0]
    assert note["pieces"] == [["KETTLE", "S1"], ["KETTLE", "S2"]]
    scan = {"key": "r1", "fulfilment": number, "location": "A-02", "serials": ["S1", "S2"]}
    assert post(staff, "put-backs", {"put_backs": [scan]})["results"][0]["data"]["left"] == 0
    assert where(kitchen) == {"S1": "A-02", "S2": "A-02", "S3": "A-01"}


@pytest.mark.parametrize("htmx", [True, False])
def test_the_pages_ask_for_the_serial_number_and_count(
    kitchen: House, staff: Client, htmx: bool
) -> None:
    kettles(kitchen, "A-01", ["sn-4a"])
    number = world.ordered(kitchen, "SO-1", KETTLE=2)
    walk = Screen(staff, f"/floor/pick/{world.listed(kitchen)}/", htmx=htmx)

    assert walk.scan("A-01") == "ok"
    assert "scan the serial number" in walk.text
    assert "0 / 2" in walk.text
    assert walk.scan("69KETTLE") == "error"
    assert walk.scan("sn-4a") == "ok"
    assert "1 / 2" in walk.text
    assert walk.again() == "ok"
    assert walk.scan("sn-4a") == "error"
    assert world.lying(kitchen, "KETTLE") == {"A-01": 3, "PACK": 1}
    assert walk.scan("S1") == "done"

    bench = Screen(staff, "/floor/pack/", htmx=htmx)
    assert bench.scan(number) == "ok"
    assert "Scan the serial number: S1, sn-4a" in bench.text
    assert bench.scan("S2") == "error"
    assert bench.scan("S1") == "ok"
    assert "Scan the serial number: sn-4a" in bench.text
    world.cancel("SO-1")

    shelf = Screen(staff, "/floor/put-back/", htmx=htmx)
    assert shelf.scan(number) == "ok"
    assert shelf.scan("A-02") == "ok"
    assert "S1, sn-4a" in shelf.text
    assert shelf.scan("sn-4a") == "ok"
    assert shelf.scan("S1") == "done"
    assert where(kitchen)["sn-4a"] == "A-02"


def way(house: House, names: list[str]) -> dict[str, int]:
    """Statements per verb for orders of one kettle each; the last is stopped at the bench."""
    for name in names:
        world.ordered(house, name, KETTLE=1)
    serials = [piece for piece, place in where(house).items() if place == "A-01"][: len(names)]
    pick_list = world.listed(house, limit=len(names))
    picks = [
        floor.PickScan(world.fresh(), pick_list=pick_list, location="A-01", serials=(serial,))
        for serial in serials
    ]
    found = {"pick": cost(lambda: floor.confirm_picks(picks, actor="p"))}
    views = board.fulfilments(scope=Scope.everything(), names=names)
    checks = [
        floor.CheckScan(world.fresh(), fulfilment=view.number, serials=view.lines[0].serials)
        for view in views
    ]
    found["check"] = cost(lambda: floor.confirm_checks(checks, actor="p"))
    parcels = [str(world.close(name).data["parcel"]) for name in names]
    leaving = [floor.ParcelDeparture(world.fresh(), parcel=parcel) for parcel in parcels]
    found["ship"] = cost(lambda: floor.ship_parcels(leaving, actor="p"))
    assert set(board.states(names).values()) == {"SHIPPED"}
    return found


def return_way(house: House, names: list[str]) -> int:
    """Statements of putting back one kettle each."""
    for name in names:
        world.ordered(house, name, KETTLE=1)
    serials = [piece for piece, place in where(house).items() if place == "A-01"][: len(names)]
    assert world.pick(world.listed(house, limit=len(names)), "A-01", "", serials=serials).ok
    for name in names:
        world.cancel(name)
    notes = board.put_backs(scope=Scope.everything())
    scans = [
        floor.PutBackScan(
            world.fresh(), fulfilment=note.fulfilment, location="A-01",
            serials=(note.pieces[0][1],),
        )
        for note in notes
    ]  # fmt: skip
    assert len(scans) == len(names)
    return cost(lambda: floor.put_back(scans, actor="p"))


def test_pieces_cost_the_same_number_of_statements_for_one_and_for_many(house: House) -> None:
    kettles(house, serials=[f"N{number:03d}" for number in range(30)])
    way(house, ["SO-FIRST"])

    one, one_back = way(house, ["SO-ONE"]), return_way(house, ["SO-BACK"])

    assert way(house, [f"SO-{number}" for number in range(12)]) == one
    assert return_way(house, [f"SO-B{number}" for number in range(12)]) == one_back
