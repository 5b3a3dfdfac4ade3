"""Events meet rules: what is frozen, what lets go of it, and what is written down."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import KeptEvent, Outcome, Proof, Rule, RuleState, Verdict
from freeze_rules.services import judging, resuming, rules, scanning
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.writing import enabled, open_holds, tell

pytestmark = pytest.mark.django_db

DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
PASSED = {"proof": "inspection.passed"}


def test_received_goods_of_a_category_are_frozen_until_an_inspection_passes() -> None:
    lot = given.lot("MILK", "L1")
    given.sku("MILK", category="DAIRY")
    given.stock("MILK", 10, lot_id=lot)
    given.stock("TEA", 5)
    rule = enabled(condition=DAIRY, release=PASSED)

    tell("goods.received", goods=[("MILK", 10, lot), ("TEA", 5)])

    assert given.free("MILK") == 0
    assert given.free("TEA") == 5
    [hold] = open_holds("QC")
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.qty, verdict.hold_id) == ("FROZEN", 10, hold.id)
    assert verdict.facts == {"sku.category": "DAIRY"}
    assert verdict.version.label == f"FR-{rule.pk}/1"

    assert tell("inspection.passed", goods=[("MILK", 10, lot)]).released == 1

    assert given.free("MILK") == 10
    assert open_holds("QC") == []
    assert Proof.objects.get().leaf == "inspection.passed"


def test_an_inspection_of_another_lot_lets_go_of_nothing() -> None:
    lot, other = given.lot("MILK", "L1"), given.lot("MILK", "L2")
    given.stock("MILK", 10, lot_id=lot)
    given.stock("MILK", 4, lot_id=other)
    enabled(release=PASSED)

    tell("goods.received", goods=[("MILK", 10, lot)])
    tell("inspection.passed", goods=[("MILK", 4, other)])

    assert given.free("MILK") == 4
    assert Proof.objects.count() == 0


def test_all_of_a_formula_must_be_proved() -> None:
    given.stock("MILK", 10)
    enabled(scope="sku", release={"all": [PASSED, {"proof": "customs.cleared"}]})
    tell("goods.received", goods=[("MILK", 10)])

    assert tell("inspection.passed", goods=[("MILK", 10)]).released == 0
    assert given.free("MILK") == 0
    assert tell("customs.cleared", goods=[("MILK", 10)]).released == 1
    assert given.free("MILK") == 10


def test_a_failed_inspection_turns_the_freeze_into_a_defect_and_a_partial_one_splits_it() -> None:
    given.stock("MILK", 10)
    given.stock("OATS", 10)
    deeds = [
        {"on": "inspection.failed", "do": "convert", "reason": "DEFECT"},
        {"on": "inspection.partial", "do": "release_qty", "fact": "event.passed"},
        {
            "on": "inspection.partial", "do": "convert_qty", "reason": "DEFECT",
            "fact": "event.failed",
        },
    ]  # fmt: skip
    enabled(scope="sku", release=PASSED, dispositions=deeds)
    tell("goods.received", goods=[("MILK", 10), ("OATS", 10)])

    tell("inspection.failed", goods=[("MILK", 10)])
    tell(
        "inspection.partial",
        goods=[("OATS", 10)],
        facts={"event.passed": 7, "event.failed": 3},
    )

    assert given.free("MILK") == 0
    assert given.free("OATS") == 7
    assert open_holds("QC") == []
    assert sorted(hold.open for hold in open_holds("DEFECT")) == [3, 10]


def test_a_changed_document_is_followed_by_its_hold() -> None:
    given.stock("TEA", 20)
    enabled(
        trigger="order.paid", scope="order", quantity={"event": True}, reason="ORDER_LOCK",
        follows=True, release={"proof": "order.cancelled"},
    )  # fmt: skip

    tell("order.paid", document="SO-1", goods=[("TEA", 5)])
    assert given.free("TEA") == 15
    tell("order.changed", document="SO-1", goods=[("TEA", 8)])
    assert given.free("TEA") == 12
    tell("order.changed", document="SO-1", goods=[("TEA", 2)])
    assert given.free("TEA") == 18
    tell("order.changed", document="SO-2", goods=[("TEA", 1)])
    assert given.free("TEA") == 18
    tell("order.cancelled", document="SO-1")
    assert given.free("TEA") == 20


def test_the_same_event_freezes_once_and_a_second_worker_finds_nothing_to_do() -> None:
    given.stock("TEA", 20)
    enabled(scope="goods", quantity={"event": True})
    happening = writing.happens("goods.received", goods=[("TEA", 5)], key="GR-1")
    writing.judge()

    writing.happens("goods.received", goods=[("TEA", 5)], key="GR-1")

    assert happening.key == "GR-1"
    assert writing.judge().events == 0
    assert given.free("TEA") == 15


def test_a_rule_in_the_shadow_only_notes_what_it_would_freeze() -> None:
    given.stock("TEA", 20)
    writing.shadowed(scope="sku")

    tell("goods.received", goods=[("TEA", 5)])

    assert given.free("TEA") == 20
    verdict = Verdict.objects.get()
    assert (verdict.outcome, verdict.qty, verdict.hold_id) == (Outcome.WOULD_FREEZE, 20, None)


def test_beyond_its_limit_a_rule_stops_whole_keeps_its_events_and_asks() -> None:
    given.sku("TEA", unit_cost="10")
    given.stock("TEA", 20)
    rule = enabled(scope="goods", quantity={"event": True}, limits={"value": 100})

    tell("goods.received", goods=[("TEA", 4)])
    assert given.free("TEA") == 16
    tell("goods.received", goods=[("TEA", 7)])

    rule = Rule.objects.get(pk=rule.pk)
    assert rule.state == RuleState.PAUSED
    assert given.free("TEA") == 16
    assert Verdict.objects.filter(outcome=Outcome.STOPPED).count() == 1
    tell("goods.received", goods=[("TEA", 1)])
    assert KeptEvent.objects.filter(rule=rule).count() == 2

    with transaction.atomic():
        rules.resume(rule_id=rule.pk, person=given.person(), why="counted", beyond=True)

    assert given.free("TEA") == 8
    assert KeptEvent.objects.count() == 0


def test_a_rule_that_fails_while_running_is_paused_and_judges_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given.stock("TEA", 20)
    rule = enabled(scope="sku", condition={"fact": "sku.cost", "is": "<", "value": 5})
    other = enabled(scope="goods", quantity={"number": 2})

    def broken(_case: object) -> bool:
        raise ArithmeticError("no such day")

    from freeze_rules.selectors import rulebook

    real = rulebook.compiled_version
    monkeypatch.setattr(
        rulebook,
        "compiled_version",
        lambda version_id, parameters, definitions: (
            type(found)(found.definition, broken, found.reads, "", frozenset(), {})
            if (found := real(version_id, parameters, definitions))
            and version_id == rule.version_id
            else found
        ),
    )
    tell("goods.received", goods=[("TEA", 5)])
    monkeypatch.undo()

    rule = Rule.objects.get(pk=rule.pk)
    assert rule.state == RuleState.PAUSED
    assert "no such day" in rule.paused_why
    assert Rule.objects.get(pk=other.pk).state == RuleState.ENABLED
    assert given.free("TEA") == 18

    with transaction.atomic():
        rules.resume(rule_id=rule.pk, person=given.person(), why="mended")
    assert resuming.waiting() == [rule.pk]
    with transaction.atomic():
        judging.judge_kept(rule_id=rule.pk)
    assert given.free("TEA") == 0


def test_a_search_freezes_lots_near_their_date_once() -> None:
    near = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=20))
    far = given.lot("MILK", "L2", expires_on=timezone.localdate() + timedelta(days=200))
    given.stock("MILK", 10, lot_id=near)
    given.stock("MILK", 4, lot_id=far)
    rule = enabled(
        trigger="lot.expiring", reason="NEAR_EXPIRY",
        condition={"fact": "lot.days_left", "is": "<", "value": {"param": "days"}},
        parameters={"days": 30},
    )  # fmt: skip
    assert rule.due_at is not None

    assert _scan(rule) == 1
    assert _scan(rule) == 0

    assert given.free("MILK") == 4
    with transaction.atomic():
        rules.tune(rule_id=rule.pk, parameters={"days": 300}, person=given.person())
    assert _scan(rule) == 1
    assert given.free("MILK") == 0


def _scan(rule: Rule) -> int:
    found = scanning.search(rule_id=rule.pk)
    with transaction.atomic():
        return scanning.freeze_found(found, rule_id=rule.pk)


def test_time_alone_lets_go_of_a_commercial_freeze_and_never_of_one_for_safety() -> None:
    given.stock("TEA", 10)
    enabled(scope="goods", quantity={"event": True}, reason="RULE", release={"after": {"hours": 1}})
    tell("goods.received", goods=[("TEA", 4)])

    with transaction.atomic():
        assert judging.look_again(now=timezone.now()) == 0
    with transaction.atomic():
        assert judging.look_again(now=timezone.now() + timedelta(hours=2)) == 1
    assert given.free("TEA") == 10

    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.create_rule(
            draft=writing.draft(reason="QC", release={"after": {"hours": 1}}),
            person=given.person(),
        )
    assert [wrong.part for wrong in refused.value.wrong] == ["release"]


def test_a_document_with_very_many_holds_is_let_go_of_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from freeze_rules.services import releasing

    for code in ("TEA", "MILK", "OATS"):
        given.stock(code, 20)
    enabled(
        trigger="promotion.opened", scope="goods", quantity={"event": True}, reason="PROMOTION",
        release={"proof": "promotion.closed"},
    )  # fmt: skip
    for code in ("TEA", "MILK", "OATS"):
        tell("promotion.opened", document="P-1", goods=[(code, 5)])
    monkeypatch.setattr(releasing, "AT_ONCE", 2)

    assert tell("promotion.closed", document="P-1").released == 0
    assert Proof.objects.count() == 3
    with transaction.atomic():
        assert judging.look_again(limit=2) == 2
    assert releasing.any_due()
    with transaction.atomic():
        assert judging.look_again(limit=2) == 1

    assert [given.free(code) for code in ("TEA", "MILK", "OATS")] == [20, 20, 20]
    assert not releasing.any_due()


def test_who_sees_only_a_region_writes_rules_but_stops_and_tunes_none() -> None:
    given.unit("EAST", "REGION", "HQ")
    manager = given.person("REGION_MANAGER", at="EAST")
    rule = enabled(condition=DAIRY, parameters={"days": 3})

    with transaction.atomic():
        assert rules.create_rule(draft=writing.draft(), person=manager).state == RuleState.DRAFT
    stop: dict[str, Any] = {"rule_id": rule.pk, "person": manager, "why": "x"}
    for verb in (
        partial(rules.pause, **stop),
        partial(rules.retire, **stop),
        partial(rules.tune, rule_id=rule.pk, parameters={"days": 4}, person=manager),
    ):
        with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
            verb()
        assert refused.value.code == "not_allowed"
    assert Rule.objects.get(pk=rule.pk).state == RuleState.ENABLED
