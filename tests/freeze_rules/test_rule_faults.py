"""What a rule must not say is refused at its part before it is kept, or before it runs again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone, translation

from freeze_rules.models import Rule, RuleState
from freeze_rules.schedules import next_due
from freeze_rules.selectors.checking import Wrong, faults
from freeze_rules.services import cases, rules
from tests import given
from tests.freeze_rules.writing import draft, enabled, written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}


def found(**parts: Any) -> list[Wrong]:
    """What is wrong with a rule of these parts, in English."""
    with translation.override("en"):
        return faults(
            draft(**parts).definition, parameters={}, rule_id=None, today=timezone.localdate()
        )


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("", "2026-11-24 03:10"),
        ("40 9 * * *", "2026-11-23 09:40"),
        ("0 0 1 * *", "2026-12-01 00:00"),
    ],
)
def test_the_hours_of_a_time_plan_are_those_of_the_house(cron: str, due: str) -> None:
    here = ZoneInfo("Asia/Shanghai")

    found = next_due(cron, now=datetime(2026, 11, 23, 9, 35, tzinfo=here))

    assert found == datetime.fromisoformat(due).replace(tzinfo=here)


@pytest.mark.parametrize("plan", ["99 3 * * *", "a b c d e", "0 0 31 2 *", ", * * * *"])
def test_five_fields_that_are_no_time_plan_are_refused_and_nothing_is_kept(plan: str) -> None:
    searching = {"trigger": "schedule", "condition": DAIRY, "cron": plan}

    [wrong] = found(**searching)
    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.create_rule(draft=draft(**searching), person=given.person())

    assert wrong.part == "cron"
    assert wrong.sentence.startswith(f"“{plan}” is no time plan: ")
    assert [each.part for each in refused.value.wrong] == ["cron"]
    assert not Rule.objects.exists()


def test_a_time_plan_with_ranges_steps_and_names_is_kept() -> None:
    rule = written(trigger="schedule", condition=DAIRY, cron="*/20 3-5 1,15 * mon-fri")
    assert rule.version is not None
    assert rule.version.definition["cron"] == "*/20 3-5 1,15 * mon-fri"


def test_a_paused_rule_whose_test_fails_by_now_does_not_run_again() -> None:
    person = given.person()
    many = {"fact": "event.qty", "is": ">=", "value": {"param": "least"}}
    rule = enabled(condition=many, parameters={"least": 3})
    with transaction.atomic():
        cases.keep_case(
            rule_id=rule.pk, name="three", given={}, qty=3, expected=None, person=person
        )
        rules.pause(rule_id=rule.pk, person=person, why="looked at")
        rules.tune(rule_id=rule.pk, parameters={"least": 5}, person=person)

    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.resume(rule_id=rule.pk, person=person, why="well")

    assert refused.value.code == "case_fails"
    assert [each.path for each in refused.value.wrong] == ["three"]
    assert Rule.objects.get(pk=rule.pk).state == RuleState.PAUSED

    with transaction.atomic():
        rules.tune(rule_id=rule.pk, parameters={"least": 3}, person=person)
        rules.resume(rule_id=rule.pk, person=person, why="well")
    assert Rule.objects.get(pk=rule.pk).state == RuleState.ENABLED


@pytest.mark.parametrize(
    ("trigger", "fact", "sentence"),
    [
        (
            "promotion.opened", "event.promotion",
            "“Promotion opened” tells one time at which a freeze can end: event.ends_at.",
        ),
        (
            "promotion.opened", ["event.ends_at"],
            "“Promotion opened” tells one time at which a freeze can end: event.ends_at.",
        ),
        (
            "goods.received", "event.ends_at",
            "“Goods received” tells no time at which a freeze could end.",
        ),
    ],
)  # fmt: skip
def test_a_freeze_ends_only_at_a_time_that_its_event_tells(
    trigger: str, fact: Any, sentence: str
) -> None:
    [wrong] = found(trigger=trigger, reason="PROMOTION", lease={"expires": {"at": fact}})
    assert (wrong.part, wrong.sentence) == ("lease.expires", sentence)


@pytest.mark.parametrize("trigger", ["promotion.opened", "external"])
def test_the_time_that_a_promotion_or_a_program_tells_may_end_a_freeze(trigger: str) -> None:
    assert not found(
        trigger=trigger, reason="PROMOTION", lease={"expires": {"at": "event.ends_at"}}
    )


STORED = {"fact": "lot.stored_days", "is": ">=", "value": 3}


@pytest.mark.parametrize(
    "release",
    [
        STORED,
        {"fact": "lot.days_left", "is": "<", "value": 10},
        {"fact": "sku.sold_30d", "is": "=", "value": 0},
        {"any": [{"proof": "inspection.passed"}, STORED]},
        {"all": [{"after": {"days": 1}}, STORED]},
    ],
)
def test_facts_that_come_true_by_waiting_never_end_a_freeze_for_safety(release: Any) -> None:
    [wrong] = found(release=release)
    assert wrong.part == "release"
    assert wrong.sentence == "A freeze for safety needs evidence or a person, not only time."
    assert not found(release=release, reason="NEAR_EXPIRY")


@pytest.mark.parametrize(
    "release",
    [
        {"all": [{"proof": "inspection.passed"}, STORED]},
        {"any": [{"fact": "lot.customs", "is": "=", "value": "CLEARED"}]},
        {"fact": "lot.customs", "is": "=", "value": "CLEARED"},
    ],
)
def test_facts_that_waiting_does_not_change_may_end_one(release: Any) -> None:
    assert not found(release=release)


def test_a_rule_whose_owner_left_and_whose_moment_passed_is_tuned_and_goes_on() -> None:
    person, lead = given.person(), given.person("WAREHOUSE_LEAD")
    rule = enabled(
        condition={"fact": "event.qty", "is": ">=", "value": {"param": "least"}},
        parameters={"least": 3}, lease={"owner": f"person:{lead.username}"},
    )  # fmt: skip
    lead.is_active = False
    lead.save(update_fields=["is_active"])
    passed: dict[str, Any] = {"release": {"at": "2020-01-01T09:00:00+08:00"}}
    said = draft(**passed, reason="RULE", lease={"next": "ring the dairy"}).definition
    whole: dict[str, Any] = {"parameters": {}, "rule_id": None, "today": timezone.localdate()}

    with transaction.atomic():
        rules.pause(rule_id=rule.pk, person=person, why="looked at")
        rules.tune(rule_id=rule.pk, parameters={"least": 5}, person=person)
        rules.resume(rule_id=rule.pk, person=person, why="well")

    assert Rule.objects.get(pk=rule.pk).state == RuleState.ENABLED
    assert {each.part for each in faults(said, **whole)} == {"release", "lease.next"}
    assert faults(said, **whole, written=False) == []
