"""The JSON endpoints that scripted staff use, over HTTP with a signed-in session."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from org.models import Person
from tests import given
from tests.wms import world
from tests.wms.world import House


@pytest.fixture
def staff(house: House, client: Client) -> Client:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return client


def post(client: Client, what: str, body: dict[str, Any], expected: int = 200) -> Any:
    answer = client.post(f"/floor/api/{what}/", body, content_type="application/json")
    assert answer.status_code == expected, answer.content
    return answer.json()


def get(client: Client, what: str) -> Any:
    answer = client.get(f"/floor/api/{what}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_scripted_staff_bring_orders_from_the_shelf_to_the_truck(
    house: House, staff: Client
) -> None:
    for number in (1, 2):
        world.ordered(house, f"SO-{number}", TEA=2, SALT=1)
    assert get(staff, "board/?warehouse=WH1")["counts"]["RELEASED"] == 2

    made = post(staff, "pick-lists", {"key": "l1", "warehouse": "WH1", "limit": 50})
    assert made["ok"]
    pick_list = made["data"]["pick_list"]
    assert get(staff, f"pick-lists/{pick_list}/")["steps"] == made["steps"]
    picks = [
        {
            "key": f"p{step['task']}", "pick_list": pick_list, "location": step["location"],
            "barcode": step["sku_code"], "qty": step["left"], "task": step["task"],
        }
        for step in made["steps"]
    ]  # fmt: skip
    picked = post(staff, "picks", {"picks": picks})["results"]
    assert [each["code"] for each in picked] == ["ok"] * 4

    waiting = get(staff, "fulfilments/?state=PICKED&warehouse=WH1")["fulfilments"]
    assert [each["document"] for each in waiting] == ["SO-1", "SO-2"]
    checks = [
        {"key": f"c{each['number']}{line['sku_code']}", "fulfilment": each["number"],
         "barcode": line["barcode"], "qty": line["left"]}
        for each in waiting
        for line in each["lines"]
    ]  # fmt: skip
    assert all(each["ok"] for each in post(staff, "checks", {"checks": checks})["results"])
    closings = [
        {"key": f"b{each['number']}", "fulfilment": each["document"], "weight_g": 500}
        for each in waiting
    ]
    closed = post(staff, "parcels", {"parcels": closings})["results"]
    assert [each["data"]["waybill"] for each in closed] == ["SF0001", "SF0002"]

    ready = get(staff, "shipments/?warehouse=WH1")["parcels"]
    leaving = [{"key": f"s{each['number']}", "parcel": each["waybill"]} for each in ready]
    gone = post(staff, "shipments", {"shipments": leaving})["results"]
    again = post(staff, "shipments", {"shipments": leaving})["results"]

    assert [each["data"]["document"] for each in gone] == ["SO-1", "SO-2"]
    assert [(each["ok"], each["repeated"]) for each in again] == [(True, True)] * 2
    assert world.on_hand(house, "TEA") == 16
    assert get(staff, "board/")["counts"]["PACKED"] == 0


def test_one_bad_item_does_not_stop_the_others(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)
    scan = {"pick_list": pick_list, "location": "A-01", "barcode": "6901"}

    results = post(
        staff,
        "picks",
        {"picks": [{**scan, "key": "a", "location": "A-02"}, {**scan, "key": "b"}]},
    )["results"]

    assert [(each["key"], each["code"]) for each in results] == [
        ("a", "wrong_location"), ("b", "ok"),
    ]  # fmt: skip
    assert "A-01" in results[0]["message"]
    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"picks": []},
        {"picks": "all"},
        {"picks": [{"key": "k"}]},
        {"picks": [{"key": "", "pick_list": "PL-1", "location": "A", "barcode": "B"}]},
        {"picks": [{"key": "k" * 65, "pick_list": "PL-1", "location": "A", "barcode": "B"}]},
        {"picks": [{"key": "k", "pick_list": "PL-1", "location": "A", "barcode": "B", "qty": 0}]},
        {"picks": [{"key": "k", "pick_list": "PL-1", "location": "A", "barcode": "B",
                    "qty": 10**30}]},
        {"picks": [{"key": "k\x00", "pick_list": "PL-1", "location": "A", "barcode": "B"}]},
    ],
)  # fmt: skip
def test_malformed_batches_are_refused_whole(staff: Client, body: dict[str, Any]) -> None:
    post(staff, "picks", body, expected=400)


def test_a_number_beyond_the_database_is_an_unknown_list(staff: Client) -> None:
    scan = {"key": "k", "pick_list": f"PL-{10**17}", "location": "A-01", "barcode": "6901"}
    task = {"key": "k2", "pick_list": "PL-1", "task": 10**17}

    assert post(staff, "picks", {"picks": [scan]})["results"][0]["code"] == "unknown_pick_list"
    assert post(staff, "shorts", {"shorts": [task]})["results"][0]["code"] == "unknown_pick_list"


ENDPOINTS: dict[str, dict[str, Any]] = {
    "pick-lists": {"key": "k", "warehouse": "WH1"},
    "picks": {"picks": []},
    "shorts": {"shorts": []},
    "put-backs": {"put_backs": []},
    "checks": {"checks": []},
    "parcels": {"parcels": []},
    "shipments": {"shipments": []},
}


@pytest.mark.parametrize("what", ENDPOINTS)
def test_people_without_the_right_are_kept_out(house: House, client: Client, what: str) -> None:
    body = ENDPOINTS[what]
    post(client, what, body, expected=403)

    client.force_login(given.person("FINANCE"))
    post(client, what, body, expected=403)


def test_a_clerk_picks_and_packs_but_does_not_ship(house: House, client: Client) -> None:
    parcel = world.packed(house, "SO-1", TEA=1)
    client.force_login(given.person("CLERK"))

    assert client.get("/floor/api/board/").status_code == 200
    body = {"shipments": [{"key": "k", "parcel": parcel}]}
    post(client, "shipments", body, expected=403)
    assert world.on_hand(house, "TEA") == 20


def test_staff_of_another_region_see_and_move_nothing(house: House, client: Client) -> None:
    parcel = world.packed(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", TEA=1)
    given.unit("EAST", "REGION", "HQ")
    stranger: Person = given.person("WAREHOUSE_STAFF", at="EAST")
    client.force_login(stranger)

    assert get(client, "shipments/")["parcels"] == []
    assert set(get(client, "board/")["counts"].values()) == {0}
    made = post(client, "pick-lists", {"key": "k", "warehouse": "WH1"})
    assert made["code"] == "unknown_warehouse"
    gone = post(client, "shipments", {"shipments": [{"key": "k", "parcel": parcel}]})
    assert gone["results"][0]["code"] == "unknown_parcel"
    assert client.get("/floor/api/pick-lists/PL-1/").status_code == 404
    assert world.on_hand(house, "TEA") == 20


def test_the_csrf_token_is_asked_for(house: House) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(given.person("WAREHOUSE_STAFF"))

    answer = strict.post("/floor/api/picks/", {"picks": []}, content_type="application/json")

    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["state=%00", "warehouse=%00", "limit=-1", "limit=" + "9" * 40])
def test_nonsense_in_the_address_never_breaks_a_board(staff: Client, query: str) -> None:
    assert get(staff, f"fulfilments/?{query}")["fulfilments"] == []
    assert get(staff, f"shipments/?{query}")["parcels"] == []
