"""Beyond its limits a rule stops whole and asks: wide freezes and searches count like others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Outcome, Rule, RuleState, Verdict
from freeze_rules.services import manual, rules, scanning
from tests import given
from tests.freeze_rules.writing import enabled, open_holds, tell

pytestmark = pytest.mark.django_db


def of_supplier(supplier: str, sku: str, qty: int, *, warehouse: str = "WH1") -> int:
    """A lot of the supplier's in stock."""
    lot = given.lot(sku, f"{sku}-{supplier}", supplier=supplier)
    given.stock(sku, qty, lot_id=lot, warehouse=warehouse)
    return lot


def blocked(supplier: str) -> None:
    """The supplier is blocked, wherever its goods lie."""
    tell("supplier.blocked", warehouse="", facts={"event.supplier": supplier})


def of_suppliers(**limits: int) -> Rule:
    return enabled(trigger="supplier.blocked", scope="supplier", limits=limits)


def stopped(rule: Rule) -> list[str]:
    """The limits at which the rule stopped; none while it runs."""
    if Rule.objects.get(pk=rule.pk).state == RuleState.ENABLED:
        return []
    return list(Verdict.objects.filter(outcome=Outcome.STOPPED).values_list("code", flat=True))


def test_all_that_lies_under_a_wide_freeze_counts_for_the_share_of_a_sku() -> None:
    of_supplier("Mill", "MILK", 4)
    of_supplier("Farm", "MILK", 6)
    rule = of_suppliers(share_pct=50)

    blocked("Mill")
    assert (given.free("MILK"), stopped(rule)) == (6, [])
    blocked("Farm")

    assert (given.free("MILK"), stopped(rule)) == (6, ["share_pct"])


def test_skus_of_an_hour_are_those_that_wide_freezes_hold_and_would_hold() -> None:
    of_supplier("Farm", "MILK", 6)
    of_supplier("Farm", "OATS", 6)
    of_supplier("Mill", "TEA", 5)
    rule = of_suppliers(skus_per_hour=2)

    blocked("Farm")
    assert (given.free("MILK"), given.free("OATS"), stopped(rule)) == (0, 0, [])
    blocked("Mill")

    assert (given.free("TEA"), stopped(rule)) == (5, ["skus_per_hour"])


def test_a_wide_freeze_that_was_let_go_of_within_the_hour_counts_all_the_same() -> None:
    of_supplier("Farm", "MILK", 6)
    of_supplier("Mill", "TEA", 5)
    rule = of_suppliers(skus_per_hour=1)
    blocked("Farm")
    [hold] = open_holds("QC")
    with transaction.atomic():
        manual.unfreeze(key="k", hold_id=hold.id, why="a mistake", person=given.person())

    blocked("Mill")

    assert (given.free("MILK"), given.free("TEA"), stopped(rule)) == (6, 5, ["skus_per_hour"])


def test_warehouses_of_a_freeze_that_names_none_are_those_where_its_goods_lie() -> None:
    given.warehouse("WH2")
    of_supplier("Farm", "MILK", 6)
    of_supplier("Mill", "TEA", 5, warehouse="WH2")
    rule = of_suppliers(stores=1)

    blocked("Farm")
    assert (given.free("MILK"), stopped(rule)) == (0, [])
    blocked("Mill")

    assert stopped(rule) == ["stores"]
    assert len(open_holds("QC")) == 1


def near_their_date(**limits: int) -> Rule:
    """Two lots of ten that cost one each are near their date, and a rule that looks for such."""
    day = timezone.localdate() + timedelta(days=20)
    given.sku("MILK", unit_cost="1")
    for code in ("L1", "L2"):
        given.stock("MILK", 10, lot_id=given.lot("MILK", code, expires_on=day))
    near: dict[str, Any] = {"fact": "lot.days_left", "is": "<", "value": 30}
    return enabled(trigger="lot.expiring", reason="NEAR_EXPIRY", condition=near, limits=limits)


def test_a_search_that_stopped_may_go_beyond_its_limits_once() -> None:
    rule = near_their_date(value=15)
    assert scanning.scan_in_parts(rule_id=rule.pk) == 0
    assert (given.free("MILK"), set(stopped(rule))) == (20, {"value"})

    with transaction.atomic():
        rules.resume(rule_id=rule.pk, person=given.person(), why="counted", beyond=True)

    assert given.free("MILK") == 0
    assert len(open_holds("NEAR_EXPIRY")) == 2
    assert scanning.scan_in_parts(rule_id=rule.pk) == 0
    assert Rule.objects.get(pk=rule.pk).state == RuleState.ENABLED


@pytest.mark.parametrize(("value", "laid", "free"), [(15, 0, 20), (20, 2, 0)])
def test_a_search_in_parts_is_weighed_whole_before_its_first_part(
    monkeypatch: pytest.MonkeyPatch, value: int, laid: int, free: int
) -> None:
    monkeypatch.setattr(scanning, "PART", 1)
    rule = near_their_date(value=value)

    assert scanning.scan_in_parts(rule_id=rule.pk) == laid

    assert given.free("MILK") == free
    assert stopped(rule) == (["value", "value"] if not laid else [])
