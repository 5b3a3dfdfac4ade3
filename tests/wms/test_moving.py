"""Moving goods by scanning alone: place, goods, how many, new place; or the whole place."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.test_pages import Screen
from tests.wms.world import House


@pytest.fixture
def mover(house: House, client: Client) -> Screen:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return Screen(client, "/pda/move/", htmx=True)


def test_goods_go_from_a_shelf_to_another_one(house: House, mover: Screen) -> None:
    assert mover.scan("ａ－０１") == "ok"
    assert mover.scan("16901") == "ok"
    assert mover.scan("6901") == "ok"
    assert 'id="qty">7<' in mover.text

    assert mover.scan("A-03") == "done"

    assert world.lying(house, "TEA") == {"A-01": 13, "A-03": 7}
    assert 'id="from">A-01<' in mover.text


def test_a_typed_number_replaces_what_was_counted(house: House, mover: Screen) -> None:
    mover.scan("A-01")
    mover.scan("6901")

    assert mover.scan("１２") == "ok"
    assert mover.scan("21") == "error"
    assert mover.scan("A-02") == "done"

    assert world.lying(house, "TEA") == {"A-01": 8, "A-02": 12}


@pytest.mark.parametrize(
    ("scans", "wrong"),
    [
        ([], "Z-99"),
        ([], "A-03"),
        ([], "6901"),
        (["A-01"], "SALT"),
        (["A-01"], "NOBODY"),
        (["A-01", "6901"], "A-01"),
        (["A-01", "6901"], "0"),
        (["A-01", "6901"], "CMD-SHORT"),
    ],
)
def test_a_wrong_scan_says_so_and_the_step_stays(
    house: House, mover: Screen, scans: list[str], wrong: str
) -> None:
    for code in scans:
        mover.scan(code)
    before = re.findall(r'id="(?:from|qty)">([^<]*)<', mover.text)

    assert mover.scan(wrong) == "error"

    assert re.findall(r'id="(?:from|qty)">([^<]*)<', mover.text) == before
    assert world.lying(house, "TEA") == {"A-01": 20}


def test_a_reload_in_the_middle_goes_on_there(house: House, mover: Screen, client: Client) -> None:
    mover.scan("A-01")
    mover.scan("16901")

    again = Screen(client, "/pda/move/", htmx=False)

    assert 'id="qty">6<' in again.text
    assert again.scan("A-03") == "done"
    assert world.lying(house, "TEA") == {"A-01": 14, "A-03": 6}


def test_the_same_scan_sent_again_moves_nothing_more(house: House, mover: Screen) -> None:
    mover.scan("A-01")
    mover.scan("6901")
    mover.scan("A-03")

    assert mover.again() == "done"

    assert world.lying(house, "TEA") == {"A-01": 19, "A-03": 1}


def test_a_whole_place_moves_with_the_claims_on_it(house: House, mover: Screen) -> None:
    world.ordered(house, "SO-1", TEA=2)
    mover.scan("A-01")

    assert mover.scan("CMD-ALL") == "ok"
    assert mover.scan("A-03") == "done"

    assert world.lying(house, "TEA") == {"A-03": 20}
    assert world.lying(house, "RICE") == {"A-03": 10}
    assert world.free(house, "TEA") == 18
    assert 'id="from">–<' in mover.text


def test_a_place_that_is_being_picked_from_is_not_carried_away(house: House, mover: Screen) -> None:
    world.ordered(house, "SO-1", TEA=2)
    number = world.listed(house)
    mover.scan("A-01")
    mover.scan("CMD-ALL")

    assert mover.scan("A-03") == "error"
    assert number in mover.text
    mover.scan("CMD-BACK")
    mover.scan("6901")
    mover.scan("18")
    assert mover.scan("A-03") == "done"
    mover.scan("6901")
    assert mover.scan("A-03") == "error", "the last two are the order's"

    assert world.lying(house, "TEA") == {"A-01": 2, "A-03": 18}


def test_a_bench_is_not_carried_away(house: House, mover: Screen) -> None:
    world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))
    mover.scan("PACK")
    mover.scan("CMD-ALL")

    assert mover.scan("A-03") == "error"
    assert world.lying(house, "TEA") == {"A-01": 18, "PACK": 2}


def test_of_several_lots_the_scanned_one_moves(house: House, mover: Screen) -> None:
    world.milk(house, {"L1": (date(2090, 1, 1), 5), "L2": (date(2091, 1, 1), 5)})
    mover.scan("A-01")

    assert mover.scan("MILK") == "ok"
    cells = re.findall(r'value="(cell-\d+)"', mover.text)
    assert len(cells) == 2
    assert mover.scan("L2") == "ok"
    mover.scan("3")
    assert mover.scan("A-03") == "done"
    mover.scan("MILK")
    mover.scan(action=cells[0])
    assert mover.scan("A-03") == "done"

    lying = {
        (cell.location_code, cell.lot_code): cell.on_hand
        for cell in stock.cells(scope=Scope.everything(), sku_id=house.skus["MILK"])
    }
    assert lying == {("A-01", "L1"): 4, ("A-01", "L2"): 2, ("A-03", "L1"): 1, ("A-03", "L2"): 3}


def test_numbered_pieces_move_by_their_numbers(kitchen: House, client: Client) -> None:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    mover = Screen(client, "/pda/move/", htmx=True)
    mover.scan("A-01")

    assert mover.scan("KETTLE") == "error"
    assert mover.scan("S2") == "ok"
    assert mover.scan("S2") == "error"
    assert mover.scan("A-03") == "done"
    assert world.where(kitchen) == {"S1": "A-01", "S2": "A-03", "S3": "A-01"}
    mover.scan("CMD-ALL")
    assert mover.scan("A-02") == "done"

    assert world.where(kitchen) == {"S1": "A-02", "S2": "A-03", "S3": "A-02"}


def test_a_place_under_a_count_gives_nothing_away(house: House, mover: Screen) -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="mark", document="CN-1", warehouse_id=house.warehouse, reason="COUNT",
                    location_id=house.places["A-02"], blanket=True,
                )
            ],
            actor=world.WHO,
        )[0].check()  # fmt: skip
    mover.scan("A-02")
    mover.scan("SALT")

    assert mover.scan("A-03") == "error"
    assert world.lying(house, "SALT") == {"A-02": 10}


def test_two_people_move_without_seeing_each_others_steps(house: House, mover: Screen) -> None:
    mover.scan("A-01")
    other = Client()
    other.force_login(given.person("WAREHOUSE_STAFF"))

    assert 'id="from">–<' in Screen(other, "/pda/move/", htmx=True).text


def test_another_warehouse_starts_anew(house: House, mover: Screen, client: Client) -> None:
    given.warehouse("WH2")
    mover.scan("A-01")

    there = Screen(client, "/pda/move/?warehouse=WH2", htmx=True)

    assert 'id="from">–<' in there.text
    assert there.scan("A-02") == "error"
