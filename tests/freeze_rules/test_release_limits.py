"""What evidence lets go of has limits too: beyond them the rule stops whole and asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from freeze_rules.models import KeptEvent, Rule, RuleState
from freeze_rules.services import judging, releasing, rules
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
