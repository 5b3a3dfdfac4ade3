"""A kit's page: how many can be packed, and which part decides."""

from __future__ import annotations

import pytest
from django.test import Client

from inventory.selectors.board import BoardRow, Narrowing, board, board_sorted
from org.scope import Scope
from tests import given
from tests.inventory.test_kits import kit

pytestmark = pytest.mark.django_db


def test_a_kits_number_is_explained_by_its_scarcest_part(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    given.stock("CUP", 3)
    box, house = kit(TEA=2, CUP=1), given.warehouse_id("WH1")

    answer = client.get(f"/stock/{box}/{house}/", follow=True, headers={"accept-language": "en"})

    assert answer.redirect_chain == [(f"/stock/kits/{box}/{house}/", 302)]
    why = answer.context["why"]
    assert (why.available, [part.sku_code for part in why.bottlenecks]) == (3, ["CUP"])
    assert b"Bottleneck" in answer.content


def test_what_is_no_kit_or_lies_elsewhere_has_no_such_page(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    box, house = kit(TEA=2), given.warehouse_id("WH1")

    assert client.get(f"/stock/kits/{given.sku('TEA')}/{house}/").status_code == 404
    assert client.get(f"/stock/kits/{box}/987654/").status_code == 404
    assert client.get(f"/stock/{given.sku('CUP')}/{house}/").status_code == 404


def test_a_kit_whose_parts_never_lay_anywhere_is_looked_for_and_shown(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("CUP", 9)
    box, house = kit(TEA=2), given.warehouse_id("WH1")

    answer = client.get("/stock/?q=box")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/stock/kits/{box}/{house}/")
    assert client.get("/stock/?q=nothing").status_code == 200
    given.stock("TEA", 9)
    assert client.get("/stock/?q=box").status_code == 200


def _rows(narrowing: Narrowing, **more: object) -> list[tuple[str, int, bool]]:
    page = board(scope=Scope.everything(), narrowing=narrowing, **more)  # type: ignore[arg-type]
    return [(row.code, row.available, row.is_kit) for row in page.rows]


def test_kits_stand_on_the_board_among_the_goods_by_what_their_parts_make() -> None:
    given.stock("TEA", 9)
    given.stock("CUP", 3)
    given.stock("TEA", 5, warehouse="WH2")
    kit(TEA=2, CUP=1)
    given.held("SO-1", "TEA", 4)

    assert _rows(Narrowing(with_kits=True)) == [
        ("BOX", 2, True), ("BOX", 0, True), ("CUP", 3, False), ("TEA", 5, False), ("TEA", 5, False),
    ]  # fmt: skip
    # Whoever asks for balances gets balances.
    assert [row[0] for row in _rows(Narrowing())] == ["CUP", "TEA", "TEA"]
    assert _rows(Narrowing(shelf="kits")) == [("BOX", 2, True), ("BOX", 0, True)]
    assert _rows(Narrowing(shelf="free", with_kits=True))[0] == ("BOX", 2, True)
    assert _rows(Narrowing(shelf="sold_out", with_kits=True)) == [("BOX", 0, True)]
    assert _rows(Narrowing(shelf="frozen", with_kits=True)) == [("TEA", 5, False)]
    assert _rows(Narrowing(grade="CC", with_kits=True)) == []
    assert _rows(Narrowing(words="box", with_kits=True)) == [("BOX", 2, True), ("BOX", 0, True)]


def test_a_new_recipe_changes_what_the_board_says() -> None:
    given.stock("TEA", 9)
    given.stock("CUP", 3)
    kit(TEA=2, CUP=1)
    kit(TEA=4)

    assert _rows(Narrowing(shelf="kits")) == [("BOX", 2, True)]


def test_pages_with_kits_lose_and_repeat_nothing_in_either_direction() -> None:
    for code in ("AAA", "CUP", "TEA"):
        for house in ("WH1", "WH2", "WH3"):
            given.stock(code, 3, warehouse=house)
    kit(TEA=1)
    everything, wanted = Scope.everything(), Narrowing(with_kits=True)

    first = board(scope=everything, narrowing=wanted, limit=5)
    second = board(scope=everything, narrowing=wanted, limit=5, cursor=first.after)
    third = board(scope=everything, narrowing=wanted, limit=5, cursor=second.after)
    back = board(scope=everything, narrowing=wanted, limit=5, cursor=third.before)

    seen = [row for page in (first, second, third) for row in page.rows]
    assert [row.code for row in seen] == ["AAA"] * 3 + ["BOX"] * 3 + ["CUP"] * 3 + ["TEA"] * 3
    assert len({row.balance_id for row in seen}) == 12
    assert (back.rows, third.after) == (second.rows, "")


@pytest.mark.parametrize("sort", ["available", "-available", "on_hand", "-held"])
def test_the_board_by_a_figure_has_kits_too(sort: str) -> None:
    for units, code in ((7, "CUP"), (4, "TEA"), (9, "POT")):
        given.stock(code, units)
    kit(TEA=1, POT=2)
    everything, wanted = Scope.everything(), Narrowing(with_kits=True)
    found: list[BoardRow] = []
    cursor = ""
    while True:
        part = board_sorted(scope=everything, narrowing=wanted, sort=sort, cursor=cursor, limit=2)
        found += part.rows
        cursor = part.after
        if not cursor:
            break

    assert sorted(row.code for row in found) == ["BOX", "CUP", "POT", "TEA"]
    figures = [getattr(row, sort.lstrip("-")) for row in found]
    assert figures == sorted(figures, reverse=sort.startswith("-"))


def test_the_board_marks_a_kit_and_its_parts_are_one_click_away(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    box, house = kit(TEA=2), given.warehouse_id("WH1")

    page = client.get("/stock/", headers={"accept-language": "en"}).context["list"]

    assert [tab["label"] for tab in page.tabs][-1] == "Kits"
    assert [tab["count"] for tab in page.tabs] == [2, 2, 0, 0, 1]
    row = page.rows[0]
    assert row["url"] == f"/stock/kits/{box}/{house}/"
    said = {
        heading["label"]: cell
        for heading, (_, cell) in zip(page.headings, row["cells"], strict=True)
    }
    assert ">Kit<" in said["Name"]
    assert f'href="/stock/kits/{box}/{house}/"' in said["Available"]
    # Nothing of a kit lies anywhere; that is not the same as nought.
    assert "–" in said["On hand"]
    assert client.get(row["url"]).status_code == 200


def test_without_kits_there_is_no_tab_for_them_and_stores_see_their_own(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("WH1")
    given.warehouse("SHOP1", at="S1")
    given.stock("TEA", 7)
    client.force_login(given.person(role="STORE_MANAGER", at="S1"))
    labels = [str(tab["label"]) for tab in client.get("/stock/").context["list"].tabs]
    kit(TEA=2)

    assert "组合装" not in labels
    assert client.get("/stock/").context["list"].rows == []
    given.stock("TEA", 5, warehouse="SHOP1")
    rows = client.get("/stock/").context["list"].rows
    assert [row["label"] for row in rows] == ["BOX SHOP1", "TEA SHOP1"]


def test_no_kit_is_built_on_the_road() -> None:
    given.stock("TEA", 9)
    kit(TEA=2)
    given.warehouse("ROAD", kind="TRANSIT")
    given.stock("TEA", 4, warehouse="ROAD")

    assert _rows(Narrowing(shelf="kits")) == [("BOX", 4, True)]
