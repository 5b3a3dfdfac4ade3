"""A freeze meets units that are promised already: free only, displace, let finish."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from inventory.models import Entry, HoldLine
from inventory.services import Policy
from outbox.models import News
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    asked,
    blanket,
    cell,
    hold,
    pin,
    refused,
    release,
    start,
    state,
    units,
    unpin,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    return given.sku("TEA")


def told() -> list[str]:
    """Documents that news was told of."""
    rows = News.objects.filter(key__startswith="SO-").values_list("key", flat=True)
    return sorted(set(rows))


def test_a_freeze_of_free_units_only_leaves_orders_alone(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=8)

    outcome = hold("FZ-1", qty=3, reason="QC", location="A-01")

    assert refused(outcome) == (
        "insufficient_stock",
        {"short": {tea: 1}, "line": 0, "sku_id": tea, "asked": 3, "there": 2},
    )
    assert (units("SO-1"), given.free("TEA"), told()) == (8, 2, [])


def test_a_freeze_displaces_the_weakest_order_and_only_as_much_as_it_needs(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=4, priority=5)
    hold("SO-2", qty=4, priority=1)

    outcome = hold("FZ-1", qty=5, reason="QC", location="A-01", policy=Policy.DISPLACE)

    assert outcome.check().displaced == {"SO-2": {tea: 3}}
    assert (units("SO-1"), units("SO-2"), units("FZ-1")) == (4, 1, 5)
    assert (state("SO-2"), given.free("TEA"), told()) == ("PARTIALLY_RELEASED", 0, ["SO-2"])


def test_an_order_that_loses_everything_ends_released(tea: int) -> None:
    given.stock("TEA", 5)
    hold("SO-1", qty=5)
    hold("FZ-1", qty=5, reason="QC", policy=Policy.DISPLACE).check()
    assert (state("SO-1"), units("SO-1"), where("FZ-1")) == ("RELEASED", 0, {("", ""): 5})


def test_pins_in_the_frozen_bin_become_bin_less_while_other_bins_have_enough(tea: int) -> None:
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    hold("SO-1", qty=4)
    pin("SO-1")
    assert where("SO-1") == {("A-01", ""): 4}

    outcome = hold("FZ-1", qty=5, reason="QC", location="A-01", policy=Policy.DISPLACE)

    assert outcome.check().displaced == {}
    assert (where("SO-1"), where("FZ-1")) == ({("", ""): 4}, {("A-01", ""): 5})
    pin("SO-1").check()
    assert where("SO-1") == {("B-01", ""): 4}
    assert told() == []


def test_only_as_many_pins_are_taken_out_as_the_freeze_needs(tea: int) -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 10, location="B-01")
    hold("SO-1", qty=8, priority=9)
    pin("SO-1")
    hold("FZ-1", qty=4, reason="QC", location="A-01", policy=Policy.DISPLACE).check()
    assert where("SO-1") == {("", ""): 2, ("A-01", ""): 6}


def test_a_blanket_that_displaces_freezes_its_whole_scope(tea: int) -> None:
    given.stock("TEA", 6)
    given.stock("TEA", 2, location="B-01")
    hold("SO-1", qty=5, priority=3)
    pin("SO-1")
    hold("SO-2", qty=2, priority=1)

    outcome = blanket("LK-1", "", location="A-01", reason="LEAK", policy=Policy.DISPLACE)

    assert outcome.check().displaced == {"SO-2": {tea: 2}, "SO-1": {tea: 3}}
    assert (where("LK-1"), where("SO-1"), units("SO-2")) == ({("A-01", ""): 6}, {("", ""): 2}, 0)
    assert (cell("A-01"), given.free("TEA"), told()) == ((6, 6), 0, ["SO-1", "SO-2"])


def test_a_blanket_for_free_units_waits_for_promised_ones_and_displaces_nobody(tea: int) -> None:
    given.stock("TEA", 6)
    hold("SO-1", qty=5)
    pin("SO-1")
    assert blanket("LK-1", "", location="A-01", reason="LEAK").check().displaced == {}
    assert (units("LK-1"), where("SO-1"), told()) == (1, {("A-01", ""): 5}, [])


def test_a_pick_that_has_started_is_let_finish_and_the_rest_is_frozen(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=3, priority=1)
    pin("SO-1")
    start("SO-1")
    hold("SO-2", qty=4, priority=9)
    pin("SO-2")

    outcome = blanket("QC-1", "TEA", policy=Policy.LET_FINISH)

    assert outcome.check().displaced == {"SO-2": {tea: 4}}
    assert (where("SO-1"), units("SO-2"), units("QC-1")) == ({("A-01", ""): 3}, 0, 7)


def test_started_picks_are_displaced_when_nobody_is_let_finish(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=3)
    pin("SO-1")
    start("SO-1")
    assert blanket("QC-1", policy=Policy.DISPLACE).check().displaced == {"SO-1": {tea: 3}}
    assert units("QC-1") == 10


def test_a_quantity_is_refused_when_only_started_picks_could_give_way(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=8)
    pin("SO-1")
    start("SO-1")
    before = Entry.objects.count()

    code, params = refused(
        hold("FZ-1", qty=5, reason="QC", location="A-01", policy=Policy.LET_FINISH)
    )

    assert (code, params["asked"], params["there"]) == ("insufficient_stock", 5, 2)
    assert (Entry.objects.count(), units("SO-1")) == (before, 8)


def test_a_freeze_never_takes_units_of_another_freeze(tea: int) -> None:
    given.stock("TEA", 10)
    hold("FZ-1", qty=8, reason="MANUAL", location="A-01")
    code, params = refused(
        hold("FZ-2", qty=5, reason="RECALL", location="A-01", policy=Policy.DISPLACE)
    )
    assert (code, params["there"], units("FZ-1")) == ("insufficient_stock", 2, 8)
    blanket("RC-1", reason="RECALL", policy=Policy.DISPLACE).check()
    assert (units("FZ-1"), units("RC-1")) == (8, 2)


def test_displaced_units_go_to_the_freeze_that_asked_not_to_a_waiting_one(tea: int) -> None:
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    hold("SO-1", qty=10)
    blanket("RC-1", "", location="B-01", reason="RECALL").check()
    assert units("RC-1") == 0

    outcome = blanket("LK-1", "", location="A-01", reason="LEAK", policy=Policy.DISPLACE)

    assert outcome.check().displaced == {"SO-1": {tea: 5}}
    assert (units("RC-1"), where("LK-1"), units("SO-1")) == (0, {("A-01", ""): 5}, 5)


def test_an_order_for_one_lot_loses_it_to_a_freeze_instead_of_getting_another(tea: int) -> None:
    good, bad = given.lot("TEA", "L1"), given.lot("TEA", "L2")
    given.stock("TEA", 5, lot_id=good)
    given.stock("TEA", 5, lot_id=bad)
    hold("SO-1", qty=3, lot_id=bad)

    outcome = blanket("QC-1", lot_id=bad, policy=Policy.DISPLACE)

    assert outcome.check().displaced == {"SO-1": {tea: 3}}
    assert (units("SO-1"), where("QC-1"), given.free("TEA")) == (0, {("A-01", "L2"): 5}, 5)


def test_a_retry_names_the_same_displaced_documents_and_displaces_nobody_twice(tea: int) -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=10)
    request = asked("FZ-1", qty=4, reason="QC", policy=Policy.DISPLACE)
    answers = []
    for _ in range(2):
        with transaction.atomic():
            answers.append(inventory.hold([request], actor=ACTOR)[0])
    assert [answer.displaced for answer in answers] == [{"SO-1": {tea: 4}}] * 2
    assert [answer.repeated for answer in answers] == [False, True]
    assert units("SO-1") == 6


def test_an_order_may_not_displace_and_a_mark_takes_nothing(tea: int) -> None:
    given.stock("TEA", 5)
    assert refused(hold("SO-1", qty=1, policy=Policy.DISPLACE)) == (
        "bad_request",
        {"field": "policy"},
    )
    assert refused(blanket("CT-1", reason="COUNT", policy=Policy.DISPLACE))[0] == "bad_request"
    assert given.free("TEA") == 5


def test_released_units_return_to_sale_after_a_displacing_freeze(tea: int) -> None:
    given.stock("TEA", 5)
    hold("SO-1", qty=5)
    frozen = blanket("QC-1", policy=Policy.DISPLACE).check()
    release("QC-1", hold_id=frozen.hold_id).check()
    assert given.free("TEA") == 5
    assert not HoldLine.objects.filter(open__gt=0).exists()
    assert refused(unpin("SO-1"))[0] == "not_held"


@pytest.mark.parametrize("policy", [Policy.FREE_ONLY, Policy.DISPLACE])
def test_a_freeze_costs_the_same_statements_over_one_order_and_over_forty(policy: Policy) -> None:
    costs = []
    for orders in (1, 40):
        given.stock("TEA", orders + 1)
        for number in range(orders):
            hold(f"SO-{orders}-{number}", qty=1)
        with CaptureQueriesContext(connection) as seen:
            frozen = blanket(f"QC-{orders}", policy=policy).check()
        costs.append(len(seen))
        release(f"QC-{orders}", hold_id=frozen.hold_id)
    assert costs[0] == costs[1]
