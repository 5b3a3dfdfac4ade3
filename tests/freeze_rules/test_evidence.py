"""What a freeze waits for, leaf by leaf: who proved it, and whether a fact is true now."""

from __future__ import annotations

import pytest
from django.db import transaction

from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.services import events
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.django_db
PASSED, CLEARED = {"proof": "inspection.passed"}, {"proof": "customs.cleared"}


def category(value: str) -> dict[str, str]:
    return {"fact": "sku.category", "is": "=", "value": value}


def test_a_leaf_names_who_proved_it_and_a_fact_is_judged_as_the_release_judges_it() -> None:
    inspector = given.person(name="wang")
    given.sku("MILK", category="DAIRY")
    given.stock("MILK", 10)
    tree = {"all": [PASSED, CLEARED, category("DAIRY"), category("FISH")]}
    writing.enabled(scope="sku", release=tree)
    writing.tell("goods.received", goods=[("MILK", 10)])
    passed = events.Happening(
        kind="inspection.passed", key="I-1", warehouse_id=given.warehouse_id("WH1"),
        goods=[writing.goods_of("MILK", 10)],
    )  # fmt: skip
    with transaction.atomic():
        events.note([passed], told_by=inspector.actor)
    writing.judge()

    [hold] = writing.open_holds("QC")
    seen = evidence_of(hold.id)

    assert seen is not None
    assert [each.met for each in seen.leaves] == [True, False, True, False]
    assert [proof.who for each in seen.leaves for proof in each.proofs] == ["wang"]
