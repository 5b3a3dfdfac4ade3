"""Every verb obeys the "or" of a unit's own matrix and of all blankets over its cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inventory import services as inventory
from inventory.models import Entry, Reason
from tests import given
from tests.inventory.claiming import (
    blanket,
    count,
    do,
    hold,
    key,
    move,
    pin,
    refused,
    release,
    ship,
    where,
)

pytestmark = pytest.mark.django_db

ACTS = ("pick", "ship", "move", "count")


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    tea = given.sku("TEA")
    given.stock("TEA", 10)
    return tea


def reason(code: str, role: str, rank: int, *forbidden: str) -> None:
    """A reason that forbids just these acts."""
    Reason.objects.create(
        code=code,
        name=code,
        name_en=code,
        role=role,
        rank=rank,
        binds_to="GOODS",
        **{f"blocks_{act}": act in forbidden for act in ("reserve", *ACTS, "publish")},
    )


def _pick() -> inventory.Outcome:
    return pin("SO-2")


def _ship() -> inventory.Outcome:
    return ship("SO-1")


def _move() -> inventory.Outcome:
    return move("TEA", 2, "A-01", "B-01", document="SO-1")


def _count() -> inventory.Outcome:
    return count("TEA", 9)


TRIES: dict[str, Callable[[], inventory.Outcome]] = {
    "pick": _pick, "ship": _ship, "move": _move, "count": _count,
}  # fmt: skip


def _orders() -> None:
    """SO-1 has two units in A-01, SO-2 wants one and has no cell yet."""
    hold("SO-1", qty=2)
    pin("SO-1")
    hold("SO-2", qty=1)


@pytest.mark.parametrize("forbidden", ACTS)
def test_a_mark_forbids_just_what_its_reason_says(tea: int, forbidden: str) -> None:
    _orders()
    reason("JUST", "MARK", 50, forbidden)
    mark = blanket("MK-1", "", reason="JUST", location="A-01").check()
    for act, attempt in TRIES.items():
        if act != forbidden:
            continue
        before = Entry.objects.count()
        code, params = refused(attempt())
        assert code == ("not_pickable" if act == "pick" else "blocked")
        assert (params["hold_id"], params["document"], params["sku_id"]) == (
            mark.hold_id, "MK-1", tea,
        )  # fmt: skip
        assert Entry.objects.count() == before
    for act in ("count", "pick", "move", "ship"):
        if act == forbidden or (act == "ship" and forbidden == "move"):
            continue
        assert not TRIES[act]().refused, act


@pytest.mark.parametrize("forbidden", ACTS)
def test_the_lower_of_two_blankets_forbids_too(tea: int, forbidden: str) -> None:
    _orders()
    reason("HIGH", "MARK", 90)
    reason("LOW", "MARK", 2, forbidden)
    blanket("MK-1", "", reason="HIGH", location="A-01").check()
    low = blanket("MK-2", "", reason="LOW").check()
    assert refused(TRIES[forbidden]())[1]["hold_id"] == low.hold_id
    release("MK-2", hold_id=low.hold_id).check()
    assert not TRIES[forbidden]().refused


@pytest.mark.parametrize("act", ["pick", "ship", "move"])
def test_a_unit_obeys_the_matrix_of_its_own_claim(tea: int, act: str) -> None:
    reason("STRICT", "COMMITMENT", 12, "reserve", act)
    own = hold("SO-1", qty=2, reason="STRICT").check()
    if act == "pick":
        outcome = pin("SO-1")
    else:
        pin("SO-1").check()
        outcome = TRIES[act]()
    code, params = refused(outcome)
    assert (code, params["hold_id"], params["document"], params["sku_id"], params["act"]) == (
        "blocked", own.hold_id, "SO-1", tea, act,
    )  # fmt: skip


@pytest.mark.parametrize("act", ["move", "count"])
def test_frozen_units_in_a_cell_forbid_what_their_own_reason_forbids(tea: int, act: str) -> None:
    reason("SEALED", "FREEZE", 88, "reserve", act)
    sealed = hold("SE-1", qty=10, reason="SEALED", location="A-01").check()
    outcome = move("TEA", 1, "A-01", "B-01") if act == "move" else count("TEA", 9)
    code, params = refused(outcome)
    assert (code, params["hold_id"], params["sku_id"]) == ("blocked", sealed.hold_id, tea)
    assert where("SE-1") == {("A-01", ""): 10}


def test_free_units_beside_sealed_ones_are_carried(tea: int) -> None:
    reason("SEALED", "FREEZE", 88, "reserve", "move")
    hold("SE-1", qty=4, reason="SEALED", location="A-01").check()
    move("TEA", 6, "A-01", "B-01").check()
    assert refused(move("TEA", 1, "A-01", "B-01"))[0] == "blocked"
    assert given.free("TEA") == 6


def test_a_reason_that_does_not_block_reserve_is_a_mark_whatever_its_role(tea: int) -> None:
    reason("WATCH", "FREEZE", 3, "ship")
    blanket("WT-1", "", reason="WATCH", location="A-01").check()
    assert (where("WT-1"), given.free("TEA")) == ({}, 10)
    _orders()
    assert refused(_ship())[0] == "blocked"


def test_a_swap_asks_the_cell_that_was_scanned(tea: int) -> None:
    given.stock("TEA", 5, location="B-01")
    _orders()
    reason("JUST", "MARK", 50, "pick")
    mark = blanket("MK-1", "", reason="JUST", location="B-01").check()
    request: Any = inventory.SwapRequest(
        key=key(), document="SO-1", warehouse_id=given.warehouse_id("WH1"), sku_id=tea, qty=1,
        from_location_id=given.location("A-01"), to_location_id=given.location("B-01"),
    )  # fmt: skip
    code, params = refused(do(inventory.swap, request))
    assert (code, params["hold_id"], params["act"]) == ("blocked", mark.hold_id, "pick")
