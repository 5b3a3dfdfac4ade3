"""A freeze is let go of at once, or with somebody's consent when a policy wants it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules import services as freezing
from inventory import selectors as stock
from inventory import services as inventory
from org.models import ApprovalRequest, AuditRecord, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given

pytestmark = pytest.mark.django_db


def _policy(*, permission: str = "stock.release_safety", **more: object) -> None:
    draft = PolicyDraft(
        kind="stock.unfreeze", name="Safety",
        steps=(StepDraft(asked="PERMISSION", permission=permission),),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())


@pytest.fixture
def manager() -> Person:
    """May release commercial freezes, not those for safety."""
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    return given.person("STORE_MANAGER", name="manager")


def _let_go(person: Person, hold_id: int, qty: int | None = None, key: str = "k") -> freezing.LetGo:
    with transaction.atomic():
        return freezing.let_go(key=key, hold_id=hold_id, qty=qty, why="passed", person=person)


def _approve(number: int | None, by: Person) -> str:
    assert number is not None
    with transaction.atomic():
        done = approvals.decide(request_id=number, person=by, verdict="APPROVE", key="tap")
    return str(done.request.state)


def _open(hold_id: int) -> int:
    found = stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)
    return found[0].open


def test_a_safety_freeze_is_asked_for_and_released_by_consent(manager: Person) -> None:
    _policy(trait="SAFETY")
    freeze = given.held("FZ-1", "TEA", 20, reason="QC")
    lead = given.person("WAREHOUSE_LEAD")

    done = _let_go(manager, freeze)

    assert (done.released, _open(freeze)) == (None, 20)
    assert _approve(done.approval_id, lead) == "APPLIED"
    assert (_open(freeze), given.free("TEA")) == (0, 100)
    row = AuditRecord.objects.get(action="stock.unfrozen")
    assert (row.actor, row.after) == (
        manager.actor,
        {
            "released": 20, "why": "passed", "approval": f"AP-{done.approval_id}",
            "approved_by": [lead.actor],
        },
    )  # fmt: skip


def test_without_a_policy_who_may_not_release_safety_is_refused(manager: Person) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="QC")

    with pytest.raises(freezing.FreezeRefused) as refused:
        _let_go(manager, freeze)

    assert (refused.value.code, _open(freeze)) == ("not_allowed", 20)


def test_a_policy_that_asks_the_wrong_people_releases_nothing(manager: Person) -> None:
    _policy(permission="stock.release", trait="SAFETY")
    freeze = given.held("FZ-1", "TEA", 20, reason="QC")
    done = _let_go(manager, freeze)

    assert _approve(done.approval_id, given.person("STORE_MANAGER")) == "APPLY_FAILED"
    assert _open(freeze) == 20


def test_commercial_freezes_go_at_once_below_the_size(manager: Person) -> None:
    _policy(permission="stock.release", min_qty=10)
    freeze = given.held("FZ-1", "TEA", 20, reason="MANUAL")

    few = _let_go(manager, freeze, 9, "few")
    many = _let_go(manager, freeze, 10, "many")

    assert few.released is not None
    assert (many.released, _open(freeze)) == (None, 11)
    assert _approve(many.approval_id, given.person("REGION_MANAGER")) == "APPLIED"
    assert _open(freeze) == 1


def test_when_the_freeze_changed_meanwhile_the_consent_is_void(manager: Person) -> None:
    _policy(trait="SAFETY")
    freeze = given.held("FZ-1", "TEA", 20, reason="QC")
    done = _let_go(manager, freeze)
    with transaction.atomic():
        inventory.release(
            [
                inventory.ReleaseRequest(
                    key="part", document="FZ-1", hold_id=freeze,
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=5),),
                )
            ],
            actor=given.ACTOR,
        )[0].check()  # fmt: skip

    assert _approve(done.approval_id, given.person("WAREHOUSE_LEAD")) == "VOIDED"
    assert _open(freeze) == 15


def test_the_page_says_who_must_approve_before_one_presses(manager: Person, client: Client) -> None:
    _policy(trait="SAFETY")
    given.person("WAREHOUSE_LEAD", name="The lead")
    freeze = given.held("FZ-1", "TEA", 20, reason="QC")
    client.force_login(manager)

    page = client.get(f"/holds/{freeze}/").content.decode()
    answer = client.post(f"/holds/{freeze}/release/", {"why": "passed", "token": "t"})
    twice = client.post(f"/holds/{freeze}/release/", {"why": "passed", "token": "t"})

    assert "The lead" in page
    request = ApprovalRequest.objects.get()
    assert answer.headers["Location"] == twice.headers["Location"] == f"/approvals/{request.pk}/"
    assert _open(freeze) == 20


def test_many_at_once_are_released_or_asked_for_each(manager: Person) -> None:
    _policy(trait="SAFETY")
    given.person("WAREHOUSE_LEAD")
    safety = given.held("FZ-1", "TEA", 20, reason="QC")
    plain = given.held("FZ-2", "TEA", 5, reason="MANUAL")

    with transaction.atomic():
        answers = freezing.let_go_each(hold_ids=[safety, plain], why="passed", person=manager)

    request = ApprovalRequest.objects.get()
    assert (_open(safety), _open(plain)) == (20, 0)
    assert answers[plain] == ("FZ-2", "")
    assert request.number in answers[safety][1]
