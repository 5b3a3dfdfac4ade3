"""While somebody is away: who may decide, for whom, and that it never goes in a circle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from org.models import ApprovalDecision, ApprovalEvent, Delegation, NoticeCopy, Person, RequestStep
from org.selectors import approvers
from org.selectors.approvals import requests
from org.services import approvals
from org.services.approvals import StepDraft
from tests import given
from tests.api.asking import shop
from tests.approvals.sample import Chain, asked, decided, just_at, policy, refusal, state

pytestmark = pytest.mark.django_db


def away(
    person: Person, to: Person, *, days: int = 7, start: datetime | None = None, **more: object
) -> int:
    begin = start or timezone.now()
    with transaction.atomic():
        return approvals.delegate(
            person=person, to=to, starts_at=begin, ends_at=begin + timedelta(days=days),
            **more,  # type: ignore[arg-type]
        )  # fmt: skip


def waiting(person: Person) -> list[int]:
    return [row.id for row in requests(person=person, box="waiting")]


def test_whoever_stands_in_decides_in_the_others_name(chain: Chain) -> None:
    policy()
    away(chain.store, chain.other)
    request = asked(chain.clerk)

    assert waiting(chain.other) == [request.pk]
    assert NoticeCopy.objects.filter(person=chain.other).count() == 1
    decided(request, chain.other)

    row = ApprovalDecision.objects.get()
    assert (row.person, row.principal) == (chain.other, chain.store)
    assert ApprovalEvent.objects.get(what="AGREED").principal == chain.store.actor
    assert state(request) == "APPLIED"


def test_outside_its_time_and_kinds_a_delegation_is_nothing(chain: Chain) -> None:
    policy()
    now = timezone.now()
    away(chain.store, chain.other, start=now + timedelta(days=2))
    request = asked(chain.clerk)

    assert (waiting(chain.other), refusal(request, chain.other)) == ([], "not_asked")
    with time_machine.travel(now + timedelta(days=3), tick=False):
        assert waiting(chain.other) == [request.pk]
    with time_machine.travel(now + timedelta(days=10), tick=False):
        assert waiting(chain.other) == []
    # The one who is away may still decide.
    assert waiting(chain.store) == [request.pk]


def test_taken_back_it_ends_at_once(chain: Chain) -> None:
    policy()
    number = away(chain.store, chain.other)
    request = asked(chain.clerk)
    with transaction.atomic():
        approvals.end_delegation(delegation_id=number, person=chain.store)

    assert refusal(request, chain.other) == "not_asked"
    with transaction.atomic(), pytest.raises(approvals.ApprovalRefused) as refused:
        approvals.end_delegation(delegation_id=number, person=chain.other)
    assert refused.value.code == "unknown_delegation"


def test_standing_in_never_lets_somebody_decide_about_their_own_request(chain: Chain) -> None:
    policy(StepDraft(asked="PERSONS", person_ids=(chain.store.pk, chain.region.pk)))
    away(chain.region, chain.store)
    request = asked(chain.store)

    assert refusal(request, chain.store) == "own_request"
    # Nor somebody to whom whoever asked has passed it on.
    away(chain.store, chain.other)
    assert (waiting(chain.other), refusal(request, chain.other)) == ([], "not_asked")
    decided(request, chain.region)
    assert state(request) == "APPLIED"


def test_one_person_does_not_become_two_by_standing_in(chain: Chain) -> None:
    policy(
        StepDraft(asked="PERSONS", person_ids=(chain.store.pk,)),
        StepDraft(asked="PERSONS", person_ids=(chain.region.pk, chain.boss.pk)),
    )
    away(chain.region, chain.store)
    request = asked(chain.clerk)
    decided(request, chain.store)

    assert refusal(request, chain.store, key="second") == "decided_already"
    decided(request, chain.boss)
    assert state(request) == "APPLIED"


def test_absences_follow_each_other_to_whoever_is_there(chain: Chain) -> None:
    policy()
    away(chain.store, chain.other)
    away(chain.other, chain.region)
    request = asked(chain.clerk)

    assert waiting(chain.region) == [request.pk]
    decided(request, chain.region)
    assert ApprovalDecision.objects.get().principal == chain.store


def test_a_circle_of_absences_is_refused(chain: Chain) -> None:
    away(chain.store, chain.other)
    away(chain.other, chain.region)

    for person, to in ((chain.other, chain.store), (chain.region, chain.store)):
        with pytest.raises(approvals.ApprovalRefused) as refused:
            away(person, to)
        assert refused.value.code == "loop"
    # Another time, another matter.
    away(chain.other, chain.store, start=timezone.now() + timedelta(days=30))
    assert Delegation.objects.count() == 3


def test_a_circle_in_old_rows_ends(chain: Chain) -> None:
    policy()
    now = timezone.now()
    people = (chain.store, chain.other, chain.region)
    for person, to in zip(people, (*people[1:], people[0]), strict=True):
        Delegation.objects.create(
            from_person=person, to_person=to, starts_at=now, ends_at=now + timedelta(days=1)
        )
    request = asked(chain.clerk)

    assert waiting(chain.region) == [request.pk]
    assert len(approvers.stand_ins(chain.store)) == 3


@pytest.mark.parametrize(("days", "code"), [(0, "bad_time"), (-1, "bad_time"), (400, "too_long")])
def test_times_that_make_no_sense_are_refused(chain: Chain, days: int, code: str) -> None:
    with pytest.raises(approvals.ApprovalRefused) as refused:
        away(chain.store, chain.other, days=days)
    assert refused.value.code == code


def test_only_people_who_may_approve_stand_in(chain: Chain) -> None:
    for to, code in ((chain.clerk, "unknown_person"), (chain.store, "to_yourself")):
        with pytest.raises(approvals.ApprovalRefused) as refused:
            away(chain.store, to)
        assert refused.value.code == code
    with pytest.raises(approvals.ApprovalRefused) as refused:
        away(chain.store, chain.other, kinds=["no.such"])
    assert refused.value.code == "unknown_kind"


def test_handed_over_somebody_else_decides_this_one_only(chain: Chain) -> None:
    policy()
    first, second = asked(chain.clerk), asked(chain.clerk)
    with transaction.atomic():
        approvals.hand_over(request_id=first.pk, person=chain.store, to=chain.boss, why="on leave")
        approvals.hand_over(request_id=first.pk, person=chain.store, to=chain.boss)

    assert waiting(chain.boss) == [first.pk]
    assert refusal(second, chain.boss) == "not_asked"
    decided(first, chain.boss)
    assert state(first) == "APPLIED"
    assert ApprovalEvent.objects.filter(what="HANDED_OVER").count() == 1
    with transaction.atomic(), pytest.raises(approvals.ApprovalRefused) as refused:
        approvals.hand_over(request_id=second.pk, person=chain.store, to=chain.clerk)
    assert refused.value.code == "to_the_maker"


def test_both_readings_of_who_is_asked_agree(chain: Chain) -> None:
    policy(
        StepDraft(asked="MANAGER"),
        StepDraft(asked="PERMISSION", permission="stock.adjust"),
        StepDraft(asked="ROLE", role="REGION_MANAGER"),
        StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"),
        StepDraft(asked="PERSONS", person_ids=(chain.boss.pk, chain.other.pk)),
        again_allowed=True,
    )
    given.person("FINANCE", "HQ", "money")
    given.person("WAREHOUSE_LEAD", "EAST", "lead")
    # Jobs at one warehouse or one shop only, beside those at units.
    here, next_door = given.warehouse("W1", at="S1"), given.warehouse("W2", at="S1")
    front = shop(at="S1", warehouses=("W1",)).pk
    for house in (here, next_door):
        just_at("WAREHOUSE_LEAD", f"lead {house}", warehouse_id=house)
        just_at("STORE_MANAGER", f"manager {house}", warehouse_id=house)
    just_at("STORE_MANAGER", "manager of the shop", shop_id=front)
    just_at("REGION_MANAGER", "region of the shop", shop_id=front)
    places: tuple[dict[str, Any], ...] = (
        {"at": "S1"}, {"at": "S2"}, {"at": "EAST"}, {"at": "S1", "warehouse_id": here},
        {"at": "S1", "warehouse_id": next_door}, {"at": "S1", "shop_id": front},
    )  # fmt: skip
    for maker in (chain.clerk, chain.store):
        for at in places:
            request = asked(maker, **at)
            for number in range(1, 6):
                step = RequestStep.objects.select_related("request", "manager_unit").get(
                    request=request, closed_at__isnull=True, opened_at__isnull=False
                )
                told = {each.pk for each in approvers.people_of_open_step(request, step)}
                listed = {each.pk for each in Person.objects.all() if request.pk in waiting(each)}
                assert told == listed, (maker, at, number)
                by = Person.objects.get(pk=min(told))
                request = decided(request, by, key=f"{number}").request


# Deadlines


def test_an_overdue_step_goes_to_somebody_else_too_and_then_expires(chain: Chain) -> None:
    policy(StepDraft(asked="MANAGER", deadline_hours=4, escalate_role="HEAD_OFFICE"))
    request = asked(chain.clerk)
    now = timezone.now()

    def watch(hours: float) -> int:
        with time_machine.travel(now + timedelta(hours=hours)), transaction.atomic():
            return approvals.watch_deadlines()

    assert watch(3.9) == 0
    assert (waiting(chain.boss), refusal(request, chain.boss)) == ([], "not_asked")
    assert [watch(4.1), watch(4.2)] == [1, 0]
    assert waiting(chain.boss) == waiting(chain.store) == [request.pk]
    kinds = NoticeCopy.objects.filter(person=chain.boss).values_list("notice__kind", flat=True)
    assert list(kinds) == ["approval.escalated"]
    assert watch(8.3) == 1
    assert state(request) == "EXPIRED"
    assert refusal(request, chain.boss) == "closed"


def test_after_the_escalation_it_can_still_be_decided_by_both(chain: Chain) -> None:
    policy(StepDraft(asked="MANAGER", deadline_hours=1, escalate_role="HEAD_OFFICE"))
    requests_ = [asked(chain.clerk), asked(chain.clerk)]
    with time_machine.travel(timezone.now() + timedelta(hours=2)), transaction.atomic():
        assert approvals.watch_deadlines() == 2

    decided(requests_[0], chain.boss)
    decided(requests_[1], chain.store)

    assert [state(each) for each in requests_] == ["APPLIED", "APPLIED"]


def test_without_anybody_to_escalate_to_it_expires(chain: Chain) -> None:
    policy(StepDraft(asked="MANAGER", deadline_hours=1))
    request = asked(chain.clerk)
    with time_machine.travel(timezone.now() + timedelta(hours=2)), transaction.atomic():
        approvals.watch_deadlines()

    assert state(request) == "EXPIRED"
