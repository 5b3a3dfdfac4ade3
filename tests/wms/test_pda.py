"""The scanners' home, looking things up, command codes, and going on after a reload."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.test_pages import Screen
from tests.wms.world import House
from wms import commands
from wms import selectors as board
from wms.models import Errand


@pytest.fixture
def staff(house: House, client: Client) -> Client:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return client


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())


def test_the_home_counts_what_waits_at_each_job(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", TEA=1)
    world.pick_all(world.listed(house, limit=1))

    tiles = staff.get("/pda/").context["tiles"]

    assert {tile.url.partition("?")[0]: tile.count for tile in tiles} == {
        "/floor/pick/": 1,
        "/floor/pack/": 1,
        "/floor/ship/": 0,
        "/floor/put-back/": 0,
        "/pda/move/": None,
        "/pda/count/": None,
        "/pda/look-up/": None,
    }


def test_an_auditor_may_look_up_and_has_no_other_job(house: House, client: Client) -> None:
    client.force_login(given.person("AUDITOR"))

    assert [tile.icon for tile in client.get("/pda/").context["tiles"]] == ["search"]


@pytest.mark.parametrize(
    ("code", "leads_to"),
    [
        ("6901", "/pda/look-up/?code=6901"),
        ("pl-7", "/floor/pick/PL-7/"),
        ("ＦＦ－３", "/floor/pack/FF-3/"),
        ("cmd-back", "/pda/"),
    ],
)
def test_a_scan_at_home_opens_what_it_names(
    house: House, staff: Client, code: str, leads_to: str
) -> None:
    answer = staff.post("/pda/", {"code": code}, headers={"HX-Request": "true"})

    if code == "cmd-back":
        assert 'data-sound="error"' in answer.content.decode()
    else:
        assert answer["HX-Redirect"] == leads_to


def _found(client: Client, code: str) -> list[tuple[str, str]]:
    answer = client.post("/pda/look-up/", {"code": code, "token": world.fresh()})
    return [(each.kind, each.title) for each, _page in answer.context["found"]]


def test_whatever_is_scanned_says_what_it_is(kitchen: House, staff: Client) -> None:
    number = world.ordered(kitchen, "SO-1", TEA=2)
    staff.post("/set-language/", {"language": "en"})

    assert _found(staff, "a-01") == [("Location", "A-01")]
    assert _found(staff, "１６９０１") == [("Goods", "Tea")]
    assert _found(staff, "SALT") == [("Goods", "Salt")]
    assert _found(staff, "S2") == [("Serial number", "S2")]
    assert _found(staff, "so-1") == [("Order", "SO-1")]
    assert _found(staff, number) == [("Order", "SO-1")]
    listed = world.listed(kitchen)
    assert _found(staff, listed) == [("Pick list", listed)]
    assert _found(staff, "NOBODY") == []


def test_goods_say_where_they_lie_and_how_many_may_be_sold(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=2)

    found = board.found_under("16901", scope=Scope.everything(), warehouse_id=house.warehouse)[0]

    assert [value for _label, value in found.facts] == ["6 件", "18 件", "18", "20"]
    assert [(row.name, row.qty) for row in found.rows] == [("A-01", "20")]


def test_a_person_of_another_store_finds_nothing_of_this_warehouse(
    house: House, client: Client
) -> None:
    given.warehouse("WH9", at=given.unit("S9", "STORE", "HQ").code)
    client.force_login(given.person("WAREHOUSE_STAFF", at="S9"))
    number = world.ordered(house, "SO-1", TEA=2)

    assert _found(client, "A-02") == []
    assert _found(client, number) == []
    answer = client.post("/pda/look-up/", {"code": "6901", "token": world.fresh()})
    assert [each.rows for each, _page in answer.context["found"]] == [()]


def test_looking_up_costs_as_many_statements_however_much_lies_there(
    house: House, staff: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        world.stocked(house, "A-03", TEA=1 + number)

    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert _found(staff, "A-03") != []


@pytest.mark.parametrize("code", ["6901", "A-02", "NOBODY"])
def test_one_scan_asks_for_a_code_once(house: House, staff: Client, code: str) -> None:
    world.stocked(house, "A-02", TEA=3)
    # A code that was found before must not come back with one that nobody knows.
    staff.post("/pda/look-up/", {"code": "A-01", "token": world.fresh()})
    with CaptureQueriesContext(connection) as seen:
        answer = staff.post("/pda/look-up/", {"code": code, "token": world.fresh()})

    said = [each["sql"] for each in seen.captured_queries]
    assert sum('FROM "inventory_barcode"' in each and f"'{code}'" in each for each in said) == 1
    assert answer.context["asked"] == ("" if code == "NOBODY" else code)
    assert bool(answer.context["found"]) == (code != "NOBODY")


def test_a_reload_in_the_middle_of_a_walk_goes_on_there(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=8)
    path = f"/floor/pick/{world.listed(house)}/"
    walk = Screen(staff, path, htmx=True)
    walk.scan("A-01")
    walk.scan("16901")

    again = Screen(staff, path, htmx=False)

    assert (again.hidden["location"], again.hidden["counted"]) == ("A-01", "6")
    assert again.scan("cmd-confirm") == "done"
    assert world.lying(house, "TEA") == {"A-01": 14, "PACK": 6}


def test_a_walk_that_another_person_began_is_theirs(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=8)
    path = f"/floor/pick/{world.listed(house)}/"
    Screen(staff, path, htmx=True).scan("A-01")
    other = Client()
    other.force_login(given.person("WAREHOUSE_STAFF"))

    assert Screen(other, path, htmx=True).hidden["location"] == ""


def test_the_bench_and_the_truck_remember_what_lay_there(house: House, staff: Client) -> None:
    number = world.ordered(house, "SO-1", TEA=1)
    world.pick_all(world.listed(house))
    Screen(staff, "/floor/pack/", htmx=True).scan("SO-1")

    bench = Screen(staff, "/floor/pack/", htmx=True)
    assert bench.hidden["fulfilment"] == number
    bench.scan("6901")
    assert bench.scan("ＣＭＤ－ＤＯＮＥ") == "done"
    assert world.state("SO-1") == "PACKED"
    waybill = board.shipments(["SO-1"])["SO-1"].waybill

    Screen(staff, "/floor/ship/", htmx=True).scan(waybill)
    truck = Screen(staff, "/floor/ship/", htmx=True)
    parcels = re.findall(r'value="(PC-\d+)" form="scan" checked', truck.text)
    assert len(parcels) == 1
    assert truck.scan("CMD-DONE", parcel=parcels) == "done"
    assert world.state("SO-1") == "SHIPPED"
    assert "checked" not in Screen(staff, "/floor/ship/", htmx=True).text


def test_a_stopped_order_does_not_come_back_to_the_bench(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.pick_all(world.listed(house))
    Screen(staff, "/floor/pack/", htmx=True).scan("SO-1")
    world.cancel("SO-1")

    assert Screen(staff, "/floor/pack/", htmx=True).hidden["fulfilment"] == ""


def test_back_goes_one_step_back_and_then_home(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=2)
    path = f"/floor/pick/{world.listed(house)}/"
    walk = Screen(staff, path, htmx=True)
    walk.scan("A-01")

    walk.scan("CMD-BACK")
    assert walk.hidden["location"] == ""
    answer = staff.post(path, {**walk.hidden, "code": "CMD-BACK"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/floor/pick/"


def test_short_is_only_reported_where_the_picker_stands(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=2)
    walk = Screen(staff, f"/floor/pick/{world.listed(house)}/", htmx=True)

    assert walk.scan("CMD-SHORT") == "error"
    assert world.state("SO-1") == "PICKING"
    walk.scan("A-01")
    assert walk.scan("CMD-SHORT") == "done"
    assert world.state("SO-1") == "SHORT"


@pytest.mark.parametrize("path", ["/pda/", "/pda/look-up/", "/floor/pack/", "/floor/ship/"])
def test_help_lists_every_command_and_the_rest_says_no(
    house: House, staff: Client, path: str
) -> None:
    screen = Screen(staff, path, htmx=True)

    screen.scan("CMD-HELP")
    assert all(commands.code_of(action) in screen.text for action in commands.ACTIONS)
    assert screen.scan("CMD-ALL") == "error"
    assert screen.scan("CMD-NONSENSE") != "ok" or path == "/pda/"


def test_print_opens_the_labels_of_what_is_shown(house: House, staff: Client) -> None:
    screen = Screen(staff, "/pda/look-up/", htmx=True)
    assert screen.scan("CMD-PRINT") == "error"
    screen.scan("A-01")

    answer = staff.post(
        "/pda/look-up/", {**screen.hidden, "code": "CMD-PRINT"}, headers={"HX-Request": "true"}
    )

    place = house.places["A-01"]
    assert answer["HX-Redirect"] == f"/stock/labels/?what=location&location={place}"
    assert Screen(staff, answer["HX-Redirect"], htmx=False).text.count("A-01") >= 1


def test_the_sheet_of_commands_shows_each_code_twice(house: House, staff: Client) -> None:
    page = staff.get("/pda/codes/").content.decode()

    assert page.count('class="label"') == len(commands.ACTIONS)
    assert all(commands.code_of(action) in page for action in commands.ACTIONS)


def test_a_command_is_no_code_of_goods(house: House) -> None:
    assert commands.read(key="k", code="cmd-done").action == "done"
    assert commands.read(key="k", code="CMD-NONSENSE").raw == "CMD-NONSENSE"
    assert commands.read(key="k", code="6901", action="confirm").raw == ""


def test_the_warehouse_chosen_once_stays(house: House, staff: Client) -> None:
    given.warehouse("WH2")

    staff.get("/pda/?warehouse=WH2")

    assert staff.get("/floor/ship/").context["place"].chosen.code == "WH2"
    assert staff.get("/pda/?warehouse=NONE").context["place"].chosen.code == "WH2"


def test_a_scan_sent_again_is_answered_with_the_same_words(house: House, staff: Client) -> None:
    screen = Screen(staff, "/pda/look-up/", htmx=True)
    screen.scan("A-01")
    first = Errand.objects.get(scenario="LOOK_UP")

    assert screen.again() == "ok"

    assert Errand.objects.get(scenario="LOOK_UP").scanned_at == first.scanned_at
