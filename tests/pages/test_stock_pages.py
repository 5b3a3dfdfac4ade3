"""The stock board and the explanation behind its numbers."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.selectors.board import Narrowing, board, board_counts
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


def _codes(narrowing: Narrowing, **more: object) -> list[str]:
    page = board(scope=Scope.everything(), narrowing=narrowing, **more)  # type: ignore[arg-type]
    return [row.code for row in page.rows]


def test_a_row_says_what_is_on_hand_reserved_frozen_and_available() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 3)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")

    row = board(scope=Scope.everything(), narrowing=Narrowing()).rows[0]

    assert (row.on_hand, row.ordered, row.frozen, row.available) == (10, 3, 2, 5)


def test_search_finds_code_name_pinyin_and_whole_barcode() -> None:
    given.sku("TEA-1", name="龙井茶")
    given.sku("CUP-1", name="杯子")
    given.stock("TEA-1", 1)
    given.stock("CUP-1", 1)

    assert _codes(Narrowing(words="tea")) == ["TEA-1"]
    assert _codes(Narrowing(words="龙井")) == ["TEA-1"]
    assert _codes(Narrowing(words="longjing")) == ["TEA-1"]
    assert _codes(Narrowing(words="69CUP-1")) == ["CUP-1"]
    assert _codes(Narrowing(words="69CUP")) == []
    assert _codes(Narrowing(words="100%")) == []


def test_pages_follow_each_other_and_lead_back() -> None:
    for number in range(5):
        given.stock(f"S{number}", 1)
        given.stock(f"S{number}", 1, warehouse="WH2")

    everything = Scope.everything()
    first = board(scope=everything, narrowing=Narrowing(), limit=4)
    second = board(scope=everything, narrowing=Narrowing(), cursor=first.after, limit=4)
    third = board(scope=everything, narrowing=Narrowing(), cursor=second.after, limit=4)
    back = board(scope=everything, narrowing=Narrowing(), cursor=third.before, limit=4)
    start = board(scope=everything, narrowing=Narrowing(), cursor=back.before, limit=4)

    assert [len(page.rows) for page in (first, second, third)] == [4, 4, 2]
    seen = [row.balance_id for page in (first, second, third) for row in page.rows]
    assert len(set(seen)) == 10
    assert (first.before, third.after) == ("", "")
    assert back.rows == second.rows
    assert start.rows == first.rows
    assert start.before == ""


@pytest.mark.parametrize("cursor", ["", ">", "<", "x", "> 3", ">TEA", ">TEA x", "<TEA " + "9" * 30])
def test_a_cursor_that_says_nothing_starts_at_the_beginning(cursor: str) -> None:
    given.stock("TEA", 1)

    assert _codes(Narrowing(), cursor=cursor) == ["TEA"]


def test_tabs_count_what_they_list() -> None:
    given.stock("FREE", 4)
    given.stock("GONE", 4)
    given.held("SO-1", "GONE", 4)

    counts = board_counts(scope=Scope.everything(), narrowing=Narrowing(shelf="sold_out"))

    assert {shelf: found.count for shelf, found in counts.items()} == {
        "": 2, "free": 1, "sold_out": 1, "frozen": 1, "kits": 0,
    }  # fmt: skip
    assert _codes(Narrowing(shelf="sold_out")) == ["GONE"]
    assert _codes(Narrowing(shelf="free")) == ["FREE"]
    assert _codes(Narrowing(shelf="frozen")) == ["GONE"]


def test_a_store_sees_its_own_warehouses_only(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("WH1")
    given.warehouse("SHOP1", at="S1")
    given.stock("TEA", 7)
    given.stock("CUP", 5, warehouse="SHOP1")
    client.force_login(given.person(role="STORE_MANAGER", at="S1"))

    text = client.get(reverse("stock")).content.decode()
    foreign = client.get(
        reverse("stock-explained", args=[given.sku("TEA"), given.warehouse_id("WH1")])
    )

    assert "CUP" in text
    assert "TEA" not in text
    assert foreign.status_code == 404


def test_the_explanation_names_every_unit_and_adds_up(client: Client) -> None:
    given.stock("TEA", 10)
    given.held("SO-1042", "TEA", 3)
    hold = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    client.force_login(given.person())

    text = client.get(
        reverse("stock-explained", args=[given.sku("TEA"), given.warehouse_id("WH1")])
    ).content.decode()

    assert "SO-1042" in text
    assert f"H-{hold}" in text
    numbers = [int(found) for found in re.findall(r'<td class="num">(-?\d+)</td>', text)]
    # On hand, two reasons with one document each, available; then the one cell.
    assert sorted(numbers[:6]) == [-3, -3, -2, -2, 5, 10]
    assert "A-01" in text


def test_the_drawer_gets_the_part_and_a_browser_the_page(client: Client) -> None:
    given.stock("TEA", 10)
    client.force_login(given.person())
    address = reverse("stock-explained", args=[given.sku("TEA"), given.warehouse_id("WH1")])

    page = client.get(address).content.decode()
    part = client.get(
        address, headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    ).content.decode()

    assert "<html" in page
    assert "<html" not in part
    assert "A-01" in part


def test_the_board_asks_as_often_for_sixty_rows_as_for_two(client: Client) -> None:
    given.stock("S0", 1)
    given.stock("S1", 1)
    client.force_login(given.person())
    client.get(reverse("stock"))

    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(reverse("stock"))
    for number in range(2, 30):
        given.stock(f"S{number}", 3)
        given.stock(f"S{number}", 3, warehouse="WH2")
        given.held(f"SO-{number}", f"S{number}", 1)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("stock"))

    assert len(many) == len(few)


def test_odd_parameters_narrow_nothing(client: Client) -> None:
    given.stock("TEA", 1)
    client.force_login(given.person())

    for query in (
        "warehouse=x",
        "warehouse=" + "9" * 40,
        "shelf=;drop",
        "grade=QQ",
        "q=%00",
        "from=%00",
    ):
        answer = client.get(f"{reverse('stock')}?{query}")
        assert answer.status_code == 200
        assert "TEA" in answer.content.decode()
