"""Units drawn from a promotion's reserve, and their way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from inventory.models import Hold, HoldLine
from inventory.services import Policy
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    asked,
    blanket,
    count,
    hold,
    move,
    pin,
    refused,
    release,
    ship,
    state,
    units,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    tea = given.sku("TEA")
    given.stock("TEA", 20)
    hold("PROMO", qty=10, reason="PROMOTION").check()
    return tea


def draw(document: str, qty: int, **more: Any) -> inventory.Outcome:
    return hold(document, qty=qty, draw_from="PROMO", **more)


def test_a_drawn_order_takes_from_the_reserve_and_leaves_free_units_alone() -> None:
    draw("SO-1", 4).check()
    assert (units("PROMO"), units("SO-1"), given.free("TEA")) == (6, 4, 10)
    line = HoldLine.objects.get(hold__document="SO-1")
    assert line.origin == HoldLine.objects.get(hold__document="PROMO")


def test_what_the_reserve_has_not_comes_from_free_units(tea: int) -> None:
    draw("SO-1", 12).check()
    assert (units("PROMO"), units("SO-1"), given.free("TEA")) == (0, 12, 8)
    assert state("PROMO") == "ACTIVE"
    code, params = refused(draw("SO-2", 9))
    assert (code, params["asked"], params["there"]) == ("insufficient_stock", 9, 8)


def test_more_than_reserve_and_free_units_together_is_refused_and_nothing_drawn(tea: int) -> None:
    assert refused(draw("SO-1", 21)) == (
        "insufficient_stock",
        {"short": {tea: 1}, "line": 0, "sku_id": tea, "asked": 21, "there": 20},
    )
    assert (units("PROMO"), given.free("TEA")) == (10, 10)


def test_a_cancelled_drawn_order_returns_to_the_open_reserve() -> None:
    draw("SO-1", 12)
    release("SO-1").check()
    assert (units("PROMO"), given.free("TEA"), state("SO-1")) == (10, 10, "RELEASED")


def test_a_part_returns_and_the_rest_stays_drawn(tea: int) -> None:
    draw("SO-1", 6)
    release("SO-1", lines=(inventory.Line(sku_id=tea, qty=2),)).check()
    assert (units("PROMO"), units("SO-1"), given.free("TEA")) == (6, 4, 10)


def test_units_of_a_closed_reserve_become_free_when_their_order_is_cancelled() -> None:
    draw("SO-1", 4)
    release("PROMO").check()
    assert (state("PROMO"), units("SO-1"), given.free("TEA")) == ("RELEASED", 4, 16)
    release("SO-1").check()
    assert (units("PROMO"), given.free("TEA")) == (0, 20)


def test_a_reserve_that_is_drawn_empty_can_be_ended_and_takes_nothing_back() -> None:
    draw("SO-1", 10)
    release("PROMO").check()
    assert refused(release("PROMO"))[0] == "already_released"
    release("SO-1").check()
    assert (state("PROMO"), units("PROMO"), given.free("TEA")) == ("RELEASED", 0, 20)


def test_shipping_consumes_what_was_drawn_and_the_last_unit_ends_the_reserve() -> None:
    draw("SO-1", 4)
    draw("SO-2", 6)
    for document in ("SO-1", "SO-2"):
        pin(document).check()
        assert state("PROMO") == "ACTIVE"
        ship(document).check()
    assert (state("SO-2"), state("PROMO"), given.free("TEA")) == ("CONSUMED", "CONSUMED", 10)


def test_a_drawn_order_is_pinned_carried_and_still_returns() -> None:
    draw("SO-1", 4)
    pin("SO-1").check()
    assert where("SO-1") == {("A-01", ""): 4}
    move("TEA", 4, "A-01", "B-01", document="SO-1").check()
    assert where("SO-1") == {("B-01", ""): 4}
    release("SO-1").check()
    assert (where("PROMO"), given.free("TEA")) == ({("", ""): 10}, 10)


def test_a_reserve_of_one_lot_is_drawn_in_its_cells_and_follows_its_goods(tea: int) -> None:
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, lot_id=lot)
    hold("LOT-PROMO", qty=5, lot_id=lot, reason="PROMOTION").check()
    hold("SO-1", qty=3, draw_from="LOT-PROMO").check()
    assert where("SO-1") == {("A-01", "L1"): 3}
    move("TEA", 3, "A-01", "B-01", lot_id=lot, document="SO-1").check()
    release("SO-1").check()
    assert where("LOT-PROMO") == {("A-01", "L1"): 2, ("B-01", "L1"): 3}
    hold("SO-2", qty=5, draw_from="LOT-PROMO").check()
    release("SO-2").check()
    assert where("LOT-PROMO") == {("A-01", "L1"): 2, ("B-01", "L1"): 3}


def test_an_order_for_a_lot_gives_reserved_units_a_cell_of_it() -> None:
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, lot_id=lot)
    hold("SO-9", qty=15).check()
    draw("SO-1", 3, lot_id=lot).check()
    assert (where("SO-1"), units("PROMO"), given.free("TEA")) == ({("A-01", "L1"): 3}, 7, 0)


def test_displaced_drawn_units_do_not_return(tea: int) -> None:
    draw("SO-1", 10, priority=1)
    hold("SO-2", qty=10, priority=5)
    outcome = blanket("QC-1", policy=Policy.DISPLACE)
    assert outcome.check().displaced == {"SO-1": {tea: 10}, "SO-2": {tea: 10}}
    assert (units("QC-1"), state("SO-1"), state("PROMO")) == (20, "RELEASED", "CONSUMED")


def test_lost_drawn_units_end_with_their_order_and_reserve(tea: int) -> None:
    draw("SO-1", 10)
    assert count("TEA", 0).check().displaced == {"SO-1": {tea: 10}}
    assert (state("SO-1"), state("PROMO")) == ("DISPOSED", "CONSUMED")


def test_a_document_cannot_draw_from_itself_and_a_freeze_draws_nothing() -> None:
    assert refused(hold("PROMO", qty=1, draw_from="PROMO")) == (
        "bad_request",
        {"field": "draw_from"},
    )
    assert refused(hold("FZ-1", qty=1, reason="QC", draw_from="PROMO"))[0] == "bad_request"


def test_drawing_from_nothing_is_an_ordinary_order() -> None:
    hold("SO-1", qty=3, draw_from="NO-SUCH").check()
    assert (units("PROMO"), given.free("TEA")) == (10, 7)
    assert HoldLine.objects.get(hold__document="SO-1").origin is None


def test_a_batch_draws_and_returns_for_the_same_statements_as_one() -> None:
    costs = []
    given.stock("TEA", 80)
    hold("BIG", qty=80, reason="PROMOTION").check()
    for batch in (1, 30):
        requests = [
            asked(f"SO-{batch}-{number}", qty=1, draw_from="BIG") for number in range(batch)
        ]
        with CaptureQueriesContext(connection) as drawn, transaction.atomic():
            inventory.hold(requests, actor=ACTOR)
        back = [
            inventory.ReleaseRequest(key=f"back:{request.document}", document=request.document)
            for request in requests
        ]
        assert units("BIG") == 80 - batch
        with CaptureQueriesContext(connection) as returned, transaction.atomic():
            inventory.release(back, actor=ACTOR)
        costs.append((len(drawn), len(returned)))
        assert units("BIG") == 80
    assert costs[0] == costs[1]
    assert Hold.objects.filter(document__startswith="SO-30", closed_at=None).count() == 0
