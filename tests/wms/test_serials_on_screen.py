"""Serial numbers over HTTP: scripted staff, and the scan pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import given
from tests.wms import world
from tests.wms.test_api import get, post
from tests.wms.test_pages import Screen
from tests.wms.world import House


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
    assert world.where(kitchen) == {"S1": "A-02", "S2": "A-02", "S3": "A-01"}


@pytest.mark.parametrize("htmx", [True, False])
def test_the_pages_ask_for_the_serial_number_and_count(
    kitchen: House, staff: Client, htmx: bool
) -> None:
    world.kettles(kitchen, "A-01", ["sn-4a"])
    number = world.ordered(kitchen, "SO-1", KETTLE=2)
    walk = Screen(staff, f"/floor/pick/{world.listed(kitchen)}/", htmx=htmx)

    assert walk.scan("A-01") == "ok"
    assert "扫序列号" in walk.text
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
    assert "请扫序列号：S1, sn-4a" in bench.text
    assert bench.scan("S2") == "error"
    assert bench.scan("S1") == "ok"
    assert "请扫序列号：sn-4a" in bench.text
    world.cancel("SO-1")

    shelf = Screen(staff, "/floor/put-back/", htmx=htmx)
    assert shelf.scan(number) == "ok"
    assert shelf.scan("A-02") == "ok"
    assert "S1, sn-4a" in shelf.text
    assert shelf.scan("sn-4a") == "ok"
    assert shelf.scan("S1") == "done"
    assert world.where(kitchen)["sn-4a"] == "A-02"
