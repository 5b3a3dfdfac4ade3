"""A blanket covers less, or becomes a quantity."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import services as inventory
from inventory.models import Hold, Stock
from tests import given
from tests.inventory.claiming import (
    blanket,
    do,
    hold,
    key,
    refused,
    release,
    state,
    units,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lots() -> tuple[int, int]:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    first, second = given.lot("TEA", "L1"), given.lot("TEA", "L2")
    given.stock("TEA", 4, lot_id=first)
    given.stock("TEA", 6, lot_id=second)
    return first, second


def narrow(hold_id: int | None, **more: Any) -> inventory.Outcome:
    assert hold_id is not None
    return do(
        inventory.narrow,
        inventory.NarrowRequest(key=key(), document="NARROW", hold_id=hold_id, **more),
    )


def test_a_lot_that_was_found_good_leaves_the_freeze_and_what_comes_of_it_too(
    lots: tuple[int, int],
) -> None:
    frozen = blanket("RC-1", reason="RECALL").check()
    narrow(frozen.hold_id, lot_ids=(lots[0],)).check()
    assert (where("RC-1"), given.free("TEA"), state("RC-1")) == ({("A-01", "L2"): 6}, 4, "ACTIVE")
    given.stock("TEA", 3, lot_id=lots[0], location="B-01")
    given.stock("TEA", 3, lot_id=lots[1], location="B-01")
    assert (given.free("TEA"), units("RC-1")) == (7, 9)
    assert Hold.objects.get(document="RC-1").excluded_lots == [lots[0]]


def test_a_cell_leaves_the_freeze_and_the_next_blanket_takes_it(lots: tuple[int, int]) -> None:
    frozen = blanket("RC-1", reason="RECALL").check()
    near = blanket("NE-1", reason="NEAR_EXPIRY", lot_id=lots[0]).check()
    assert units("NE-1") == 0
    spot = Stock.objects.get(lot_id=lots[0]).pk
    narrow(frozen.hold_id, stock_ids=(spot,)).check()
    assert (where("RC-1"), where("NE-1")) == ({("A-01", "L2"): 6}, {("A-01", "L1"): 4})
    assert Stock.objects.get(pk=spot).blanket_id == near.hold_id
    assert given.free("TEA") == 0


def test_narrowing_twice_leaves_out_both(lots: tuple[int, int]) -> None:
    frozen = blanket("RC-1", reason="RECALL").check()
    narrow(frozen.hold_id, lot_ids=(lots[0],)).check()
    narrow(frozen.hold_id, lot_ids=(lots[1],)).check()
    assert (units("RC-1"), given.free("TEA")) == (0, 10)
    assert sorted(Hold.objects.get(document="RC-1").excluded_lots) == sorted(lots)


def test_a_fixed_freeze_keeps_what_it_has_and_takes_no_more(lots: tuple[int, int]) -> None:
    frozen = blanket("RC-1", reason="RECALL").check()
    narrow(frozen.hold_id, lot_ids=(lots[1],), fixed=True).check()
    row = Hold.objects.get(document="RC-1")
    assert (row.blanket, row.asked, row.state, units("RC-1")) == (False, 4, "ACTIVE", 4)
    given.stock("TEA", 5, lot_id=lots[0])
    assert given.free("TEA") == 11
    outcome = do(
        inventory.convert,
        inventory.ConvertRequest(
            key=key(), document="DF-1", hold_id=row.pk, reason="DEFECT",
            lines=(inventory.Line(sku_id=given.sku("TEA"), qty=1, lot_id=lots[0]),),
        ),
    )  # fmt: skip
    assert (outcome.refused, units("DF-1"), units("RC-1")) == (False, 1, 3)
    release("RC-1", freezes=True).check()
    assert (state("RC-1"), given.free("TEA")) == ("RELEASED", 14)


def test_nothing_fixed_nothing_named_and_what_it_does_not_cover_are_refused(
    lots: tuple[int, int],
) -> None:
    other = given.lot("RICE", "R1")
    quantity = hold("FZ-1", qty=1, reason="MANUAL").check()
    hold("SO-1", qty=9)
    frozen = blanket("RC-1", reason="RECALL", lot_id=lots[0]).check()
    assert units("RC-1") == 0
    assert refused(narrow(frozen.hold_id, fixed=True)) == (
        "not_held",
        {"hold_id": frozen.hold_id, "asked": 1, "there": 0},
    )
    assert refused(narrow(frozen.hold_id))[0] == "bad_request"
    assert refused(narrow(frozen.hold_id, lot_ids=(other,)))[0] == "nothing_in_scope"
    assert refused(narrow(frozen.hold_id, lot_ids=(lots[1],)))[0] == "nothing_in_scope"
    cells = Stock.objects.filter(lot_id=lots[1]).values_list("pk", flat=True)
    assert refused(narrow(frozen.hold_id, stock_ids=tuple(cells)))[0] == "nothing_in_scope"
    assert refused(narrow(quantity.hold_id, lot_ids=(lots[0],)))[0] == "bad_request"
    release("RC-1", hold_id=frozen.hold_id).check()
    assert refused(narrow(frozen.hold_id, lot_ids=(lots[0],)))[0] == "already_released"
    assert Hold.objects.get(document="RC-1").excluded_lots == []


def test_a_narrowed_mark_no_longer_forbids_there(lots: tuple[int, int]) -> None:
    from tests.inventory.claiming import pin

    mark = blanket("CT-1", "", reason="COUNT", location="A-01").check()
    hold("SO-1", qty=2)
    assert refused(pin("SO-1"))[0] == "not_pickable"
    narrow(mark.hold_id, lot_ids=(lots[1],)).check()
    pin("SO-1").check()
    assert where("SO-1") == {("A-01", "L2"): 2}
