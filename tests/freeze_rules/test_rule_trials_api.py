"""Preview, false alarms and the review over HTTP, as on the pages of a rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from freeze_rules.models import Rule, Verdict
from inventory.models import Hold
from org.models import AuditRecord, Person
from tests import given
from tests.api.calling import codes, signed
from tests.freeze_rules.writing import enabled, shadowed, tell, written

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/freeze-rules"
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}


def signed_in(person: Person | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person or given.person())
    return client


def post(client: Client, path: str, body: Any, key: str = "k") -> Any:
    return client.post(
        f"{ROOT}{path}", body, content_type="application/json", headers={"idempotency-key": key}
    )


def test_a_searching_rule_says_what_it_would_freeze_in_the_callers_warehouses() -> None:
    given.stock("MILK", 10)
    given.sku("MILK", category="DAIRY", unit_cost=2)
    given.unit("S1", "STORE", "HQ")
    rule = written(
        trigger="schedule", condition=DAIRY, scope="sku", limits={"stores": 0}, name="Dairy"
    )
    holds = Hold.objects.count()

    told = signed_in().get(f"{ROOT}/{rule.pk}/preview").json()

    assert (told["claims"], told["units"], told["at_most"]) == (1, 10, False)
    assert told["effects"] == {"orders": [], "left": 0, "shops": [], "sales": []}
    assert [(row["sku"], row["warehouse"], row["units"]) for row in told["rows"]] == [
        ("MILK", "WH1", 10)
    ]
    assert told["beyond"] == "would freeze in 1 warehouses; 0 are allowed"
    elsewhere = signed(
        given.api_client("rules.view", at="S1"), "GET", f"{ROOT}/{rule.pk}/preview"
    ).json()
    assert (elsewhere["claims"], elsewhere["rows"]) == (0, [])
    assert Hold.objects.count() == holds


def test_a_rule_that_waits_for_an_event_has_no_preview() -> None:
    client = signed_in()

    counted = {"fact": "event.qty", "is": ">=", "value": 3}
    told = client.get(f"{ROOT}/{written(condition=counted).pk}/preview")
    assert (told.status_code, codes(told)) == (422, ["nothing_to_search"])
    assert client.get(f"{ROOT}/999999/preview").status_code == 404


def test_a_verdict_is_called_a_false_alarm_right_and_unknown_again() -> None:
    given.stock("MILK", 10)
    rule = enabled(scope="sku")
    tell("goods.received", goods=[("MILK", 10)])
    verdict = Verdict.objects.get()
    client = signed_in()
    path = f"/{rule.pk}/verdicts/{verdict.pk}"

    said = post(client, path, {"said": "FALSE_ALARM"}, "a")
    again = post(client, path, {"said": "FALSE_ALARM"}, "a")
    assert said.json() == again.json() == {"verdict": verdict.pk, "false_alarm": True}
    assert AuditRecord.objects.filter(action="rule.verdict_judged").count() == 1
    figures = client.get(f"{ROOT}/{rule.pk}/review").json()["figures"]
    assert (figures["frozen"], figures["false"], figures["right"]) == (1, 1, 0)
    assert post(client, path, {"said": "RIGHT"}, "b").json()["false_alarm"] is False
    assert post(client, path, {"said": "UNKNOWN"}, "c").json()["false_alarm"] is None

    wrong = post(client, path, {"said": "PERHAPS"}, "d")
    assert [(each["code"], each["field"]) for each in wrong.json()["errors"]] == [
        ("bad_choice", "said")
    ]
    assert Verdict.objects.get().false_alarm is None


def test_a_preset_is_taken_with_its_tests_and_one_of_them_is_dropped() -> None:
    given.warehouse("WH1")
    client = signed_in()

    def take(body: Any, key: str) -> Any:
        return client.post(
            "/api/v1/freeze-presets", body, content_type="application/json",
            headers={"idempotency-key": key},
        )  # fmt: skip

    made = take({"code": "damaged-part", "name": "Cartons"}, "a")
    assert take({"code": "damaged-part", "name": "Cartons"}, "a").json() == made.json()
    assert (made.status_code, made.json()["state"], made.json()["name"]) == (
        201, "DRAFT", "Cartons",
    )  # fmt: skip
    assert [each["name"] for each in made.json()["tests"]] == ["100 of 1,000 cartons"]
    wrong = take({"code": "damaged-part", "parameters": {"colour": 1}}, "b")
    assert [(each["code"], each["field"]) for each in wrong.json()["errors"]] == [
        ("unknown_parameter", "parameters")
    ]
    assert codes(take({"code": "moon"}, "c")) == ["bad_choice"]
    assert Rule.objects.count() == 1

    path = f"{ROOT}/{made.json()['id']}/tests?name=100 of 1,000 cartons"
    assert client.delete(path).json()["tests"] == []
    assert client.delete(path).status_code == 404


def test_the_shadow_stands_beside_what_people_froze() -> None:
    given.stock("MILK", 10)
    rule = shadowed(scope="sku")
    tell("goods.received", goods=[("MILK", 10)])

    told = signed_in().get(f"{ROOT}/{rule.pk}/shadow").json()["verdicts"]

    assert [(row["sku"], row["qty"], row["outcome"], row["frozen_by_hand"]) for row in told] == [
        ("MILK", 10, "WOULD_FREEZE", None)
    ]


def test_a_verdict_of_another_rule_or_place_is_not_judged_from_here() -> None:
    given.stock("MILK", 10)
    given.unit("S1", "STORE", "HQ")
    rule, other = enabled(scope="sku"), written()
    tell("goods.received", goods=[("MILK", 10)])
    verdict = Verdict.objects.get()
    body = {"said": "FALSE_ALARM"}

    assert post(signed_in(), f"/{other.pk}/verdicts/{verdict.pk}", body).status_code == 404
    looks = post(signed_in(given.person("AUDITOR")), f"/{rule.pk}/verdicts/{verdict.pk}", body)
    assert looks.status_code == 403
    program = given.api_client("rules.view", "rules.edit")
    told = signed(program, "POST", f"{ROOT}/{rule.pk}/verdicts/{verdict.pk}", body=body, key="k")
    assert codes(told) == ["people_only"]
    assert Verdict.objects.get().false_alarm is None


def test_the_review_counts_what_the_rule_missed_and_sets_its_next_day() -> None:
    rule = written(reason="QC")
    client = signed_in()

    shown = client.get(f"{ROOT}/{rule.pk}/review").json()
    assert (shown["figures"]["frozen"], shown["misses"]) == (0, [])
    past = post(client, f"/{rule.pk}/review", {"next_on": "2020-01-01"}, "a")
    assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "next_on")
    done = post(client, f"/{rule.pk}/review", {"next_on": "2090-01-31", "note": "fine"}, "b")

    assert done.json() == {"review_on": "2090-01-31"}
    assert str(Rule.objects.get().review_on) == "2090-01-31"
    assert client.get(f"{ROOT}/{rule.pk}/review").json()["review_on"] == "2090-01-31"
