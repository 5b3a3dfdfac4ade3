"""A condition asks only for what its trigger may know; what it names is looked up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.translation import override

from freeze_rules.facts import FACTS
from freeze_rules.knowing import facts_known, kinds_knowing
from freeze_rules.presets import PRESETS
from freeze_rules.services import rules, scanning
from freeze_rules.triggers import TRIGGERS
from tests import given
from tests.freeze_rules.writing import draft, enabled, open_holds, tell

pytestmark = pytest.mark.django_db


def refused(**parts: Any) -> list[tuple[str, str, str]]:
    """What is wrong with such a rule: part, path and sentence."""
    with pytest.raises(rules.RuleRefused) as said, transaction.atomic(), override("en"):
        rules.create_rule(draft=draft(**parts), person=given.person())
    return [(wrong.part, wrong.path, wrong.sentence) for wrong in said.value.wrong]


def test_a_fact_that_the_trigger_never_knows_is_refused_with_those_that_know_it() -> None:
    channel = {"fact": "event.channel", "is": "=", "value": "TAOBAO"}

    [(part, path, sentence)] = refused(condition={"all": [channel]})

    assert (part, path) == ("condition", "all[0]")
    assert sentence == (
        "“Goods received” never knows “Channel”, so this would never be met. It is known to: "
        "Order placed, Order paid, Order changed, Order cancelled, Order shipped, "
        "Event from outside."
    )


def test_while_it_is_written_the_editor_is_told_what_saving_would_say() -> None:
    channel = {"all": [{"fact": "event.channel", "is": "=", "value": "TAOBAO"}]}
    [(_part, _path, sentence)] = refused(condition=channel)
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())

    def page(trigger: str) -> str:
        fields = {"condition": json.dumps(channel), "trigger": trigger}
        return client.post("/freeze-rules/conditions/check/", fields).content.decode()

    def told(trigger: str) -> Any:
        body = {"condition": channel, "trigger": trigger}
        address = "/api/v1/freeze-rules/conditions/check"
        return client.post(address, body, content_type="application/json").json()

    assert f'data-fault-path="all[0]" data-fault-part="fact">{sentence}<' in page("goods.received")
    assert [each["message"] for each in told("goods.received")["errors"]] == [sentence]
    assert "Channel is “TAOBAO”" in page("order.paid")
    assert told("order.paid")["facts"] == ["event.channel"]
    assert "Channel is “TAOBAO”" in page("no such trigger")
    assert told("rain")["errors"][0]["field"] == "trigger"


@pytest.mark.parametrize(
    ("trigger", "fact", "known"),
    [
        ("goods.received", "lot.days_left", True),
        ("goods.received", "location.code", False),
        ("return.received", "location.code", True),
        ("order.paid", "lot.code", False),
        ("order.paid", "event.value", True),
        ("order.cancelled", "sku.code", False),
        ("customs.changed", "lot.supplier", True),
        ("customs.changed", "lot.days_left", False),
        ("leak.reported", "zone.temperature", True),
        ("leak.reported", "sku.code", False),
        ("supplier.blocked", "event.supplier", True),
        ("supplier.blocked", "event.qty", False),
        ("external", "event.dose", True),
        ("schedule", "cell.on_hand", True),
        ("schedule", "event.qty", False),
    ],
)
def test_a_trigger_knows_what_it_brings_and_what_hangs_on_what_it_names(
    trigger: str, fact: str, known: bool
) -> None:
    assert (fact in facts_known(trigger)) is known
    assert (trigger in kinds_knowing(fact)) is known


def test_every_fact_is_known_to_some_trigger_and_every_declared_fact_is_one() -> None:
    assert [code for code in FACTS if not kinds_knowing(code)] == []
    assert {code for each in TRIGGERS.values() for code in each.facts} <= set(FACTS)
    for preset in PRESETS.values():
        known = facts_known(str(preset.definition["trigger"]))
        assert {fact for case in preset.cases for fact in case.given} <= known, preset.code


def test_a_leak_is_judged_by_the_place_that_it_names() -> None:
    given.stock("MILK", 5)
    place = given.location("A-01")
    dry = {"fact": "location.kind", "is": "=", "value": "STORAGE"}
    wet = {"fact": "location.kind", "is": "=", "value": "PACKING"}
    enabled(trigger="leak.reported", scope="location", reason="LEAK", condition=wet)
    enabled(trigger="leak.reported", scope="location", reason="LEAK", condition=dry, name="dry")

    tell("leak.reported", facts={"location_id": place})

    assert [hold.note for hold in open_holds("LEAK")] == ["dry"]


def test_a_search_by_cells_freezes_the_lots_that_it_finds() -> None:
    given.stock("MILK", 5, lot_id=given.lot("MILK", "L1"))
    here = {"fact": "location.code", "is": "=", "value": "A-01"}
    rule = enabled(trigger="schedule", condition=here, reason="RULE")

    assert scanning.scan_in_parts(rule_id=rule.pk) == 1

    assert given.free("MILK") == 0


def test_programs_read_which_triggers_know_a_fact() -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())

    told = {each["code"]: each for each in client.get("/api/v1/freeze-rules/facts").json()["facts"]}

    assert told["event.days"]["known_to"] == ["receipt.late", "external"]
    assert set(told["sku.code"]["known_to"]) >= {"order.paid", "goods.received", "schedule"}
