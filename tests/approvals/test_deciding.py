"""A request from the question to the deed: who is asked, who may, what is done and when not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from org import services as org
from org.models import (
    ApprovalDecision,
    ApprovalEvent,
    ApprovalRequest,
    AuditRecord,
    NoticeCopy,
    Person,
)
from org.services import approvals
from org.services.approvals import StepDraft
from tests import given
from tests.approvals import sample
from tests.approvals.sample import Box, Chain, asked, decided, policy, refusal, state

pytestmark = pytest.mark.django_db


def _told(person: Person) -> list[str]:
    rows = NoticeCopy.objects.filter(person=person).order_by("id")
    return list(rows.values_list("notice__kind", flat=True))


def test_the_manager_of_the_unit_is_asked_and_one_yes_does_it(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)

    assert (state(request), box.done) == ("SUBMITTED", {})
    assert _told(chain.store) == ["approval.waiting"]
    assert _told(chain.region) == []

    decided(request, chain.store)

    assert state(request) == "APPLIED"
    assert box.done == {f"approval:{request.pk}": 3}
    assert _told(chain.clerk) == ["approval.done"]


def test_every_change_of_state_is_an_event_and_on_the_trail(chain: Chain) -> None:
    policy()
    request = asked(chain.clerk)
    decided(request, chain.store, why="fine")

    events = ApprovalEvent.objects.filter(request=request).order_by("id")
    assert list(events.values_list("what", "from_state", "to_state", "actor", "why")) == [
        ("SUBMITTED", "", "SUBMITTED", chain.clerk.actor, "too many"),
        ("AGREED", "", "", chain.store.actor, "fine"),
        ("APPROVED", "SUBMITTED", "APPROVED", chain.store.actor, ""),
        ("APPLIED", "APPROVED", "APPLIED", chain.store.actor, ""),
    ]
    trail = AuditRecord.objects.filter(subject=request.number).order_by("id")
    assert list(trail.values_list("action", flat=True)) == [
        "approval.submitted", "approval.approved", "approval.applied",
    ]  # fmt: skip


def test_a_rejection_needs_a_reason_and_ends_it(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)

    assert refusal(request, chain.store, "REJECT") == "why_missing"
    assert state(request) == "SUBMITTED"
    decided(request, chain.store, "REJECT", why="count again")

    assert (state(request), box.tries) == ("REJECTED", 0)
    assert _told(chain.clerk) == ["approval.rejected"]
    assert refusal(request, chain.region, key="later") == "closed"


def test_the_maker_is_never_the_checker_whatever_their_roles(chain: Chain) -> None:
    policy(StepDraft(asked="PERMISSION", permission="stock.adjust"))
    request = asked(chain.store)
    with transaction.atomic():
        # A second role makes no difference.
        org.assign(
            person_id=chain.store.pk, unit_id=given.unit("HQ").pk, role="HEAD_OFFICE", actor="x"
        )

    assert refusal(request, Person.objects.get(pk=chain.store.pk)) == "own_request"
    decided(request, chain.region)
    assert state(request) == "APPLIED"


def test_the_database_itself_refuses_a_maker_who_checks(chain: Chain) -> None:
    policy()
    request = asked(chain.clerk)
    step = request.steps.get()

    def write(**more: object) -> None:
        columns: dict[str, object] = {
            "key": "raw", "request": request, "step": step, "maker": chain.clerk,
            "again_allowed": False, "person": chain.store, "principal": chain.store,
            "verdict": "APPROVE", "fingerprint": "",
        }  # fmt: skip
        with transaction.atomic():
            ApprovalDecision.objects.create(**(columns | more))

    with pytest.raises(IntegrityError, match="maker_is_not_checker"):
        write(person=chain.clerk, principal=chain.clerk)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"):
        write(principal=chain.clerk)
    # Saying that somebody else asked does not help: the pair is tied to the request.
    with pytest.raises(IntegrityError, match="of_its_request"):
        write(person=chain.clerk, principal=chain.clerk, maker=chain.boss)
    write()


def test_what_was_asked_and_decided_cannot_be_rewritten(chain: Chain) -> None:
    policy()
    request = asked(chain.clerk)
    decided(request, chain.store)

    for rows, change in (
        (ApprovalRequest.objects.filter(pk=request.pk), {"payload": {"take": 9}}),
        (ApprovalRequest.objects.filter(pk=request.pk), {"fingerprint": "x"}),
        (ApprovalDecision.objects.filter(request=request), {"why": "x"}),
        (ApprovalEvent.objects.filter(request=request), {"why": "x"}),
    ):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk)._raw_delete("default")


def test_a_store_is_asked_about_its_own_things_only(chain: Chain) -> None:
    policy(StepDraft(asked="PERMISSION", permission="stock.adjust"))
    request = asked(chain.clerk)

    assert refusal(request, chain.other) == "not_asked"
    assert refusal(request, chain.clerk) == "own_request"
    assert refusal(request, given.person("AUDITOR")) == "not_allowed"
    assert state(request) == "SUBMITTED"


def test_a_manager_who_asks_goes_to_the_manager_above(chain: Chain) -> None:
    policy()
    request = asked(chain.store)

    assert _told(chain.region) == ["approval.waiting"]
    assert _told(chain.boss) == []
    decided(request, chain.region)
    assert state(request) == "APPLIED"


def test_steps_go_one_after_the_other_and_nobody_decides_two(chain: Chain, box: Box) -> None:
    policy(
        StepDraft(asked="PERMISSION", permission="stock.adjust"),
        StepDraft(asked="ROLE", role="REGION_MANAGER"),
    )
    second = given.person("REGION_MANAGER", "EAST", "second")
    request = asked(chain.clerk)

    decided(request, chain.region)
    assert (state(request), box.done) == ("SUBMITTED", {})
    assert refusal(request, chain.region, key="again") == "decided_already"
    assert refusal(request, chain.store) == "not_asked"

    decided(request, second)
    assert (state(request), len(box.done)) == ("APPLIED", 1)


def test_a_policy_may_let_one_person_decide_two_steps(chain: Chain) -> None:
    steps = (StepDraft(asked="ROLE", role="REGION_MANAGER"),) * 2
    policy(*steps, again_allowed=True)
    request = asked(chain.clerk)

    decided(request, chain.region)
    decided(request, chain.region, key="second")

    assert state(request) == "APPLIED"


def test_the_database_keeps_one_person_from_two_steps(chain: Chain) -> None:
    policy(*(StepDraft(asked="ROLE", role="REGION_MANAGER"),) * 2)
    given.person("REGION_MANAGER", "EAST", "second")
    request = asked(chain.clerk)
    decided(request, chain.region)
    last = request.steps.get(position=2)

    with pytest.raises(IntegrityError, match="one_step_each"), transaction.atomic():
        ApprovalDecision.objects.create(
            key="raw", request=request, step=last, maker=chain.clerk, again_allowed=False,
            person=chain.region, principal=chain.boss, verdict="APPROVE", fingerprint="",
        )  # fmt: skip


def test_all_of_them_means_all_of_them(chain: Chain) -> None:
    policy(StepDraft(asked="PERSONS", agreement="ALL", person_ids=(chain.boss.pk, chain.region.pk)))
    request = asked(chain.clerk)

    decided(request, chain.boss)
    assert state(request) == "SUBMITTED"
    decided(request, chain.region)
    assert state(request) == "APPLIED"


def test_a_double_tap_is_one_decision(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)

    first = decided(request, chain.store, key="tap")
    again = decided(request, chain.store, key="tap")

    assert (first.repeated, again.repeated) == (False, True)
    assert (box.tries, ApprovalDecision.objects.count()) == (1, 1)
    assert refusal(request, chain.store, "REJECT", key="tap", why="no") == "key_reused"


def test_who_asks_twice_with_one_key_asks_once(chain: Chain) -> None:
    policy()
    first = asked(chain.clerk, key="k")

    assert asked(chain.clerk, key="k").pk == first.pk
    with pytest.raises(approvals.ApprovalRefused) as refused:
        asked(chain.clerk, key="k", take=4)
    assert refused.value.code == "key_reused"
    assert ApprovalRequest.objects.count() == 1


def test_a_change_after_submission_voids_what_was_agreed(chain: Chain, box: Box) -> None:
    policy(StepDraft(asked="MANAGER"), StepDraft(asked="ROLE", role="REGION_MANAGER"))
    request = asked(chain.clerk)
    decided(request, chain.store)
    box.beads = 7

    outcome = decided(request, chain.region)

    assert outcome.voided
    assert (state(request), box.tries) == ("VOIDED", 0)
    assert ApprovalDecision.objects.filter(request=request).count() == 1
    assert _told(chain.clerk) == ["approval.voided"]


def test_a_change_does_not_keep_anybody_from_saying_no(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)
    box.beads = 7

    decided(request, chain.store, "REJECT", why="no")

    assert state(request) == "REJECTED"


def test_asked_again_it_is_about_the_world_of_today(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)
    box.beads = 7
    decided(request, chain.store)

    with transaction.atomic():
        fresh = approvals.ask_again(request_id=request.pk, person=chain.clerk)
        same = approvals.ask_again(request_id=request.pk, person=chain.clerk)
    decided(fresh, chain.store)

    assert fresh.pk == same.pk != request.pk
    assert fresh.facts["changes"][0]["before"] == 7
    assert (state(request), state(fresh), len(box.done)) == ("VOIDED", "APPLIED", 1)


def test_what_cannot_be_done_says_why_and_may_be_tried_again(chain: Chain, box: Box) -> None:
    policy()
    request = asked(chain.clerk)
    box.refuses = True

    decided(request, chain.store)
    failed = ApprovalRequest.objects.get(pk=request.pk)
    assert (failed.state, failed.failure) == ("APPLY_FAILED", "The lid is jammed.")
    assert _told(chain.clerk) == ["approval.failed"]

    box.refuses = False
    with transaction.atomic():
        approvals.retry(request_id=request.pk, person=chain.clerk)
        repeated = approvals.retry(request_id=request.pk, person=chain.clerk)

    assert repeated.repeated
    assert (state(request), box.tries, len(box.done)) == ("APPLIED", 2, 1)
    with transaction.atomic(), pytest.raises(approvals.ApprovalRefused) as refused:
        approvals.retry(request_id=request.pk, person=chain.other)
    assert refused.value.code == "not_yours"


def test_taken_back_it_waits_for_nobody(chain: Chain) -> None:
    policy()
    request = asked(chain.clerk)

    with transaction.atomic(), pytest.raises(approvals.ApprovalRefused) as refused:
        approvals.withdraw(request_id=request.pk, person=chain.store)
    assert refused.value.code == "not_yours"
    with transaction.atomic():
        approvals.withdraw(request_id=request.pk, person=chain.clerk)
        approvals.withdraw(request_id=request.pk, person=chain.clerk)

    assert state(request) == "WITHDRAWN"
    assert ApprovalEvent.objects.filter(request=request, what="WITHDRAWN").count() == 1
    assert refusal(request, chain.store) == "closed"


def test_what_was_looked_at_is_what_is_decided(chain: Chain) -> None:
    policy(
        StepDraft(asked="PERMISSION", permission="stock.adjust"),
        StepDraft(asked="PERMISSION", permission="stock.adjust"),
    )
    request = asked(chain.clerk)
    seen = approvals.seen_of(request)
    decided(request, chain.store, seen=seen)

    assert refusal(request, chain.region, seen=seen) == "moved_on"
    decided(request, chain.region, seen=approvals.seen_of(ApprovalRequest.objects.get()))
    assert state(request) == "APPLIED"


def test_a_request_that_nobody_could_decide_is_not_taken(chain: Chain) -> None:
    policy(StepDraft(asked="PERSONS", person_ids=(chain.store.pk,)))

    with pytest.raises(approvals.ApprovalRefused) as refused:
        asked(chain.store)

    assert (refused.value.code, ApprovalRequest.objects.count()) == ("nobody_to_ask", 0)


def test_limits_say_which_policy_counts(chain: Chain) -> None:
    policy(name="small", min_qty=2, max_amount=100)
    policy(name="large", min_amount=100, min_qty=50, rank=5)
    policy(name="safety", trait="SAFETY", rank=9)
    policy(name="there", unit_id=given.unit("S2").pk, rank=7)

    def named(take: int, at: str = "S1", **payload: object) -> str:
        facts = sample._summarize({"take": take, **payload})
        found = approvals.needed(
            kind="sample", facts=facts, unit_id=given.unit(at).pk, person=chain.clerk
        )
        return found.policy.name if found else ""

    assert [named(1), named(2), named(19), named(20)] == ["", "small", "small", "large"]
    assert named(1, at="S2") == "there"
    assert named(1, at="S2", safety=1) == "safety"
    # From 50 units on whatever they cost.
    cheap = replace(sample._summarize({"take": 50}), amount=Decimal(1))
    found = approvals.needed(kind="sample", facts=cheap, unit_id=given.unit("S1").pk, person=None)
    assert found is not None
    assert found.policy.name == "large"


def test_it_is_known_beforehand_who_would_be_asked(chain: Chain) -> None:
    policy(
        StepDraft(asked="MANAGER", deadline_hours=4),
        StepDraft(asked="ROLE", role="HEAD_OFFICE", agreement="ALL"),
    )

    found = approvals.needed(
        kind="sample", facts=sample._summarize({"take": 1}), unit_id=given.unit("S1").pk,
        person=chain.store,
    )  # fmt: skip

    assert found is not None
    assert found.possible
    # The maker is the store's manager: the one above is asked.
    assert [step.names[0] for step in found.steps] == ["region", "boss"]
    assert [(step.all_of_them, step.deadline_hours) for step in found.steps] == [
        (False, 4), (True, None),
    ]  # fmt: skip
