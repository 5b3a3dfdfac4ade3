"""Blind counts by scanning: what is counted, what is booked at once, what waits for a lead."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.test_pages import Screen
from tests.wms.world import House
from wms.models import CountEvent, CountSheet

PATH = "/pda/count/"


@pytest.fixture
def counter(house: House, client: Client) -> Screen:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return Screen(client, PATH, htmx=True)


@pytest.fixture
def lead(house: House) -> Client:
    made = Client()
    made.force_login(given.person("WAREHOUSE_LEAD"))
    return made


def _state() -> str:
    return str(CountSheet.objects.latest("pk").state)


def _shown(screen: Screen) -> list[str]:
    return re.findall(r'class="bench-qty">(\d[\d,]*)', screen.text)


def _decide(lead: Client, verdict: str) -> Any:
    number = CountSheet.objects.latest("pk").number
    return lead.post("/floor/counts/", {"count": number, "verdict": verdict}, follow=True)


def _marks() -> int:
    return sum(hold.reason_code == "COUNT" for hold in stock.holds(scope=Scope.everything()))


def test_a_count_that_agrees_is_booked_and_says_nothing_of_the_books(
    house: House, counter: Screen
) -> None:
    assert counter.scan("ａ－０２") == "ok"
    assert counter.scan("SALT") == "ok"
    assert counter.scan("１０") == "ok"
    assert _shown(counter) == ["10"]
    assert counter.scan("CMD-DONE") == "done"

    assert _state() == "BOOKED"
    assert world.lying(house, "SALT") == {"A-02": 10}
    rows = stock.journal(document=CountSheet.objects.get().number, scope=Scope.everything())
    assert {row.posting.kind for row in rows.rows} <= {"ADJUST", "HOLD", "RELEASE"}


def test_a_small_difference_is_booked_at_once_a_larger_one_waits_for_a_lead(
    house: House, counter: Screen, lead: Client
) -> None:
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("8")
    assert counter.scan("CMD-DONE") == "done"
    assert (_state(), world.lying(house, "SALT")) == ("BOOKED", {"A-02": 8})

    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("5")
    assert counter.scan("CMD-DONE") == "done"
    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 8})
    assert "8" not in re.findall(r"<strong>[^<]*</strong>", counter.text)

    page = lead.get("/floor/counts/").content.decode()
    assert re.search(r'class="num text-bad strong">\s*-3<', page)
    _decide(lead, "book")
    assert (_state(), world.lying(house, "SALT")) == ("BOOKED", {"A-02": 5})


def test_a_lead_who_counts_books_at_once_and_sees_the_difference(
    house: House, lead: Client
) -> None:
    counter = Screen(lead, PATH, htmx=True)
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("3")

    assert counter.scan("CMD-DONE") == "done"
    assert "7" in counter.text
    assert world.lying(house, "SALT") == {"A-02": 3}


def test_what_nobody_found_counts_as_none_after_a_second_look(
    house: House, counter: Screen, lead: Client
) -> None:
    counter.scan("A-01")
    counter.scan("6901")
    counter.scan("20")

    assert counter.scan("CMD-DONE") == "error"
    assert "RICE" not in counter.text.upper()
    assert _state() == "OPEN"
    assert counter.scan("CMD-DONE") == "done"
    assert _state() == "HANDED_IN"
    _decide(lead, "book")

    assert world.lying(house, "RICE") == {}
    assert world.lying(house, "TEA") == {"A-01": 20}


def test_a_second_look_that_finds_more_asks_again(house: House, counter: Screen) -> None:
    counter.scan("A-01")
    counter.scan("6901")
    counter.scan("20")
    counter.scan("CMD-DONE")
    counter.scan("6902")
    counter.scan("10")

    assert counter.scan("CMD-DONE") == "done"
    assert _state() == "BOOKED"


def test_an_empty_place_is_a_count_too(house: House, counter: Screen) -> None:
    counter.scan("A-03")

    assert counter.scan("CMD-DONE") == "done"
    assert _state() == "BOOKED"


def test_goods_nobody_expected_are_found(house: House, counter: Screen, lead: Client) -> None:
    counter.scan("A-03")
    counter.scan("16901")
    assert counter.scan("CMD-DONE") == "done"
    _decide(lead, "book")

    assert world.lying(house, "TEA") == {"A-01": 20, "A-03": 6}


def test_a_count_may_be_thrown_away_and_done_again(
    house: House, counter: Screen, lead: Client
) -> None:
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("CMD-DONE")
    assert counter.scan("A-02") == "error", "it waits for the lead"

    _decide(lead, "drop")

    assert (_state(), world.lying(house, "SALT")) == ("DROPPED", {"A-02": 10})
    assert counter.scan("A-02") == "ok"


def test_what_moved_since_is_counted_again(house: House, counter: Screen, lead: Client) -> None:
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("CMD-DONE")
    world.stocked(house, "A-02", SALT=1)

    _decide(lead, "book")

    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 11})


def test_while_it_is_counted_nobody_picks_or_moves_there_and_afterwards_they_may(
    house: House, counter: Screen, lead: Client
) -> None:
    counter.scan("A-02")
    assert _marks() == 1
    mover = Screen(lead, "/pda/move/", htmx=True)
    mover.scan("A-02")
    mover.scan("SALT")
    assert mover.scan("A-03") == "error"

    counter.scan("CMD-BACK")

    assert (_state(), _marks()) == ("DROPPED", 0)
    assert mover.scan("A-03") == "done"


def test_sales_go_on_while_it_is_counted(house: House, counter: Screen) -> None:
    counter.scan("A-02")

    assert world.free(house, "SALT") == 10


def test_two_people_do_not_count_one_place(house: House, counter: Screen) -> None:
    counter.scan("A-02")
    other = Client()
    other.force_login(given.person("WAREHOUSE_STAFF"))

    assert Screen(other, PATH, htmx=True).scan("A-02") == "error"
    assert CountSheet.objects.count() == 1


def test_a_reload_in_the_middle_keeps_every_scan(
    house: House, counter: Screen, client: Client
) -> None:
    counter.scan("A-01")
    counter.scan("6901")
    counter.scan("16901")

    again = Screen(client, PATH, htmx=False)

    assert _shown(again) == ["7"]
    again.scan("6902")
    assert sorted(_shown(again)) == ["1", "7"]


def test_the_same_scan_sent_again_counts_once(house: House, counter: Screen) -> None:
    counter.scan("A-01")
    counter.scan("6901")

    assert counter.again() == "ok"

    assert _shown(counter) == ["1"]


@pytest.mark.parametrize("wrong", ["Z-99", "6901", "CMD-DONE", "CMD-SHORT", ""])
def test_a_count_begins_with_a_place(house: House, counter: Screen, wrong: str) -> None:
    assert counter.scan(wrong) == "error"
    assert CountSheet.objects.count() == 0


@pytest.mark.parametrize("wrong", ["NOBODY", "99999999", "CMD-SHORT", "A-01"])
def test_a_wrong_scan_counts_nothing(house: House, counter: Screen, wrong: str) -> None:
    counter.scan("A-02")

    assert counter.scan(wrong) == "error"
    assert _shown(counter) == []


def test_of_several_lots_the_lot_is_asked_for(house: House, counter: Screen, lead: Client) -> None:
    world.milk(house, {"L1": (date(2090, 1, 1), 5), "L2": (date(2091, 1, 1), 5)})
    counter.scan("A-01")

    counter.scan("MILK")
    assert _shown(counter) == []
    assert counter.scan("L2") == "ok"
    counter.scan("4")
    assert counter.scan("L9") == "error"
    counter.scan("MILK")
    counter.scan("L1")
    counter.scan("5")
    for code, many in (("6901", "20"), ("6902", "10")):
        counter.scan(code)
        counter.scan(many)
    assert counter.scan("CMD-DONE") == "done"

    lying = {
        cell.lot_code: cell.on_hand
        for cell in stock.cells(scope=Scope.everything(), sku_id=house.skus["MILK"])
    }
    assert lying == {"L1": 5, "L2": 4}


def test_numbered_pieces_are_counted_by_their_numbers(
    kitchen: House, client: Client, settings: LazySettings
) -> None:
    settings.COUNT_BOOKS_UP_TO = 100
    client.force_login(given.person("WAREHOUSE_STAFF"))
    counter = Screen(client, PATH, htmx=True)
    counter.scan("A-01")

    assert counter.scan("KETTLE") == "error"
    assert counter.scan("S1") == "ok"
    assert counter.scan("S1") == "error"
    assert counter.scan("S3") == "ok"
    for code, many in (("6901", "20"), ("6902", "10")):
        counter.scan(code)
        counter.scan(many)
    assert counter.scan("CMD-DONE") == "done"

    assert world.where(kitchen)["S1"] == "A-01"
    assert world.where(kitchen)["S2"] != "A-01"


def test_a_freeze_that_forbids_counting_is_obeyed(house: House, counter: Screen) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_reason SET blocks_count = true WHERE code = 'MANUAL'")
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="fz", document="FZ-1", warehouse_id=house.warehouse, reason="MANUAL",
                    location_id=house.places["A-02"], blanket=True,
                )
            ],
            actor=world.WHO,
        )[0].check()  # fmt: skip
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("9")

    assert counter.scan("CMD-DONE") == "error"
    assert (_state(), world.lying(house, "SALT")) == ("OPEN", {"A-02": 10})


def test_every_step_of_a_count_is_written_down(house: House, counter: Screen, lead: Client) -> None:
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("CMD-DONE")
    _decide(lead, "book")

    assert list(CountEvent.objects.order_by("id").values_list("from_state", "to_state")) == [
        ("", "OPEN"), ("OPEN", "HANDED_IN"), ("HANDED_IN", "BOOKED"),
    ]  # fmt: skip
    assert len(set(CountEvent.objects.values_list("who", flat=True))) == 2


def test_a_lead_of_another_store_decides_nothing_here(house: House, counter: Screen) -> None:
    given.unit("S9", "STORE", "HQ")
    counter.scan("A-02")
    counter.scan("SALT")
    counter.scan("CMD-DONE")
    other = Client()
    other.force_login(given.person("STORE_MANAGER", at="S9"))

    page = _decide(other, "book")

    assert _state() == "HANDED_IN"
    assert page.context["waiting"] == []
