"""Plan, days, quantity and limits of a rule are tuned in place: its version stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Rule, RuleState
from freeze_rules.selectors import wording
from freeze_rules.services import exchange, rules
from freeze_rules.tuning import settings_of, tuned
from inventory.models import Hold
from tests import given
from tests.freeze_rules.writing import draft, enabled, open_holds, tell

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/freeze-rules"
NEAR = {"fact": "lot.days_left", "is": "<", "value": 30}


def tune(rule: Rule, **parameters: Any) -> Rule:
    with transaction.atomic():
        return rules.tune(
            rule_id=rule.pk, person=given.person(),
            parameters={f"rule.{name.replace('__', '.')}": value
                        for name, value in parameters.items()},
        )  # fmt: skip


def test_days_quantity_and_the_end_of_a_freeze_are_tuned_without_a_version() -> None:
    rule = enabled(
        scope="sku", reason="RULE", quantity={"number": 3},
        lease={"review_days": 7, "expires": {"hours": 4}},
    )  # fmt: skip
    given.stock("MILK", 10)

    tune(rule, lease__review_days=2, lease__expires=8, quantity=5)
    tell("goods.received", goods=[("MILK", 10)])

    [hold] = open_holds("RULE")
    now, row = timezone.now(), Hold.objects.get(pk=hold.id)
    assert (hold.open, row.rule_version) == (5, f"FR-{rule.pk}/1")
    assert hold.review_at is not None
    assert row.expires_at is not None
    assert abs(hold.review_at - now - timedelta(days=2)) < timedelta(minutes=1)
    assert abs(row.expires_at - now - timedelta(hours=8)) < timedelta(minutes=1)


def test_a_tuned_limit_stops_the_rule_and_an_empty_one_is_what_the_version_says() -> None:
    given.stock("MILK", 10)
    rule = enabled(scope="sku", limits={"share_pct": 50})

    assert tune(rule, limits__share_pct=100).parameters == {"rule.limits.share_pct": 100}
    tell("goods.received", goods=[("MILK", 10)])
    assert given.free("MILK") == 0
    given.stock("OATS", 10)
    assert tune(rule, limits__share_pct="").parameters == {}
    tell("goods.received", goods=[("OATS", 10)])

    assert given.free("OATS") == 10
    assert Rule.objects.get(pk=rule.pk).state == RuleState.PAUSED


def test_a_tuned_time_plan_moves_the_next_search() -> None:
    rule = enabled(trigger="lot.expiring", condition=NEAR, reason="NEAR_EXPIRY", cron="10 3 * * *")

    due = tune(rule, cron="*/5 * * * *").due_at

    assert due is not None
    assert due - timezone.now() < timedelta(minutes=6)
    assert "*/5 * * * *" in wording.sentence(
        rule.version.definition if rule.version else {}, {"rule.cron": "*/5 * * * *"}
    )


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("lease__review_days", 0, "lease.review_days"),
        ("limits__share_pct", 101, "limits.share_pct"),
        ("cron", "61 * * * *", "cron"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_like_a_definition(
    setting: str, value: Any, part: str
) -> None:
    rule = enabled(trigger="lot.expiring", condition=NEAR, reason="NEAR_EXPIRY")

    with pytest.raises(rules.RuleRefused) as refused:
        tune(rule, **{setting: value})

    assert [wrong.part for wrong in refused.value.wrong] == [part]
    assert Rule.objects.get(pk=rule.pk).parameters == {}


def test_a_rule_has_only_the_settings_of_its_kind() -> None:
    rule = enabled(scope="sku")

    with pytest.raises(rules.RuleRefused) as refused:
        tune(rule, cron="10 3 * * *")

    assert refused.value.code == "unknown_parameter"


def test_a_new_version_says_its_settings_itself() -> None:
    rule = enabled(scope="sku", name="Milk", lease={"review_days": 7})
    tune(rule, lease__review_days=2)
    writer, second = given.person(), given.person()
    with transaction.atomic():
        rules.change_rule(
            rule_id=rule.pk, person=writer,
            draft=draft(name="Milk", scope="sku", lease={"review_days": 9}),
        )  # fmt: skip
    changed = Rule.objects.get(pk=rule.pk)
    assert changed.parameters == {"rule.lease.review_days": 2}
    with transaction.atomic():
        rules.ask(rule_id=rule.pk, person=writer)
        enabled_now = rules.enable(rule_id=rule.pk, person=second)

    assert enabled_now.parameters == {}
    assert enabled_now.version is not None
    assert enabled_now.version.definition["lease"] == {"review_days": 9}


def test_a_file_takes_what_was_tuned_along_as_the_rule_itself() -> None:
    rule = enabled(scope="sku", lease={"review_days": 7})
    tune(rule, lease__review_days=2, limits__value=100)

    [told] = exchange.exported(ids=[rule.pk])["rules"]

    assert told["parameters"] == {}
    assert (told["definition"]["lease"], told["definition"]["limits"]) == (
        {"review_days": 2}, {"value": 100},
    )  # fmt: skip


def test_the_page_and_programs_show_and_tune_settings() -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())
    rule = enabled(scope="sku", lease={"review_days": 7}, limits={"value": 1000})

    page = client.get(f"/freeze-rules/{rule.pk}/").content.decode()
    assert 'name="param-rule.lease.review_days" value="7"' in page
    assert 'name="param-rule.limits.value" value="1000"' in page
    client.post(
        f"/freeze-rules/{rule.pk}/tune/",
        {"param-rule.lease.review_days": "7", "param-rule.limits.value": "500",
         "param-rule.limits.stores": ""},
    )  # fmt: skip
    assert Rule.objects.get(pk=rule.pk).parameters == {"rule.limits.value": 500}
    told = client.put(
        f"{ROOT}/{rule.pk}/parameters", {"parameters": {"rule.lease.review_days": 3}},
        content_type="application/json", headers={"idempotency-key": "tune"},
    ).json()  # fmt: skip

    settings = {each["name"]: (each["value"], each["tuned"]) for each in told["settings"]}
    assert settings["rule.lease.review_days"] == (3, True)
    assert settings["rule.limits.value"] == (500, True)
    assert settings["rule.limits.stores"] == (None, False)


def test_what_is_no_definition_is_left_as_it_is() -> None:
    assert tuned("x", {"rule.cron": "1 2 3 4 5"}) == "x"
    said = {"trigger": "goods.received", "lease": {"review_days": 3}}
    assert tuned(said, {"rule.cron": "1 2 3 4 5", "days": 4}) == said
    assert settings_of({"trigger": "nothing"}, {})[0].name == "rule.lease.review_days"
