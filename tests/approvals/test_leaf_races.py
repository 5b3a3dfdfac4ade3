"""The button on the freeze's page and the screen of approvals, pressed at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import transaction
from django.db.models import QuerySet

from freeze_rules.models import Proof, Watch
from freeze_rules.selectors import rulebook
from freeze_rules.services import leaf_consent
from freeze_rules.services.proving import ProofRefused
from inventory import selectors as stock
from org.models import ApprovalDecision, ApprovalRequest, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import deciding
from tests import given
from tests.approvals.test_leaves_of_freezes import SAFETY, came_back, inspected, swept
from tests.inventory.test_races import together


@pytest.fixture(autouse=True)
def nothing_compiled(real_commits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fresh database counts its rules from 1 again: what was compiled is of other rules."""
    monkeypatch.setattr(rulebook, "_compiled", {})


pytestmark = pytest.mark.races
# Whoever comes second finds the request decided, or the freeze gone.
RIGHT = (["closed", "done"], ["done", "unknown_hold"])
# Both go on: the second finds the units gone, or is told that it let go of them too.
WRONG = (["cannot_release", "done"], ["done", "done"])


def both_presses() -> tuple[int, list[Callable[[], str]]]:
    """A freeze that waits for its approval alone; two leads who may give it, one at each place."""
    hold = came_back(location_id=given.location("A-01"))
    page, screen = (given.person("WAREHOUSE_LEAD") for _each in range(2))
    inspected(given.person("WAREHOUSE_LEAD"))
    swept()
    request = ApprovalRequest.objects.get()

    def told(press: Callable[[], object]) -> str:
        try:
            with transaction.atomic(durable=True):
                press()
        except (approvals.ApprovalRefused, ProofRefused) as refused:
            return refused.code
        return "done"

    def on_the_page(by: Person = page) -> str:
        return told(
            lambda: leaf_consent.approve_leaf(
                hold_id=hold, permission=SAFETY, person=by, reference="QC-1", key="page"
            )
        )

    def on_the_screen(by: Person = screen) -> str:
        return told(
            lambda: approvals.decide(
                request_id=request.pk, person=by, verdict=approvals.APPROVE, key="tap", why="seen"
            )
        )

    return hold, [on_the_page, on_the_screen]


def test_the_page_and_the_screen_at_once_are_one_approval_and_one_release() -> None:
    hold, presses = both_presses()

    answers = sorted(str(each) for each in together(presses))

    assert answers in RIGHT
    assert ApprovalRequest.objects.get().state == "APPLIED"
    assert (ApprovalDecision.objects.count(), Proof.objects.filter(event=None).count()) == (1, 1)
    assert Watch.objects.get(hold_id=hold).closed_at is not None
    assert (given.free("BOWL"), stock.holds(scope=Scope.everything(), ids=[hold])) == (3, [])


def test_control_without_the_lock_the_second_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _hold, presses = both_presses()
    barrier, real = Barrier(2, timeout=60), deciding.may_decide

    def unlocked(self: QuerySet[Any], *_: object, **__: object) -> QuerySet[Any]:
        return self

    def slow(*args: Any) -> Any:
        found = real(*args)
        barrier.wait()
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    monkeypatch.setattr(deciding, "may_decide", slow)

    answers = sorted(str(each) for each in together(presses))

    assert answers in WRONG
    # The ledger keeps its own locks: even so the units are let go of once.
    assert given.free("BOWL") == 3
