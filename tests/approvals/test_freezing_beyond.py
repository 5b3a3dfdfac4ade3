"""A freeze by hand beyond what one person may do alone stops whole and asks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from freeze_rules import services as freezing
from org.models import Person
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given
from tests.freeze_rules.writing import open_holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Person:
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    draft = PolicyDraft(
        kind="stock.freeze", name="Large", min_amount=Decimal(500),
        steps=(StepDraft(asked="PERMISSION", permission="stock.release_safety"),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())
    return given.person("STORE_MANAGER", name="manager")


def _freeze(person: Person, qty: int, *, times: int = 1) -> list[freezing.Laid]:
    """Shown once, applied so many times under the same key."""
    order = freezing.FreezeOrder(
        reason="MANUAL", warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=qty
    )
    with transaction.atomic():
        planned = freezing.plan_freeze(order=order, person=person)
    done = []
    for _time in range(times):
        with transaction.atomic():
            done.append(
                freezing.freeze_or_ask(
                    key="k", order=order, person=person, pk=planned.pk, plan=planned.plan.digest
                )
            )
    return done


def test_below_the_limit_it_is_frozen_at_once(manager: Person) -> None:
    assert _freeze(manager, 49)[0].frozen is not None
    assert given.free("TEA") == 51


def test_beyond_it_nothing_is_frozen_until_somebody_else_agrees(manager: Person) -> None:
    lead = given.person("WAREHOUSE_LEAD")

    asked, again = _freeze(manager, 60, times=2)

    assert (asked.frozen, given.free("TEA")) == (None, 100)
    assert again.approval_id == asked.approval_id
    with transaction.atomic():
        decided = approvals.decide(
            request_id=asked.approval_id or 0, person=lead, verdict="APPROVE", key="tap"
        )
    assert decided.request.state == "APPLIED"
    assert given.free("TEA") == 40
    assert [hold.placed_by for hold in open_holds("MANUAL")] == [manager.actor]
