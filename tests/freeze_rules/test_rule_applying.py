"""A person has a rule applied here: shown first, then done, for that rule alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from freeze_rules.models import Event, Rule, RuleState
from org.models import AuditRecord, Person
from tests import given
from tests.freeze_rules.writing import enabled, open_holds

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/freeze-rules"
WET = {"trigger": "person.asked", "reason": "DAMAGE", "policy": "DISPLACE"}
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def rule(**parts: Any) -> Rule:
    return enabled(**{**WET, "scope": "lot", "name": "Wet boxes", **parts})


def milk() -> None:
    given.sku("MILK", category="DAIRY", unit_cost="2")
    given.stock("MILK", 10, lot_id=given.lot("MILK", "L1"))
    given.stock("MILK", 5, lot_id=given.lot("MILK", "L2"))


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def test_the_page_shows_what_the_rule_would_do_and_does_exactly_that() -> None:
    milk()
    applied, other = rule(), rule(name="Other", scope="sku")
    lead = given.person("WAREHOUSE_LEAD")
    client = signed_in(lead)
    typed = {"rule": str(applied.pk), "warehouse": "WH1", "sku": "MILK", "lot": "L1",
             "why": "Boxes are wet"}  # fmt: skip

    first = client.get("/freeze-rules/apply/?sku=MILK&lot=L1").content.decode()
    assert 'value="MILK"' in first
    shown = client.post("/freeze-rules/apply/", {**typed, "token": "t1"}).content.decode()
    assert "10 units worth 20.00 at cost are frozen." in shown
    assert (given.free("MILK"), Event.objects.count()) == (15, 0)
    confirm = {**typed, "token": hidden(shown, "token"), "seen": hidden(shown, "seen")}
    done = client.post("/freeze-rules/apply/", {**confirm, "confirm": "1"}, follow=True)

    [hold] = open_holds("DAMAGE")
    assert done.request["PATH_INFO"] == f"/holds/{hold.id}/"
    assert (hold.open, hold.note, given.free("MILK")) == (10, "Wet boxes", 5)
    client.post("/freeze-rules/apply/", {**confirm, "confirm": "1"})
    assert len(open_holds("DAMAGE")) == 1
    event = Event.objects.get()
    assert event.told_by == lead.actor
    assert event.facts["event.reason"] == "Boxes are wet"
    record = AuditRecord.objects.get(action="rule.applied")
    assert (record.subject, record.actor) == (applied.number, lead.actor)
    assert other.pk != applied.pk


def test_what_changed_since_it_was_shown_is_shown_again_and_nothing_is_done() -> None:
    milk()
    client, applied = signed_in(given.person("WAREHOUSE_LEAD")), rule()
    typed = {"rule": str(applied.pk), "warehouse": "WH1", "location": "A-01", "token": "t",
             "why": "wet"}  # fmt: skip
    shown = client.post("/freeze-rules/apply/", typed).content.decode()
    given.stock("MILK", 1, lot_id=given.lot("MILK", "L3"))

    again = client.post(
        "/freeze-rules/apply/", {**typed, "seen": hidden(shown, "seen"), "confirm": "1"}
    )

    assert again.status_code == 422
    assert "Meanwhile it would do something else" in again.content.decode()
    assert (open_holds("DAMAGE"), Event.objects.count()) == ([], 0)


def test_programs_of_people_preview_and_apply_it_to_all_that_lies_at_a_place() -> None:
    milk()
    given.stock("TEA", 4)
    applied = rule(condition=DAIRY)
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    place = {"warehouse": "WH1", "location": "A-01"}

    def post(what: str, body: dict[str, Any]) -> Any:
        return client.post(
            f"{ROOT}/{applied.pk}/{what}", body, content_type="application/json",
            headers={"idempotency-key": "k"},
        )  # fmt: skip

    shown = post("apply/preview", place).json()
    assert (shown["units"], [row["lot"] for row in shown["rows"]]) == (15, ["L1", "L2"])
    done = post("apply", {**place, "why": "wet", "seen": shown["seen"]})

    assert done.status_code == 201
    assert (done.json()["units"], len(done.json()["holds"])) == (15, 2)
    assert (given.free("MILK"), given.free("TEA")) == (0, 4)
    assert post("apply/preview", {"warehouse": "WH1"}).status_code == 422


def test_its_limits_stop_it_and_its_condition_is_asked() -> None:
    milk()
    given.stock("TEA", 4)
    applied = rule(condition=DAIRY, limits={"value": 19})
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    typed = {"rule": str(applied.pk), "warehouse": "WH1", "why": "wet", "confirm": "1"}

    unmet = client.post("/freeze-rules/apply/", {**typed, "sku": "TEA", "token": "a"})
    assert "does not hold for these goods" in unmet.content.decode()
    client.post("/freeze-rules/apply/", {**typed, "sku": "MILK", "lot": "L1", "token": "b"})

    assert (open_holds("DAMAGE"), given.free("MILK")) == ([], 15)
    assert Rule.objects.get(pk=applied.pk).state == RuleState.PAUSED


def test_nobody_applies_it_elsewhere_or_while_it_does_not_run() -> None:
    milk()
    given.unit("S1", "STORE", "HQ")
    applied = rule()
    elsewhere = signed_in(given.person("STORE_MANAGER", "S1"))
    typed = {"rule": str(applied.pk), "warehouse": "WH1", "sku": "MILK", "why": "wet"}

    assert elsewhere.post("/freeze-rules/apply/", {**typed, "confirm": "1"}).status_code == 422
    assert given.free("MILK") == 15
    page = signed_in(given.person()).get(f"/freeze-rules/{applied.pk}/").content.decode()
    assert f"/freeze-rules/apply/?rule={applied.pk}" in page
    Rule.objects.filter(pk=applied.pk).update(state=RuleState.PAUSED)
    none = signed_in(given.person("WAREHOUSE_LEAD")).get("/freeze-rules/apply/").content.decode()
    assert "No rule waits for a person" in none


def test_pages_of_goods_and_places_lead_there() -> None:
    milk()
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    house, sku = given.warehouse_id("WH1"), given.sku("MILK")

    for address, link in (
        (f"/stock/{sku}/{house}/", "/freeze-rules/apply/?warehouse=WH1&amp;sku=MILK"),
        (f"/stock/locations/{given.location('A-01')}/", f"/freeze-rules/apply/?house={house}"),
        (f"/stock/lots/{given.lot('MILK', 'L9')}/", "/freeze-rules/apply/?sku=MILK&amp;lot=L9"),
    ):
        assert link in client.get(address).content.decode(), address
