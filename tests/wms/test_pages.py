"""The floor's pages as a picker, a packer and a shipper use them; with htmx and as plain forms."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from tests import given
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board


class Screen:
    """What the person holds: the last page, whose hidden fields go along with the next scan."""

    def __init__(self, client: Client, path: str, *, htmx: bool) -> None:
        self._client, self._path = client, path
        self._headers = {"HX-Request": "true", "HX-Target": "scan-area"} if htmx else {}
        self._read(client.get(path))

    def _read(self, answer: Any) -> None:
        assert answer.status_code == 200, answer.content
        self.text = answer.content.decode()
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.text)
        self.hidden = {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}

    def scan(self, code: str = "", **more: Any) -> str:
        """Scan a code (or press a button); gives ok, done or error."""
        self.sent = {**self.hidden, "code": code, **more}
        self._read(self._client.post(self._path, self.sent, headers=self._headers))
        return self.sound

    def again(self) -> str:
        """The very same request once more."""
        self._read(self._client.post(self._path, self.sent, headers=self._headers))
        return self.sound

    @property
    def sound(self) -> str:
        found = re.search(r'data-sound="(\w+)"', self.text)
        return found[1] if found else ""


@pytest.fixture
def staff(house: House, client: Client) -> Client:
    client.force_login(given.person("WAREHOUSE_STAFF"))
    return client


@pytest.mark.parametrize("htmx", [True, False])
def test_an_order_goes_from_the_list_to_the_truck_by_scanning(
    house: House, staff: Client, htmx: bool
) -> None:
    number = world.ordered(house, "SO-1", TEA=3, SALT=1)
    assert staff.get("/floor/").status_code == 200
    page = staff.get("/floor/pick/")
    token = re.search(r'name="token" value="(\w+)"', page.content.decode())
    assert token
    made = staff.post("/floor/pick/", {"token": token[1], "limit": "20", "warehouse": "WH1"})
    walk = Screen(staff, made["Location"], htmx=htmx)

    assert walk.scan("a-02") == "error"
    assert walk.scan("ａ－０１") == "ok"
    assert walk.scan("6902") == "error"
    assert walk.scan("6901") == "ok"
    assert walk.scan("9") == "error"
    assert walk.scan("3") == "done"
    assert walk.scan("A-02") == "ok"
    assert walk.scan("SALT") == "done"
    assert world.state("SO-1") == "PICKED"
    assert world.lying(house, "TEA") == {"A-01": 17, "PACK": 3}

    bench = Screen(staff, "/floor/pack/", htmx=htmx)
    assert bench.scan("SO-404") == "error"
    assert bench.scan("so-1") == "ok"
    assert bench.scan("6902") == "error"
    for _ in range(3):
        assert bench.scan("6901") == "ok"
    assert bench.scan("6901") == "error"
    assert bench.scan("SALT") == "done"
    assert bench.scan(action="close", carrier="SF", weight_g="250") == "done"
    assert "SF0001" in bench.text

    truck = Screen(staff, "/floor/ship/", htmx=htmx)
    assert truck.scan("SF0404") == "error"
    assert truck.scan("sf0001") == "ok"
    assert re.search(r'value="PC-\d+" form="scan" checked', truck.text)
    parcel = board.shipments(["SO-1"])["SO-1"].parcel
    assert truck.scan(action="ship", parcel=[parcel]) == "done"
    assert world.state("SO-1") == "SHIPPED"
    assert world.on_hand(house, "TEA") == 17
    assert number in board.fulfilment_numbers(["SO-1"]).values()


def test_a_resent_scan_page_changes_nothing_more(house: House, staff: Client) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", SALT=2)
    walk = Screen(staff, f"/floor/pick/{world.listed(house)}/", htmx=True)
    walk.scan("A-01")

    assert walk.scan("6901") == "done"
    assert walk.again() == "ok"

    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}


def test_scanning_piece_by_piece_books_when_the_last_one_is_there(
    house: House, staff: Client
) -> None:
    world.ordered(house, "SO-1", TEA=8)
    walk = Screen(staff, f"/floor/pick/{world.listed(house)}/", htmx=True)
    walk.scan("A-01")

    assert walk.scan("16901") == "ok"
    assert walk.hidden["counted"] == "6"
    assert walk.scan("16901") == "error"
    assert walk.scan("6901") == "ok"
    assert world.lying(house, "TEA") == {"A-01": 20}
    assert walk.scan("6901") == "done"

    assert world.lying(house, "TEA") == {"A-01": 12, "PACK": 8}


def test_a_counted_part_may_be_confirmed_and_the_rest_reported_short(
    house: House, staff: Client
) -> None:
    world.ordered(house, "SO-1", TEA=8)
    walk = Screen(staff, f"/floor/pick/{world.listed(house)}/", htmx=True)
    walk.scan("A-01")
    walk.scan("16901")

    assert walk.scan(action="confirm") == "done"
    assert world.lying(house, "TEA") == {"A-01": 14, "PACK": 6}
    assert walk.scan(action="short") == "done"

    assert world.state("SO-1") == "SHORT"
    assert staff.get("/floor/?state=SHORT").status_code == 200


def test_stopped_goods_go_back_by_scanning(house: House, staff: Client) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))
    world.cancel("SO-1")
    page = Screen(staff, "/floor/put-back/", htmx=True)

    assert page.scan("nonsense") == "error"
    assert page.scan(number) == "ok"
    assert page.scan("Z-99") == "ok"
    assert page.scan("6901") == "error"
    assert page.scan("A-02") == "ok"
    assert page.scan("6901") == "ok"
    assert page.scan("6901") == "done"

    assert world.lying(house, "TEA") == {"A-01": 18, "A-02": 2}
    assert world.state("SO-1") == "INTERCEPTED"


def test_put_back_lists_the_goods_of_the_chosen_warehouse(house: House, staff: Client) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))
    world.cancel("SO-1")
    given.warehouse("WH2")

    here = staff.get("/floor/put-back/?warehouse=WH1").content.decode()
    there = staff.get("/floor/put-back/?warehouse=WH2").content.decode()

    assert f"?warehouse=WH1&amp;fulfilment={number}" in here
    assert number not in there
    # A note that is scanned is found wherever it is.
    assert Screen(staff, "/floor/put-back/?warehouse=WH2", htmx=True).scan(number) == "ok"


def test_a_stopped_order_is_not_packed(house: House, staff: Client) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))
    world.cancel("SO-1")
    bench = Screen(staff, "/floor/pack/", htmx=True)

    assert bench.scan(number) == "error"
    assert bench.scan("SO-1") == "error"


@pytest.mark.parametrize(
    "path",
    ["/floor/", "/floor/pick/", "/floor/pack/", "/floor/ship/", "/floor/put-back/"],
)
def test_pages_ask_for_the_right_and_speak_both_languages(
    house: House, client: Client, path: str
) -> None:
    assert client.get(path)["Location"].startswith("/sign-in/")
    client.force_login(given.person("FINANCE"))
    assert client.get(path).status_code == 403
    client.force_login(given.person("WAREHOUSE_STAFF"))
    for language in ("en", "zh-hans"):
        with override(language):
            page = client.get(path)
        assert page.status_code == 200
        assert b"<script>" not in page.content
        assert b"style=" not in page.content


def test_unknown_and_foreign_walks_are_not_found(house: House, client: Client) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)
    given.unit("EAST", "REGION", "HQ")
    client.force_login(given.person("WAREHOUSE_STAFF", at="EAST"))

    assert client.get(f"/floor/pick/{pick_list}/").status_code == 404
    assert client.get("/floor/pick/PL-999999/").status_code == 404
    assert client.get("/floor/pick/nonsense/").status_code == 404


@pytest.mark.parametrize(
    "nonsense",
    [
        {"token": "x" * 200, "code": "x" * 500},
        {"counted": "99999999999999999999", "location": "A-01", "code": "6901"},
        {"counted": "-1", "location": "A-01", "code": "6901"},
        {"action": "close", "weight_g": "heavy"},
        {"code": "\x00"},
        {},
    ],
)
def test_nonsense_never_breaks_a_page(
    house: House, staff: Client, nonsense: dict[str, str]
) -> None:
    world.ordered(house, "SO-1", TEA=2)
    walk = f"/floor/pick/{world.listed(house)}/"

    for path in (walk, "/floor/pack/", "/floor/ship/", "/floor/put-back/"):
        assert staff.post(path, nonsense).status_code == 200
    assert world.lying(house, "TEA") == {"A-01": 20}
