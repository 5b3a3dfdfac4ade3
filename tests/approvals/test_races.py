"""Two checkers at once, a tap sent twice, a withdrawal beside an approval: on real connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet

from org.models import ApprovalDecision, ApprovalRequest, Person
from org.services import approvals
from org.services.approvals import StepDraft, deciding
from tests.approvals.sample import Box, Chain, asked, policy, state
from tests.inventory.test_races import together

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("real_commits")]


@pytest.fixture
def chain(real_commits: str, box: Box) -> Chain:
    """Who is who, in a database that commits."""
    return Chain()


def press(request: ApprovalRequest, by: Person, verdict: str = "APPROVE", key: str = "tap") -> str:
    """One press of the button in a transaction of its own; the state, or the refusal's code."""
    try:
        with transaction.atomic(durable=True):
            done = approvals.decide(
                request_id=request.pk, person=by, verdict=verdict, key=key, why="x"
            )
    except approvals.ApprovalRefused as refused:
        return refused.code
    return f"{done.request.state}{' again' if done.repeated else ''}"


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    return sorted(str(each) for each in together(list(jobs)))


def _both(chain: Chain) -> ApprovalRequest:
    policy(StepDraft(asked="PERSONS", person_ids=(chain.store.pk, chain.region.pk)))
    return asked(chain.clerk)


def test_of_two_checkers_at_once_one_decides(chain: Chain, box: Box) -> None:
    for _ in range(5):
        request = _both(chain)
        answers = at_once(
            partial(press, request, chain.store), partial(press, request, chain.region)
        )
        assert answers == ["APPLIED", "closed"]
        assert ApprovalDecision.objects.filter(request=request).count() == 1
    assert box.tries == 5


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Requests are read without locking them."""

    def unlocked(self: QuerySet[Any], *_: object, **__: object) -> QuerySet[Any]:
        return self

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    yield
    monkeypatch.undo()


def test_control_without_the_lock_both_decide(
    chain: Chain, box: Box, no_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Barrier

    barrier = Barrier(2, timeout=60)
    real = deciding.may_decide

    def slow(*args: Any) -> Any:
        found = real(*args)
        barrier.wait()
        return found

    monkeypatch.setattr(deciding, "may_decide", slow)
    request = _both(chain)

    at_once(partial(press, request, chain.store), partial(press, request, chain.region))

    assert ApprovalDecision.objects.filter(request=request).count() == 2
    assert box.tries == 2


def test_the_same_tap_sent_twice_at_once_is_one_decision(chain: Chain, box: Box) -> None:
    request = _both(chain)

    answers = at_once(*[partial(press, request, chain.store)] * 4)

    assert answers == ["APPLIED", "APPLIED again", "APPLIED again", "APPLIED again"]
    assert (box.tries, ApprovalDecision.objects.count()) == (1, 1)


def test_yes_and_no_at_once_are_one_answer(chain: Chain, box: Box) -> None:
    request = _both(chain)

    answers = at_once(
        partial(press, request, chain.store), partial(press, request, chain.region, "REJECT")
    )

    assert answers in (["APPLIED", "closed"], ["REJECTED", "closed"])
    assert box.tries == (state(request) == "APPLIED")


def test_taken_back_or_approved_never_both(chain: Chain, box: Box) -> None:
    def take_back(request: ApprovalRequest) -> str:
        try:
            with transaction.atomic(durable=True):
                return str(approvals.withdraw(request_id=request.pk, person=chain.clerk).state)
        except approvals.ApprovalRefused as refused:
            return refused.code

    for _ in range(3):
        request = _both(chain)
        before = box.tries
        answers = at_once(partial(press, request, chain.store), partial(take_back, request))
        assert answers in (["APPLIED", "closed"], ["WITHDRAWN", "closed"])
        assert box.tries - before == (state(request) == "APPLIED")


def test_a_maker_with_a_second_role_is_refused_also_at_once(chain: Chain, box: Box) -> None:
    policy(StepDraft(asked="ROLE", role="REGION_MANAGER"))
    from tests import given

    second = given.person("REGION_MANAGER", "EAST", "second")
    request = asked(second)

    answers = at_once(*[partial(press, request, second, key=f"{n}") for n in range(3)])

    assert answers == ["own_request"] * 3
    assert box.tries == 0
