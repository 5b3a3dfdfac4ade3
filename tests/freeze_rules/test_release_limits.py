"""What evidence lets go of has limits too: beyond them the rule stops whole and asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from freeze_rules.models import KeptEvent, Rule, RuleState
from freeze_rules.services import judging, releasing, rules, scanning
from org import roles
from tests import given
from tests.freeze_rules.writing import enabled, happens, judge, open_holds, tell

pytestmark = pytest.mark.django_db
PASSED = {"proof": "inspection.passed"}
FAILED = {"on": "inspection.failed", "do": "convert", "reason": "DEFECT", "release": PASSED}
PARTLY = {"on": "inspection.partial", "do": "release_qty", "fact": "event.passed"}


def frozen(*skus: str, **limits: int) -> Rule:
    """A rule that has frozen ten of each SKU, which cost one each, until they are inspected."""
    rule = enabled(
        scope="sku", release=PASSED, dispositions=[FAILED, PARTLY], release_limits=limits
    )
    for sku in skus:
        given.sku(sku, unit_cost="1")
        given.stock(sku, 10, warehouse="WH2" if sku == "FAR" else "WH1")
        tell("goods.received", goods=[(sku, 10)], warehouse="WH2" if sku == "FAR" else "WH1")
    return rule


def passed(*skus: str) -> None:
    """All of these pass, judged in one batch."""
    for sku in skus:
        house = "WH2" if sku == "FAR" else "WH1"
        happens("inspection.passed", goods=[(sku, 10)], warehouse=house)
    judge()


def stands(rule: Rule) -> tuple[str, int]:
    """The state of the rule, and how many freezes are open."""
    return Rule.objects.get(pk=rule.pk).state, len(open_holds("QC"))


def goes_on(rule: Rule, *, beyond: bool) -> None:
    with transaction.atomic():
        rules.resume(rule_id=rule.pk, person=given.person(), why="looked at", beyond=beyond)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"value": 19}, "would let go of goods worth 20 in an hour; 19 are allowed"),
        ({"skus_per_hour": 1}, "would let go of 2 SKUs in an hour; 1 are allowed"),
        ({"share_pct": 99}, "would let go of 100 % of one SKU; 99 % are allowed"),
        ({"stores": 0}, "would let go in 1 warehouses; 0 are allowed"),
    ],
)
def test_a_run_beyond_a_limit_lets_go_of_nothing_and_pauses_the_rule(
    limits: dict[str, int], sentence: str
) -> None:
    rule = frozen("MILK", "OATS", **limits)

    with override("en"):
        passed("MILK", "OATS")

    assert stands(rule) == (RuleState.PAUSED, 2)
    assert sentence in Rule.objects.get(pk=rule.pk).paused_why
    assert (given.free("MILK"), given.free("OATS")) == (0, 0)


def test_a_run_within_its_limits_lets_go_and_counts_for_the_hour() -> None:
    given.warehouse("WH2")
    rule = frozen("MILK", "OATS", "FAR", stores=1, value=20)

    passed("MILK")
    passed("OATS")
    assert stands(rule) == (RuleState.ENABLED, 1)
    passed("FAR")

    assert stands(rule) == (RuleState.PAUSED, 1)
    assert given.free("FAR", "WH2") == 0


def test_what_waits_is_let_go_of_once_beyond_the_limit_by_whoever_may_enable() -> None:
    rule = frozen("MILK", "OATS", value=15)
    passed("MILK", "OATS")
    assert stands(rule) == (RuleState.PAUSED, 2)
    with transaction.atomic():
        judging.look_again()
    assert stands(rule) == (RuleState.PAUSED, 2)

    goes_on(rule, beyond=False)
    assert stands(rule) == (RuleState.PAUSED, 2)
    goes_on(rule, beyond=True)

    assert stands(rule) == (RuleState.ENABLED, 0)
    assert (given.free("MILK"), given.free("OATS")) == (10, 10)


def test_a_tuned_limit_lets_what_waits_go() -> None:
    rule = frozen("MILK", "OATS", value=15)
    passed("MILK", "OATS")

    with transaction.atomic():
        rules.tune(
            rule_id=rule.pk, parameters={"rule.release_limits.value": 20}, person=given.person()
        )
    goes_on(rule, beyond=False)

    assert stands(rule) == (RuleState.ENABLED, 0)


def test_what_an_event_was_to_change_is_done_when_the_rule_goes_on() -> None:
    rule = frozen("MILK", value=5)

    tell("inspection.partial", goods=[("MILK", 10)], facts={"event.passed": 6})
    assert stands(rule) == (RuleState.PAUSED, 1)
    assert KeptEvent.objects.filter(rule=rule, for_release=True).count() == 1
    goes_on(rule, beyond=True)

    assert given.free("MILK") == 6
    assert stands(rule) == (RuleState.ENABLED, 1)
    assert not KeptEvent.objects.exists()


def test_turning_into_another_freeze_lets_go_of_nothing() -> None:
    rule = frozen("MILK", value=0)

    tell("inspection.failed", goods=[("MILK", 10)])

    assert stands(rule) == (RuleState.ENABLED, 0)
    assert len(open_holds("DEFECT")) == 1


def test_many_freezes_of_one_document_are_weighed_whole_before_the_first_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(releasing, "AT_ONCE", 0)
    more: dict[str, Any] = {"quantity": {"event": True}, "reason": "RULE"}
    rule = enabled(
        trigger="promotion.opened", scope="goods", release={"proof": "promotion.closed"},
        release_limits={"value": 15}, **more,
    )  # fmt: skip
    for sku in ("MILK", "OATS"):
        given.sku(sku, unit_cost="1")
        given.stock(sku, 10)
    tell("promotion.opened", goods=[("MILK", 10), ("OATS", 10)], document="PR-1")
    tell("promotion.closed", document="PR-1")
    assert len(open_holds("RULE")) == 2

    with transaction.atomic():
        assert judging.look_again(limit=1) == 1

    assert len(open_holds("RULE")) == 2
    assert Rule.objects.get(pk=rule.pk).state == RuleState.PAUSED


def test_beyond_its_limit_the_rule_also_judges_what_it_kept() -> None:
    rule = frozen("MILK", "OATS", value=15)
    passed("MILK", "OATS")
    given.stock("TEA", 10)
    tell("goods.received", goods=[("TEA", 10)])
    assert given.free("TEA") == 10

    goes_on(rule, beyond=True)

    assert stands(rule) == (RuleState.ENABLED, 1)
    assert [given.free(sku) for sku in ("MILK", "OATS", "TEA")] == [10, 10, 0]
    assert not KeptEvent.objects.exists()


def test_beyond_its_limit_a_rule_that_searches_lets_go_and_freezes_what_it_finds() -> None:
    dairy = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
    rule = enabled(
        trigger="schedule", condition=dairy, scope="sku", release=PASSED,
        release_limits={"value": 5},
    )  # fmt: skip
    given.sku("MILK", unit_cost="1", category="DAIRY")
    given.stock("MILK", 10)
    assert scanning.scan_in_parts(rule_id=rule.pk) == 1
    passed("MILK")
    assert stands(rule) == (RuleState.PAUSED, 1)
    given.sku("CURD", unit_cost="1", category="DAIRY")
    given.stock("CURD", 4)

    goes_on(rule, beyond=True)

    assert stands(rule) == (RuleState.ENABLED, 1)
    assert (given.free("MILK"), given.free("CURD")) == (10, 0)


def test_what_waits_is_let_go_of_when_its_rule_retires() -> None:
    rule = frozen("MILK", value=5)
    tell("inspection.partial", goods=[("MILK", 10)], facts={"event.passed": 6})
    assert (stands(rule), given.free("MILK")) == ((RuleState.PAUSED, 1), 0)

    with transaction.atomic():
        rules.retire(rule_id=rule.pk, person=given.person(), why="not needed")

    assert (stands(rule), given.free("MILK")) == ((RuleState.RETIRED, 1), 6)
    passed("MILK")
    assert (stands(rule), given.free("MILK")) == ((RuleState.RETIRED, 0), 10)


def test_who_may_not_enable_a_rule_does_not_retire_it_while_something_waits() -> None:
    rule = frozen("MILK", value=5)
    passed("MILK")
    editor = given.person("REGION_MANAGER")
    assert not editor.may(roles.RULES_ENABLE)

    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.retire(rule_id=rule.pk, person=editor, why="not needed")

    assert refused.value.code == "release_waits"
    assert (stands(rule), given.free("MILK")) == ((RuleState.PAUSED, 1), 0)


@pytest.mark.parametrize(
    ("limit", "after"), [(15, (RuleState.PAUSED, 2)), (20, (RuleState.SHADOW, 0))]
)
def test_what_waits_is_weighed_again_when_its_rule_goes_into_the_shadow(
    limit: int, after: tuple[str, int]
) -> None:
    rule = frozen("MILK", "OATS", value=15)
    passed("MILK", "OATS")
    person = given.person()

    with transaction.atomic():
        rules.tune(rule_id=rule.pk, parameters={"rule.release_limits.value": limit}, person=person)
        rules.shadow(rule_id=rule.pk, person=person)

    assert stands(rule) == after


def test_what_an_event_was_to_change_beyond_the_first_is_done_when_that_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = frozen("MILK", "OATS", value=9)
    tell("inspection.partial", goods=[("MILK", 10), ("OATS", 10)], facts={"event.passed": 6})
    assert stands(rule) == (RuleState.PAUSED, 2)
    monkeypatch.setattr(judging, "MOST_KEPT", 1)

    goes_on(rule, beyond=True)
    assert (given.free("MILK"), given.free("OATS")) == (6, 0)
    with transaction.atomic():
        judging.look_again()

    assert (given.free("MILK"), given.free("OATS")) == (6, 6)
    assert stands(rule) == (RuleState.ENABLED, 2)


def test_a_freeze_that_another_became_is_let_go_of_when_its_own_time_has_come() -> None:
    soon = {"on": "inspection.failed", "do": "convert", "reason": "RULE"}
    rule = enabled(
        scope="sku", release=PASSED, dispositions=[{**soon, "release": {"after": {"hours": 1}}}]
    )
    given.stock("MILK", 10)
    tell("goods.received", goods=[("MILK", 10)])
    tell("inspection.failed", goods=[("MILK", 10)])
    assert len(open_holds("RULE")) == 1
    assert rule.state == RuleState.ENABLED

    with transaction.atomic():
        early = judging.look_again(now=timezone.now() + timedelta(minutes=59))
        late = judging.look_again(now=timezone.now() + timedelta(minutes=61))

    assert (early, late) == (0, 1)
    assert given.free("MILK") == 10
