"""The search over everything: exact first, kinds in groups, inside the scope, at constant cost."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_sync.services import shops
from inventory import services as inventory
from org import services as org
from org.models import Person
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db


def _found(client: Client, words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(client.get(reverse("search-hits"), {"q": words}).content)
    return answer


def _titles(client: Client, words: str) -> dict[str, list[str]]:
    groups = _found(client, words)["groups"]
    return {group["label"]: [hit["title"] for hit in group["hits"]] for group in groups}


def _store_manager() -> Person:
    """Somebody of another store."""
    given.unit()
    given.unit("S01", kind="STORE", parent="HQ")
    return given.person(role="STORE_MANAGER", at="S01")


@pytest.fixture
def order() -> Any:
    told.accept(told.draft("4410029987", told.line("TEA", 1)))
    return told.the("4410029987")


def test_an_order_is_found_by_each_of_its_numbers(client: Client, order: Any) -> None:
    client.force_login(given.person())

    for words in (order.number, order.number.lower(), str(order.pk), "4410029987", "441002"):
        if len(words) > 1:
            assert _titles(client, words).get("订单") == [order.number], words


def test_a_whole_code_jumps_and_a_beginning_does_not(client: Client, order: Any) -> None:
    client.force_login(given.person())

    assert _found(client, "4410029987")["jump"] == reverse("order", args=[order.number])
    assert _found(client, "441002")["jump"] == ""
    answer = client.get(reverse("search"), {"q": order.number, "go": "1"})
    assert answer.headers["Location"] == reverse("order", args=[order.number])


def test_full_width_digits_of_an_input_method_are_folded(client: Client, order: Any) -> None:
    client.force_login(given.person())

    assert _found(client, "４４１００２９９８７")["jump"] == reverse("order", args=[order.number])


def test_goods_are_found_by_code_barcode_name_and_pinyin(client: Client) -> None:
    given.sku("TEA-LJ", name="明前龙井")
    client.force_login(given.person())

    for words in ("tea-lj", "69TEA-LJ", "龙井", "longjing", "mqlj"):
        assert _titles(client, words)["SKU"] == ["TEA-LJ"], words


def test_lots_and_places_are_found(client: Client) -> None:
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L2026", expires_on=date(2090, 1, 1)))
    client.force_login(given.person())

    assert _titles(client, "l2026")["批次"] == ["L2026"]
    place = next(iter(_titles(client, "A-01").get("库位", [])), "")
    assert place == "A-01"
    assert _titles(client, "WH1 A-01")["库位"] == ["A-01"]


def test_a_hold_is_found_by_its_document(client: Client) -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    client.force_login(given.person())

    assert _found(client, "fz-1")["jump"] == f"{reverse('holds')}?document=FZ-1"


def test_nothing_of_others_is_found(client: Client, order: Any) -> None:
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L2026", expires_on=date(2090, 1, 1)))
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    client.force_login(_store_manager())

    for words in ("4410029987", order.number, "L2026", "A-01", "FZ-1"):
        assert _found(client, words) == {"groups": [], "jump": ""}, words


def test_a_role_finds_only_the_kinds_it_may_see(client: Client, order: Any) -> None:
    given.stock("TEA", 10)
    client.force_login(given.person(role="WAREHOUSE_STAFF"))

    assert "订单" not in _titles(client, "4410029987")
    assert _titles(client, "TEA")["SKU"] == ["TEA"]


def test_wildcards_are_letters_like_others(client: Client, order: Any) -> None:
    given.sku("TEA")
    client.force_login(given.person())

    for words in ("%%", "__", "%44100", "\\\\", "' OR 1=1", "\x00\x00"):
        assert _found(client, words)["groups"] == [], words


def test_searching_costs_the_same_for_one_and_for_many(client: Client) -> None:
    client.force_login(given.person())

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            _found(client, "tea")
        return len(seen)

    given.sku("TEA-1")
    one = statements()
    for at in range(30):
        given.sku(f"TEA-{at}")

    assert statements() == one
    assert one <= 20


def test_one_letter_asks_nothing(client: Client) -> None:
    client.force_login(given.person())

    with CaptureQueriesContext(connection) as seen:
        assert _found(client, "t") == {"groups": [], "jump": ""}

    assert len(seen) == 2


def test_a_warehouse_a_shop_and_a_colleague_are_found_by_pinyin(client: Client) -> None:
    unit = given.unit()
    with transaction.atomic():
        inventory.add_warehouse(code="HZ1", name="杭州中心仓", unit_id=unit.pk)
        shop = shops.create(
            platform="api", code="POS", name="门店收银", unit_id=unit.pk, base_url="",
            credentials={}, warehouse_ids=[], actor="test",
        )  # fmt: skip
        org.create_person(username="zn", display_name="周宁", password=None, actor="test")
    client.force_login(given.person())

    for words in ("hangzhou", "hzzxc", "杭州", "hz1"):
        assert _titles(client, words)["仓库"] == ["杭州中心仓"], words
    for words in ("mendian", "mdsy", "收银"):
        assert _titles(client, words)["店铺"] == [shop.name], words
    for words in ("zhouning", "zhou ning", "周宁", "zn"):
        assert _titles(client, words)["人员"] == ["周宁"], words


def test_colleagues_are_found_only_by_who_may_see_people(client: Client) -> None:
    client.force_login(given.person(role="WAREHOUSE_STAFF"))

    assert "人员" not in _titles(client, "zhouning")
