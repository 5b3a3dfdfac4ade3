"""Pins are taken away, and go where the picker found the goods."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from inventory.models import HoldLine
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    blanket,
    cell,
    do,
    hold,
    key,
    pin,
    refused,
    release,
    ship,
    start,
    unpin,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    return given.sku("TEA")


def swap(document: str, qty: int, start: str, end: str, **lots: Any) -> inventory.Outcome:
    return do(
        inventory.swap,
        inventory.SwapRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1"),
            sku_id=given.sku("TEA"), qty=qty, from_location_id=given.location(start),
            to_location_id=given.location(end), **lots,
        ),
    )  # fmt: skip


def test_unpinned_units_stay_claimed_and_give_their_cell_to_others(tea: int) -> None:
    given.stock("TEA", 5)
    hold("SO-1", qty=4)
    pin("SO-1")
    unpin("SO-1").check()
    assert (where("SO-1"), cell("A-01"), given.free("TEA")) == ({("", ""): 4}, (5, 0), 1)
    assert refused(ship("SO-1"))[0] == "not_pinned"


def test_picks_under_way_keep_their_cells(tea: int) -> None:
    given.stock("TEA", 5)
    hold("SO-1", qty=4)
    pin("SO-1")
    start("SO-1")
    unpin("SO-1").check()
    assert where("SO-1") == {("A-01", ""): 4}


def test_unpinning_twice_is_no_fault_and_of_nothing_is_refused(tea: int) -> None:
    given.stock("TEA", 5)
    hold("SO-1", qty=4)
    assert not unpin("SO-1").refused
    assert not unpin("SO-1").refused
    code, params = refused(unpin("SO-9"))
    assert (code, params["document"], params["there"]) == ("not_held", "SO-9", 0)


def test_a_blanket_gets_what_is_unpinned_in_its_cell(tea: int) -> None:
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    hold("SO-1", qty=5)
    pin("SO-1")
    blanket("LK-1", "", reason="LEAK", location="A-01").check()
    assert where("LK-1") == {}
    unpin("SO-1").check()
    assert (where("LK-1"), where("SO-1"), given.free("TEA")) == (
        {("A-01", ""): 5}, {("", ""): 5}, 0,
    )  # fmt: skip


def test_a_pin_goes_to_free_units_of_the_scanned_lot_in_one_step(tea: int) -> None:
    first = given.lot("TEA", "L1", expires_on=date(2089, 1, 1))
    second = given.lot("TEA", "L2", expires_on=date(2090, 1, 1))
    given.stock("TEA", 5, lot_id=first)
    given.stock("TEA", 5, lot_id=second)
    hold("SO-1", qty=3)
    pin("SO-1")
    assert where("SO-1") == {("A-01", "L1"): 3}

    swap("SO-1", 2, "A-01", "A-01", from_lot_id=first, to_lot_id=second).check()

    assert where("SO-1") == {("A-01", "L1"): 1, ("A-01", "L2"): 2}
    assert (cell("A-01", "L1"), cell("A-01", "L2"), given.free("TEA")) == ((5, 1), (5, 2), 7)
    assert not ship("SO-1").refused


def test_two_documents_change_places(tea: int) -> None:
    given.stock("TEA", 3)
    given.stock("TEA", 3, location="B-01")
    hold("SO-1", qty=3)
    pin("SO-1")
    hold("SO-2", qty=3)
    pin("SO-2")
    start("SO-1")

    swap("SO-1", 2, "A-01", "B-01").check()

    assert where("SO-1") == {("A-01", ""): 1, ("B-01", ""): 2}
    assert where("SO-2") == {("B-01", ""): 1, ("A-01", ""): 2}
    started = HoldLine.objects.filter(started=True).values_list("hold__document", flat=True)
    assert set(started) == {"SO-1"}
    assert HoldLine.objects.get(hold__document="SO-1", stock__location__code="B-01").started


def test_nobody_changes_places_with_a_pick_under_way(tea: int) -> None:
    given.stock("TEA", 3)
    given.stock("TEA", 3, location="B-01")
    for document in ("SO-1", "SO-2"):
        hold(document, qty=3)
        pin(document)
    start("SO-2")
    code, params = refused(swap("SO-1", 2, "A-01", "B-01"))
    assert (code, params["sku_id"], params["asked"], params["there"]) == (
        "nothing_there", tea, 2, 0,
    )  # fmt: skip
    assert (where("SO-1"), where("SO-2")) == ({("A-01", ""): 3}, {("B-01", ""): 3})


def test_the_weakest_document_changes_places_first(tea: int) -> None:
    given.stock("TEA", 2)
    given.stock("TEA", 4, location="B-01")
    hold("SO-1", qty=2, priority=5)
    pin("SO-1")
    hold("SO-2", qty=2, priority=9)
    pin("SO-2")
    hold("SO-3", qty=2, priority=1)
    pin("SO-3")
    swap("SO-1", 2, "A-01", "B-01").check()
    assert (where("SO-2"), where("SO-3")) == ({("B-01", ""): 2}, {("A-01", ""): 2})


def test_a_swap_is_refused_into_a_frozen_an_expired_or_a_marked_cell(tea: int) -> None:
    old = given.lot("TEA", "OLD", expires_on=date(2020, 1, 1))
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    given.stock("TEA", 5, lot_id=old)
    hold("SO-1", qty=3)
    pin("SO-1")
    expired = swap("SO-1", 1, "A-01", "A-01", to_lot_id=old)
    assert refused(expired)[0] in ("blocked", "not_pickable")
    mark = blanket("CT-1", "", reason="COUNT", location="B-01").check()
    code, params = refused(swap("SO-1", 1, "A-01", "B-01"))
    assert (code, params["hold_id"], params["sku_id"]) == ("blocked", mark.hold_id, tea)
    release("CT-1", hold_id=mark.hold_id)
    leak = blanket("LK-1", "", reason="LEAK", location="B-01").check()
    assert refused(swap("SO-1", 1, "A-01", "B-01"))[1]["hold_id"] == leak.hold_id
    assert where("SO-1") == {("A-01", ""): 3}


def test_a_pin_leaves_a_frozen_cell_and_the_freeze_takes_what_it_left(tea: int) -> None:
    given.stock("TEA", 3)
    given.stock("TEA", 3, location="B-01")
    hold("SO-1", qty=3)
    pin("SO-1")
    blanket("LK-1", "", reason="LEAK", location="A-01").check()
    swap("SO-1", 3, "A-01", "B-01").check()
    assert (where("SO-1"), where("LK-1")) == ({("B-01", ""): 3}, {("A-01", ""): 3})
    assert given.free("TEA") == 0


def test_more_than_is_pinned_there_and_the_same_cell_are_refused(tea: int) -> None:
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    hold("SO-1", qty=3)
    code, params = refused(swap("SO-1", 1, "A-01", "B-01"))
    assert (code, params["asked"], params["there"]) == ("not_held", 1, 0)
    pin("SO-1")
    assert refused(swap("SO-1", 4, "A-01", "B-01"))[1]["there"] == 3
    assert refused(swap("SO-1", 1, "A-01", "A-01"))[0] == "bad_request"
    assert refused(swap("SO-1", 0, "A-01", "B-01"))[0] == "bad_quantity"


def test_an_order_for_one_lot_is_not_swapped_to_another(tea: int) -> None:
    first, second = given.lot("TEA", "L1"), given.lot("TEA", "L2")
    given.stock("TEA", 5, lot_id=first)
    given.stock("TEA", 5, lot_id=second)
    given.stock("TEA", 5, lot_id=first, location="B-01")
    hold("SO-1", qty=3, lot_id=first)
    other = swap("SO-1", 1, "A-01", "A-01", from_lot_id=first, to_lot_id=second)
    assert refused(other)[0] == "nothing_there"
    swap("SO-1", 1, "A-01", "B-01", from_lot_id=first, to_lot_id=first).check()
    assert where("SO-1") == {("A-01", "L1"): 2, ("B-01", "L1"): 1}


def test_a_batch_of_swaps_costs_the_same_statements_as_one(tea: int) -> None:
    given.stock("TEA", 50)
    given.stock("TEA", 50, location="B-01")
    costs = []
    for batch in (1, 30):
        names = [f"SO-{batch}-{number}" for number in range(batch)]
        for name in names:
            hold(name, qty=1)
            pin(name)
        requests = [
            inventory.SwapRequest(
                key=key(), document=name, warehouse_id=given.warehouse_id("WH1"), sku_id=tea,
                qty=1, from_location_id=given.location("A-01"),
                to_location_id=given.location("B-01"),
            )
            for name in names
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            assert not any(one.refused for one in inventory.swap(requests, actor=ACTOR))
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert cell("B-01") == (50, 31)
