"""Trying a condition on present stock, on the page and by REST; words that the editor offers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Hold
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.django_db

SOON = {"all": [{"fact": "lot.days_left", "is": "<", "value": {"param": "days"}}]}


def days_ahead(days: int) -> date:
    today = timezone.localdate()
    return date.fromordinal(today.toordinal() + days)


@pytest.fixture
def client() -> Client:
    given.warehouse("WH1")
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L-OLD", expires_on=days_ahead(29)))
    given.stock("TEA", 20, lot_id=given.lot("TEA", "L-NEW", expires_on=days_ahead(30)))
    given.stock("CUP", 5)
    found = Client()
    found.force_login(given.person())
    return found


def tried(client: Client, tree: Any, params: Any = None) -> Any:
    return client.post(
        "/freeze-rules/conditions/try/",
        {"condition": json.dumps(tree), "params": json.dumps(params or {})},
    )


def test_it_shows_how_much_of_the_stock_fits_and_freezes_nothing(client: Client) -> None:
    answer = tried(client, SOON, {"days": 30})
    assert answer.status_code == 200
    found = answer.context["tried"]
    assert (found.found.cells, found.found.units, found.found.skus) == (1, 10, 1)
    assert (found.whole.cells, found.whole.units, found.whole.skus) == (3, 35, 2)
    [row] = found.rows
    assert (row.cell.lot_code, row.values) == ("L-OLD", ["29 天"])
    assert answer.context["sentence"] == "距到期天数少于 30 天"
    assert not Hold.objects.filter(reason__role="FREEZE", lines__open__gt=0).exists()


def test_the_value_of_a_parameter_alone_changes_what_is_found(client: Client) -> None:
    assert tried(client, SOON, {"days": 31}).context["tried"].found.units == 30


def test_a_condition_that_finds_everything_says_so(client: Client) -> None:
    assert "会冻结所有货品" in tried(client, {"all": []}).content.decode()
    assert "会冻结所有货品" not in tried(client, SOON, {"days": 31}).content.decode()


def test_a_comparison_with_an_event_is_said_to_find_nothing_here(client: Client) -> None:
    tree = {"fact": "event.channel", "is": "=", "value": "tmall"}
    answer = tried(client, tree)
    assert answer.context["tried"].found.cells == 0
    assert [fact.code for fact in answer.context["tried"].of_events] == ["event.channel"]


def test_faults_come_back_with_what_was_typed(client: Client) -> None:
    tree = {"all": [{"fact": "lot.days_left", "is": "<", "value": "soon"}]}
    answer = tried(client, tree)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'data-fault-path="all[0]" data-fault-part="value"' in text
    assert "“距到期天数”应为整数；soon 不是。" in text
    assert json.loads(answer.context["editor"]["condition"]) == tree
    assert "tried" not in answer.context


@pytest.mark.parametrize("typed", ["{", "[]", '"x"', "nothing"])
def test_what_is_no_condition_is_refused_and_breaks_nothing(client: Client, typed: str) -> None:
    for fields in ({"condition": typed}, {"condition": "", "params": typed}):
        answer = client.post("/freeze-rules/conditions/check/", fields)
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()


def test_the_sentence_is_in_the_language_of_the_reader(client: Client) -> None:
    fields = {"condition": json.dumps(SOON), "params": '{"days": 7}'}
    for language, said in (
        ("en", "Days to expiry is less than 7 days"), ("zh-hans", "距到期天数少于 7 天"),
    ):  # fmt: skip
        answer = client.post(
            "/freeze-rules/conditions/check/", fields, headers={"accept-language": language}
        )
        assert said in answer.content.decode()


def test_words_are_offered_from_what_there_is(client: Client) -> None:
    def words(fact: str, typed: str) -> list[str]:
        address = "/freeze-rules/conditions/words/"
        found: list[str] = client.get(address, {"fact": fact, "q": typed}).json()["words"]
        return found

    assert words("lot.code", "old") == ["L-OLD"]
    assert words("lot.code", "l-") == ["L-NEW", "L-OLD"]
    assert words("sku.code", "%") == []
    assert words("warehouse.code", "") == ["WH1"]
    assert words("cell.on_hand", "1") == []
    assert words("event.channel", "t") == []


def test_words_of_events_are_those_that_were_told_lately(client: Client) -> None:
    writing.happens("order.paid", facts={"event.channel": "TAOBAO"})
    writing.happens("order.paid", facts={"event.channel": "SHOPIFY"}, warehouse="")
    given.unit("EAST", "REGION", "HQ")
    given.warehouse("SH", "EAST")
    writing.happens("order.paid", facts={"event.channel": "TAOTE"}, warehouse="SH")

    address = "/freeze-rules/conditions/words/?fact=event.channel&q="
    assert client.get(address).json()["words"] == ["SHOPIFY", "TAOBAO", "TAOTE"]
    assert client.get(address + "ao").json()["words"] == ["TAOBAO", "TAOTE"]
    manager = Client()
    manager.force_login(given.person("REGION_MANAGER", at="EAST"))
    assert manager.get(address).json()["words"] == ["TAOTE"]


def test_words_and_stock_of_other_stores_are_not_shown(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.warehouse("SH", "EAST")
    manager = Client()
    manager.force_login(given.person("REGION_MANAGER", at="EAST"))
    found = manager.get("/freeze-rules/conditions/words/", {"fact": "warehouse.code", "q": ""})
    assert found.json() == {"words": ["SH"]}
    assert tried(manager, SOON, {"days": 31}).context["tried"].whole.cells == 0


def test_words_are_for_those_who_see_rules(client: Client) -> None:
    address = "/freeze-rules/conditions/words/?fact=lot.code&q=old"
    assert Client().get(address).status_code == 302
    clerk = Client()
    clerk.force_login(given.person("CLERK"))
    assert clerk.get(address).status_code == 403


def test_programs_read_the_facts_check_a_condition_and_try_it(client: Client) -> None:
    described = client.get("/api/v1/freeze-rules/facts").json()["facts"]
    assert len(described) > 60
    assert {each["code"] for each in described} >= {"lot.days_left", "event.dose"}

    def asked(what: str, tree: Any, params: Any) -> Any:
        return client.post(
            f"/api/v1/freeze-rules/conditions/{what}", {"condition": tree, "params": params},
            content_type="application/json", headers={"idempotency-key": "k1"},
        )  # fmt: skip

    assert asked("check", SOON, {"days": 30}).json() == {
        "sentence": {"zh": "距到期天数少于 30 天", "en": "Days to expiry is less than 30 days"},
        "facts": ["lot.days_left"], "params": ["days"],
    }  # fmt: skip
    found = asked("try", SOON, {"days": 30}).json()
    assert (found["found"]["units"], found["whole"]["units"]) == (10, 35)
    assert [cell["lot_code"] for cell in found["cells"]] == ["L-OLD"]

    for what in ("check", "try"):
        refused = asked(what, {"all": [SOON, {"any": []}]}, {})
        assert refused.status_code == 422
        assert [(each["field"], each["there"]) for each in refused.json()["errors"]] == [
            ("condition.all[0].all[0]", "unknown_param"), ("condition.all[1]", "empty_any"),
        ]  # fmt: skip
