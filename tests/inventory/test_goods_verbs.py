"""What all verbs of goods have in common: quantities, repeated keys, statements per batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db
BATCH = 40


@dataclass(frozen=True)
class Ground:
    """A warehouse with 500 of each of two SKUs, 200 of them shipped, transferred or held."""

    sku: int
    numbered: int
    house: int
    place: int
    other: int
    truck: int
    hold: int


@pytest.fixture
def ground() -> Ground:
    house = given.warehouse("WH1")
    given.warehouse("WH2")
    other = given.location("B-01")
    sku, numbered = given.sku("TEA"), given.sku("PHONE", serial_tracked=True)
    given.stock("TEA", 500)
    serials = tuple(f"S{number}" for number in range(BATCH + 2))
    goods.receive(goods.line(numbered, len(serials), serials=serials)).check()
    goods.shipped("SO-1", sku, 100)
    goods.transfer_out("T-1", goods.placed(sku, 100, goods.place())).check()
    hold = goods.hold("FZ-1", goods.line(sku, 100), reason="QC", location_id=goods.place())
    for number in range(BATCH + 2):
        goods.hold(f"SO-P{number}", goods.line(sku, 1))
        goods.pin(f"SO-P{number}")
    return Ground(sku, numbered, house, goods.place(), other, goods.truck("T-1"), hold)


Make = Callable[[Ground, int, Any], Any]
Verb = Callable[..., list[inventory.Outcome]]


def _receive(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.ReceiveRequest(
        key=f"k{number}", document="PO-1", warehouse_id=ground.house, location_id=ground.place,
        lines=(goods.line(ground.sku, qty),),
    )  # fmt: skip


def _place(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.ReceiveRequest(
        key=f"k{number}", document="PO-1", warehouse_id=ground.house, source="OPENING",
        placed=(goods.placed(ground.sku, qty, ground.other),),
    )  # fmt: skip


def _move(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.MoveRequest(
        key=f"k{number}", document="MV-1", warehouse_id=ground.house,
        lines=(
            inventory.MoveLine(
                sku_id=ground.sku, qty=qty, from_location_id=ground.place,
                to_location_id=ground.other,
            ),
        ),
    )  # fmt: skip


def _move_numbered(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.MoveRequest(
        key=f"k{number}", document="MV-1", warehouse_id=ground.house,
        lines=(
            inventory.MoveLine(
                sku_id=ground.numbered, qty=qty, from_location_id=ground.place,
                to_location_id=ground.other, serials=(f"S{number}",),
            ),
        ),
    )  # fmt: skip


def _ship(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.ShipRequest(
        key=f"k{number}", document=f"SO-P{number}", lines=(goods.line(ground.sku, qty),)
    )


def _regrade(ground: Ground, number: int, qty: Any) -> Any:
    line = inventory.RegradeLine(
        sku_id=ground.sku, qty=qty, location_id=ground.place, from_grade="ZP", to_grade="CC",
        hold_id=ground.hold, carry=True,
    )  # fmt: skip
    return inventory.RegradeRequest(
        key=f"k{number}", document="RG-1", warehouse_id=ground.house, lines=(line,)
    )


def _scrap(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.ScrapRequest(
        key=f"k{number}", document="SC-1", warehouse_id=ground.house, why="broken",
        lines=(goods.placed(ground.sku, qty, ground.place, hold_id=ground.hold),),
    )  # fmt: skip


def _return(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.ReturnRequest(
        key=f"k{number}", document="RT-1", warehouse_id=ground.house, location_id=ground.place,
        lines=(goods.line(ground.sku, qty),), shipped_document="SO-1",
    )  # fmt: skip


def _out(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.TransferOutRequest(
        key=f"k{number}", document="T-1", from_warehouse_id=ground.house,
        transit_location_id=ground.truck, lines=(goods.placed(ground.sku, qty, ground.place),),
    )  # fmt: skip


def _in(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.TransferInRequest(
        key=f"k{number}", document="T-1", transit_location_id=ground.truck,
        to_warehouse_id=given.warehouse_id("WH2"), location_id=goods.place("A-01", "WH2"),
        lines=(goods.line(ground.sku, qty),),
    )  # fmt: skip


def _count(ground: Ground, number: int, qty: Any) -> Any:
    return inventory.AdjustRequest(
        key=f"k{number}", document="CT-1", warehouse_id=ground.house, location_id=ground.other,
        counted=(goods.line(ground.sku, qty),), why="count",
    )  # fmt: skip


VERBS: dict[str, tuple[Verb, Make]] = {
    "receive": (inventory.receive, _receive),
    "place": (inventory.receive, _place),
    "move": (inventory.move, _move),
    "move a piece": (inventory.move, _move_numbered),
    "ship": (inventory.ship, _ship),
    "regrade": (inventory.regrade, _regrade),
    "scrap": (inventory.scrap, _scrap),
    "return": (inventory.take_return, _return),
    "transfer out": (inventory.transfer_out, _out),
    "transfer in": (inventory.transfer_in, _in),
    "count": (inventory.adjust, _count),
}
NO_QUANTITY = [0, -1, 1.5, True, "3", "３", None, 10**12 + 1]


def _books(ground: Ground) -> Any:
    return (goods.cells(ground.sku), goods.cells(ground.numbered), goods.claims())


def _run(verb: Verb, requests: Sequence[Any]) -> list[inventory.Outcome]:
    with transaction.atomic():
        return verb(requests, actor=goods.ACTOR)


@pytest.mark.parametrize("name", VERBS)
def test_a_quantity_that_is_none_is_refused_by_every_verb(ground: Ground, name: str) -> None:
    verb, make = VERBS[name]
    before = _books(ground), goods.postings()
    # A count may find nothing at all.
    wrong = [qty for qty in NO_QUANTITY if name != "count" or qty != 0]
    outcomes = _run(verb, [make(ground, number, qty) for number, qty in enumerate(wrong)])
    sku = ground.numbered if name == "move a piece" else ground.sku
    for qty, outcome in zip(wrong, outcomes, strict=True):
        assert goods.said(outcome, "asked", "sku_id", "line") == ("bad_quantity", qty, sku, 0)
        assert type(outcome.refusal.params["asked"]) is type(qty)  # type: ignore[union-attr]
    assert (_books(ground), goods.postings()) == before


@pytest.mark.parametrize("name", VERBS)
def test_more_than_a_machine_word_holds_is_only_a_number(ground: Ground, name: str) -> None:
    verb, make = VERBS[name]
    outcome = _run(verb, [make(ground, 0, 2**31)])[0]
    if name in ("receive", "place", "count"):
        assert not outcome.refused
        lies = sum(on_hand for on_hand, _ in goods.cells(ground.sku).values())
        assert lies == 400 + 2**31
    else:
        said = goods.said(outcome, "asked", "there", "line")
        assert said[0] in {
            "nothing_there", "wrong_serials", "not_held", "not_shipped", "not_in_transit",
        }  # fmt: skip
        assert said[1] == 2**31
        assert 0 <= said[2] < 2**31
        assert said[3] == 0


@pytest.mark.parametrize("name", VERBS)
def test_the_same_key_does_it_once_and_other_content_is_refused(ground: Ground, name: str) -> None:
    verb, make = VERBS[name]
    first = _run(verb, [make(ground, 0, 1)])[0].check()
    after = _books(ground), goods.postings()
    again = _run(verb, [make(ground, 0, 1)])[0].check()
    assert (again.repeated, again.posting_id, again.hold_id) == (
        True, first.posting_id, first.hold_id,
    )  # fmt: skip
    other = _run(verb, [replace(make(ground, 0, 1), document="OTHER")])[0]
    assert goods.code(other) == "key_reused"
    assert (_books(ground), goods.postings()) == after


@pytest.mark.parametrize("name", VERBS)
def test_forty_requests_cost_the_statements_of_one(ground: Ground, name: str) -> None:
    verb, make = VERBS[name]
    # A count that finds nothing new writes less; the very first request makes cells that stay.
    requests = [
        make(ground, number, 1 + number if name == "count" else 1) for number in range(BATCH + 2)
    ]
    _run(verb, requests[:1])[0].check()
    with CaptureQueriesContext(connection) as one:
        _run(verb, requests[1:2])[0].check()
    with CaptureQueriesContext(connection) as many:
        for outcome in _run(verb, requests[2:]):
            outcome.check()
    assert len(many) == len(one)


def test_forty_reversals_cost_the_statements_of_one(ground: Ground) -> None:
    def received(number: int) -> int:
        made = goods.receive(goods.line(ground.sku, 1), at="B-01").check().posting_id
        assert made is not None
        return made

    def taken_back(posting: int) -> Any:
        return inventory.ReverseRequest(
            key=f"rv{posting}", document="RV", posting_id=posting, why="wrong"
        )

    requests = [taken_back(received(number)) for number in range(BATCH + 1)]
    with CaptureQueriesContext(connection) as one:
        _run(inventory.reverse, requests[:1])[0].check()
    with CaptureQueriesContext(connection) as many:
        for outcome in _run(inventory.reverse, requests[1:]):
            outcome.check()
    assert len(many) == len(one)
    again = _run(inventory.reverse, requests[:1])[0].check()
    assert again.repeated
    assert goods.cells(ground.sku)["WH1 A-01 ZP"][0] == 300
