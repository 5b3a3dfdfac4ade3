"""A plan is shown first; then exactly that is done, or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from inventory import services as inventory
from inventory.models import Balance, Entry, Hold, Posting
from inventory.services import Policy
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    asked,
    blanket,
    do,
    hold,
    key,
    pin,
    refused,
    start,
    units,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    return given.sku("TEA")


def plan(request: inventory.HoldRequest) -> inventory.Plan:
    return inventory.plan(request, actor=ACTOR)


def rows() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Posting, Entry, Hold, Balance))


def freeze(**more: Any) -> inventory.HoldRequest:
    return asked("FZ-1", qty=6, reason="QC", location="A-01", policy=Policy.DISPLACE, **more)


def test_a_plan_says_what_would_happen_and_writes_nothing(tea: int) -> None:
    given.stock("TEA", 8)
    hold("SO-1", qty=4, priority=1)
    pin("SO-1")
    hold("SO-2", qty=2, priority=9)
    request, before = freeze(), rows()

    shown = plan(request)

    assert shown.refusal is None
    assert (shown.frozen, shown.displaced, shown.left) == ({tea: 6}, {"SO-1": {tea: 4}}, {})
    changes = {(step.document, step.location_id is None): step.change for step in shown.steps}
    assert changes == {("SO-1", False): -4, ("FZ-1", False): 6}
    assert (rows(), units("SO-1"), given.free("TEA")) == (before, 4, 2)


def test_the_plan_that_was_shown_is_done(tea: int) -> None:
    given.stock("TEA", 8)
    hold("SO-1", qty=8)
    request = freeze()
    shown = plan(request)
    outcome = do(inventory.hold, replace(request, plan=shown.digest))
    assert outcome.check().displaced == shown.displaced == {"SO-1": {tea: 6}}
    assert (units("FZ-1"), units("SO-1")) == (6, 2)


def test_a_plan_is_refused_when_the_world_moved_and_nothing_is_done(tea: int) -> None:
    given.stock("TEA", 8)
    hold("SO-1", qty=8)
    request = freeze()
    shown = plan(request)
    hold("SO-2", qty=1)
    given.stock("TEA", 1)
    before = rows()

    code, params = refused(do(inventory.hold, replace(request, plan=shown.digest)))

    assert (code, params["asked"]) == ("world_moved", shown.digest)
    assert params["there"] == plan(request).digest
    assert (rows(), units("SO-1"), units("FZ-1")) == (before, 8, 0)


def test_what_does_not_touch_the_plan_does_not_spoil_it(tea: int) -> None:
    given.stock("TEA", 8)
    given.stock("RICE", 5)
    hold("SO-1", qty=8)
    request = freeze()
    shown = plan(request)
    hold("SO-2", "RICE", 2)
    assert do(inventory.hold, replace(request, plan=shown.digest)).check().hold_id


def test_the_same_question_gives_the_same_digest_and_another_one_another(tea: int) -> None:
    given.stock("TEA", 8)
    one, two = freeze(), freeze()
    assert one.key != two.key
    assert plan(one).digest == plan(two).digest
    for other in (
        asked("FZ-1", qty=5, reason="QC", location="A-01"),
        asked("FZ-1", qty=6, reason="DEFECT", location="A-01"),
        asked("FZ-2", qty=6, reason="QC", location="A-01"),
    ):
        assert plan(one).digest != plan(other).digest


def test_a_plan_of_what_would_be_refused_says_so_and_cannot_be_done(tea: int) -> None:
    given.stock("TEA", 2)
    request = asked("SO-1", qty=5)
    shown = plan(request)
    assert shown.refusal is not None
    assert (shown.refusal.code, shown.refusal.params["there"]) == ("insufficient_stock", 2)
    assert (shown.steps, shown.frozen, shown.digest) == ((), {}, "refused:insufficient_stock")
    given.stock("TEA", 10)
    outcome = do(inventory.hold, replace(request, plan=shown.digest))
    assert (refused(outcome)[0], given.free("TEA")) == ("world_moved", 12)


def test_a_blanket_tells_what_it_will_not_get_now(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=3)
    pin("SO-1")
    start("SO-1")
    hold("FZ-0", qty=2, reason="MANUAL", location="A-01")
    request = asked("QC-1", reason="QC", blanket=True, policy=Policy.LET_FINISH)
    shown = plan(request)
    assert (shown.frozen, shown.left, shown.displaced) == ({tea: 5}, {tea: 5}, {})
    do(inventory.hold, replace(request, plan=shown.digest)).check()
    assert where("QC-1") == {("A-01", ""): 5}


def test_a_release_plan_shows_what_would_be_free(tea: int) -> None:
    given.stock("TEA", 8)
    frozen = blanket("QC-1").check()
    request = inventory.ReleaseRequest(key=key(), document="QC-1", hold_id=frozen.hold_id)
    before = rows()
    shown = inventory.plan(request, actor=ACTOR)
    assert [(step.document, step.change) for step in shown.steps] == [("QC-1", -8)]
    assert (rows(), given.free("TEA")) == (before, 0)


def test_planning_many_goods_costs_the_same_statements_as_one(tea: int) -> None:
    from django.test.utils import CaptureQueriesContext

    costs = []
    for orders in (1, 30):
        given.stock("TEA", orders)
        for number in range(orders):
            hold(f"SO-{orders}-{number}", qty=1)
        with CaptureQueriesContext(connection) as seen:
            assert len(plan(asked("QC", reason="QC", blanket=True, policy=Policy.DISPLACE)).steps)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_plan_may_be_made_in_the_transaction_that_applies_it(tea: int) -> None:
    given.stock("TEA", 8)
    request = freeze()
    with transaction.atomic():
        shown = plan(request)
        inventory.hold([replace(request, plan=shown.digest)], actor=ACTOR)[0].check()
    assert units("FZ-1") == 6
