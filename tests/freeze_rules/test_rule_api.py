"""Rules by REST: written, stepped, told events; every item of a batch is answered by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from freeze_rules.models import Event, Rule
from org.models import Person
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.writing import enabled, written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
PASSED = {"proof": "inspection.passed"}
SAID = {"trigger": "goods.received", "condition": DAIRY, "scope": "lot", "reason": "QC"}
ROOT = "/api/v1/freeze-rules"


def signed_in(person: Person | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person or given.person())
    return client


def send(client: Client, path: str, body: Any, method: str = "post") -> Any:
    return getattr(client, method)(f"{ROOT}{path}", body, content_type="application/json")


def test_a_rule_is_written_changed_and_stepped() -> None:
    writer, second = signed_in(), signed_in()

    made = send(writer, "", {"name": "Milk", "definition": SAID})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert made.json()["sentence"].startswith("Goods received, if Category is “DAIRY”")
    changed = send(
        writer, f"/{pk}", {"name": "Milk", "definition": {**SAID, "scope": "sku"}}, "put"
    )
    assert changed.json()["version"] == f"FR-{pk}/2"
    assert send(writer, f"/{pk}/steps", {"step": "ask"}).json()["state"] == "PENDING_APPROVAL"
    own = send(writer, f"/{pk}/steps", {"step": "enable"})
    assert (own.status_code, own.json()["errors"][0]["code"]) == (403, "same_person")
    assert send(second, f"/{pk}/steps", {"step": "enable"}).json()["state"] == "ENABLED"
    again = send(second, f"/{pk}/steps", {"step": "enable"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "nothing_asked")
    assert writer.get(f"{ROOT}?state=ENABLED").json()["rules"][0]["name"] == "Milk"


def test_every_fault_of_a_definition_is_named_with_its_part() -> None:
    bad = {**SAID, "condition": {"all": [{**DAIRY, "fact": "sku.colour"}, {**DAIRY, "is": "<"}]}}

    answer = send(signed_in(), "", {"name": "Milk", "definition": bad})

    assert answer.status_code == 422
    assert [(fault["code"], fault["field"]) for fault in answer.json()["errors"]] == [
        ("definition_wrong", "definition.condition")
    ] * 2
    assert Rule.objects.count() == 0


def test_parameters_and_tests_by_rest() -> None:
    soon = {"fact": "lot.days_left", "is": "<", "value": {"param": "days"}}
    rule = written(condition=soon, parameters={"days": 30})
    client = signed_in()

    tuned = send(client, f"/{rule.pk}/parameters", {"parameters": {"days": 45}}, "put")
    assert tuned.json()["parameters"] == {"days": 45}
    case = {"name": "old goods", "given": {"lot.days_left": 40}, "qty": 5}
    assert send(client, f"/{rule.pk}/tests", case).json()["tests"] == [
        {
            "name": "old goods",
            "passed": True,
            "message": "old goods: all units are frozen, all are expected.",
        }
    ]
    wrong = send(client, f"/{rule.pk}/tests", {**case, "given": {"lot.colour": "RED"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "case_wrong")
    assert send(client, "/999999/steps", {"step": "ask"}).status_code == 404


def test_events_are_told_in_a_batch_and_each_is_answered() -> None:
    given.stock("MILK", 10)
    rule = enabled(trigger="external", scope="sku")
    client = signed_in()
    good = {
        "kind": "external", "key": "erp:1", "warehouse": "WH1",
        "goods": [{"sku": "MILK", "qty": 4}],
    }  # fmt: skip
    items = [
        good,
        {**good, "key": "erp:2", "goods": [{"sku": "NONE"}]},
        {**good, "key": "erp:3", "occurred_at": "2090-01-01T00:00:00+08:00"},
        {**good, "key": "erp:4", "kind": "moon.full"},
        {**good, "key": "erp:5", "warehouse": "NOWHERE"},
        good,
        {**good, "key": "erp:6", "facts": {"note": ["half \ud83c"]}},
        {**good, "key": "erp:7", "facts": {"no\x00te": 1}},
    ]

    answer = send(client, "/events", {"items": items})

    told = answer.json()["results"]
    assert [each["status"] for each in told] == [200, 422, 422, 422, 422, 200, 422, 422]
    assert [each["errors"][0]["code"] for each in told if each["errors"]] == [
        "unknown_sku", "in_the_future", "bad_choice", "unknown_warehouse", "bad_text", "bad_text",
    ]  # fmt: skip
    assert (told[0]["new"], told[5]["new"]) == (True, False)
    assert list(Event.objects.values_list("key", flat=True)) == ["erp:1"]
    assert send(client, "/events", {"items": [good]}).json()["results"][0]["new"] is False
    writing.judge()
    [verdict] = client.get(f"{ROOT}/{rule.pk}/verdicts").json()["verdicts"]
    assert (verdict["outcome"], verdict["qty"], verdict["sku"]) == ("FROZEN", 10, "MILK")
    assert given.free("MILK") == 0


def test_rules_go_out_and_come_in_by_rest() -> None:
    rule = written(condition=DAIRY, name="Milk", release=PASSED)
    client = signed_in()
    told = client.get(f"{ROOT}/file?id={rule.pk}").json()

    twice = send(client, "/file", told)
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "file_wrong")
    told["rules"][0]["name"] = "Milk\x00"
    assert send(client, "/file", told).json()["errors"][0]["code"] == "bad_text"
    told["rules"][0]["name"] = "Milk again"
    made = send(client, "/file", told)
    assert made.status_code == 201
    assert Rule.objects.get(pk=made.json()["rules"][0]).name == "Milk again"
