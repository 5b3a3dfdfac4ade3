"""What a person may do alone: a batch is weighed as one; share, SKUs and warehouses count too."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import override

from freeze_rules import services as freezing
from freeze_rules.services import freeze_consent
from org.models import ApprovalRequest, Person
from org.services import approvals
from tests import given

pytestmark = pytest.mark.django_db
RELEASE, FREEZE = "stock.unfreeze", "stock.freeze"


def policy(kind: str, **limits: Any) -> None:
    """From these limits on somebody who may release must agree."""
    step = approvals.StepDraft(asked="PERMISSION", permission="stock.release_safety")
    draft = approvals.PolicyDraft(kind=kind, name=kind, steps=(step,), **limits)
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())


def frozen(*skus: str, warehouse: str = "WH1") -> list[int]:
    """Three units of each SKU, of ten, frozen by a machine."""
    given.warehouse_id("WH1")
    holds = []
    for sku in skus:
        given.stock(sku, 10, warehouse=warehouse)
        holds.append(given.held(f"FZ-{sku}", sku, 3, reason="MANUAL", warehouse=warehouse))
    return holds


def let_go(person: Person, *holds: int) -> list[str]:
    """Let go of these together; why each stays."""
    with transaction.atomic(), override("en"):
        answers = freezing.let_go_each(hold_ids=holds, why="checked", person=person)
    return [answers[pk][1] for pk in holds]


def asked() -> list[ApprovalRequest]:
    return list(ApprovalRequest.objects.order_by("id"))


def agrees(person: Person) -> None:
    with transaction.atomic():
        [request] = asked()
        approvals.decide(request_id=request.pk, person=person, verdict=approvals.APPROVE, key="yes")


def test_freezes_that_are_small_alone_and_large_together_wait_together() -> None:
    policy(RELEASE, min_qty=5)
    lead, boss = given.person("WAREHOUSE_LEAD"), given.person()
    holds = frozen("MILK", "OATS")

    said = let_go(lead, *holds)

    [request] = asked()
    assert said == [f"All of them together are asked for as AP-{request.pk}."] * 2
    assert (request.qty, request.payload["hold_ids"]) == (6, sorted(holds))
    assert (given.free("MILK"), given.free("OATS")) == (7, 7)
    assert let_go(lead, *holds) == said
    agrees(boss)
    assert (given.free("MILK"), given.free("OATS")) == (10, 10)


def test_one_of_them_alone_is_let_go_of_at_once() -> None:
    policy(RELEASE, min_qty=5)
    lead = given.person("WAREHOUSE_LEAD")
    holds = frozen("MILK", "OATS")

    assert let_go(lead, holds[0]) == [""]

    assert (given.free("MILK"), asked()) == (10, [])


def test_a_batch_that_changed_since_it_was_asked_for_is_void() -> None:
    policy(RELEASE, min_qty=5)
    lead, boss = given.person("WAREHOUSE_LEAD"), given.person()
    holds = frozen("MILK", "OATS")
    let_go(lead, *holds)
    with transaction.atomic():
        freezing.unfreeze(key="k", hold_id=holds[0], qty=1, why="one is sound", person=boss)

    agrees(boss)

    [request] = asked()
    assert request.state == "VOIDED"
    assert given.free("OATS") == 7


@pytest.mark.parametrize(
    ("limits", "waits"),
    [
        ({"min_share_pct": 30}, True),
        ({"min_share_pct": 31}, False),
        ({"min_skus": 2}, False),
        ({"min_skus": 1}, True),
        ({"min_places": 1}, True),
        ({"min_places": 2}, False),
    ],
)
def test_a_release_waits_from_a_share_of_a_sku_so_many_skus_or_warehouses_on(
    limits: dict[str, int], waits: bool
) -> None:
    policy(RELEASE, **limits)
    [hold] = frozen("MILK")

    with transaction.atomic():
        done = freezing.let_go(
            key="k", hold_id=hold, why="checked", person=given.person("WAREHOUSE_LEAD")
        )

    assert (done.approval_id is not None) is waits
    assert given.free("MILK") == (7 if waits else 10)


def test_what_a_person_let_go_of_in_the_hour_before_counts() -> None:
    policy(RELEASE, min_skus=3)
    lead, other = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD")
    holds = frozen("MILK", "OATS", "TEA", "RICE")

    assert let_go(lead, *holds[:2]) == ["", ""]
    assert let_go(lead, holds[2]) != [""]
    assert let_go(other, holds[3]) == [""]

    assert (given.free("TEA"), given.free("RICE")) == (7, 10)


@pytest.mark.parametrize(
    ("limits", "waits"),
    [({"min_share_pct": 50}, True), ({"min_share_pct": 51}, False), ({"min_places": 1}, True)],
)
def test_a_freeze_by_hand_waits_by_the_same_limits(limits: dict[str, int], waits: bool) -> None:
    policy(FREEZE, **limits)
    given.stock("MILK", 10)
    lead = given.person("WAREHOUSE_LEAD")
    order = freezing.FreezeOrder(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("MILK"), qty=5, reason="MANUAL"
    )
    with transaction.atomic():
        planned = freezing.plan_freeze(order=order, person=lead)
        laid = freeze_consent.freeze_or_ask(
            key="k", order=order, person=lead, pk=planned.pk, plan=planned.plan.digest
        )

    assert (laid.approval_id is not None) is waits
    assert given.free("MILK") == (10 if waits else 5)


def test_such_limits_are_refused_for_what_does_not_say_how_far_it_reaches() -> None:
    with pytest.raises(approvals.PolicyWrong) as wrong:
        policy("stock.adjust", min_skus=2)
    assert wrong.value.field == "min_skus"
    with pytest.raises(approvals.PolicyWrong):
        policy(RELEASE, min_share_pct=101)
