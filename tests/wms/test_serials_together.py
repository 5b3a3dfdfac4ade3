"""Several people scan one piece at once; and what many pieces cost."""

from __future__ import annotations

from functools import partial

import pytest

from org.scope import Scope
from tests.wms import world
from tests.wms.conftest import fill
from tests.wms.test_races import overtaken, together
from tests.wms.test_statements import cost
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.models import PickedPiece


@pytest.fixture
def open_house(real_commits: str) -> House:
    return fill(world.build())


@pytest.mark.races
def test_two_walkers_who_scan_one_piece_at_once_do_not_both_have_it(open_house: House) -> None:
    world.kettles(open_house)
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
    world.kettles(open_house, "PACK", ["S1", "S2"])
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
    world.kettles(open_house)
    numbers = [world.picked(open_house, "SO-1", "S1"), world.picked(open_house, "SO-2", "S2")]

    def check(number: str) -> floor.Answer:
        scan = floor.CheckScan(world.fresh(), fulfilment=number, barcode="S1")
        return committed(lambda: floor.confirm_checks([scan], actor="p:1")[0])

    answers = together(*[partial(check, number) for number in numbers])

    assert [answer.code for answer in answers] == ["ok", "piece_of_other"]
    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "CHECKED", "SO-2": "PICKED"}


@pytest.mark.races
def test_one_bench_that_sends_a_piece_twice_at_once_boxes_it_once(open_house: House) -> None:
    world.kettles(open_house)
    number = world.picked(open_house, "SO-1", "S1", "S2")

    def check() -> floor.Answer:
        scan = floor.CheckScan(world.fresh(), fulfilment=number, barcode="S1")
        return committed(lambda: floor.confirm_checks([scan], actor="p:1")[0])

    answers = together(check, check)

    assert sorted(answer.code for answer in answers) == ["ok", "scanned_already"]
    assert board.audit() == []


def way(house: House, names: list[str]) -> dict[str, int]:
    """Statements per verb for orders of one kettle each; the last is stopped at the bench."""
    for name in names:
        world.ordered(house, name, KETTLE=1)
    serials = [piece for piece, place in world.where(house).items() if place == "A-01"][
        : len(names)
    ]
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
    serials = [piece for piece, place in world.where(house).items() if place == "A-01"][
        : len(names)
    ]
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
    world.kettles(house, serials=[f"N{number:03d}" for number in range(30)])
    way(house, ["SO-FIRST"])

    one, one_back = way(house, ["SO-ONE"]), return_way(house, ["SO-BACK"])

    assert way(house, [f"SO-{number}" for number in range(12)]) == one
    assert return_way(house, [f"SO-B{number}" for number in range(12)]) == one_back
