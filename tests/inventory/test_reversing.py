"""A posting of goods is taken back once, as its exact mirror, with the claims it touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from inventory import services as inventory
from inventory.models import Entry, Hold, HoldLine, Posting
from tests import given
from tests.inventory import goods
from tests.inventory.test_races import together


@pytest.fixture
def tea(db: None) -> int:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.location("B-01")
    given.stock("TEA", 10)
    return given.sku("TEA")


def _goods(posting_id: int) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for *where, qty in Entry.objects.filter(posting_id=posting_id).values_list(
        "balance_id", "stock_id", "outside", "sku_id", "on_hand"
    ):
        found[tuple(where)] = found.get(tuple(where), 0) + qty
    return {where: qty for where, qty in found.items() if qty}


def _reversed(outcome: inventory.Outcome) -> inventory.Outcome:
    """Take it back; the mirror must be exact."""
    mirror = goods.reverse(outcome.check().posting_id).check()
    there = _goods(goods.posting_of(outcome).pk)
    back = _goods(goods.posting_of(mirror).pk)
    assert back == {where: -qty for where, qty in there.items()}
    assert goods.posting_of(mirror).reverses_id == outcome.posting_id
    return mirror


def test_a_shipment_comes_back_and_the_orders_claim_is_open_again(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 4), priority=3)
    goods.pin("SO-1")
    mirror = _reversed(goods.ship("SO-1"))
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 4)}
    hold = Hold.objects.get(document="SO-1")
    assert (hold.state, hold.closed_at, goods.claims()) == ("ACTIVE", None, {"SO-1": 4})
    assert HoldLine.objects.get(open__gt=0).priority == 3
    assert goods.posting_of(mirror).facts == {
        "why": "typed wrong", "reverses": "SHIP",
    }  # fmt: skip
    assert not goods.ship("SO-1").refused


def test_a_posting_is_reversed_once_and_a_reversal_never(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01")
    mirror = _reversed(received)
    twice = goods.reverse(received.posting_id)
    assert goods.said(twice, "posting_id") == ("already_reversed", received.posting_id)
    back = goods.reverse(mirror.posting_id)
    assert goods.said(back, "kind") == ("not_reversible", "REVERSE")
    assert goods.code(goods.reverse(10**9)) == "unknown_posting"
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_two_reversals_of_one_posting_in_a_batch_do_it_once(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01")
    requests = [
        inventory.ReverseRequest(
            key=f"rv{number}", document="RV", posting_id=received.posting_id or 0, why="wrong"
        )
        for number in range(2)
    ]
    with transaction.atomic():
        outcomes = inventory.reverse(requests, actor="system:test")
    assert [goods.code(outcome) for outcome in outcomes] == ["", "already_reversed"]
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


def test_claims_have_their_own_opposites_and_are_not_reversed(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 4))
    held = Posting.objects.get(kind="HOLD", document="SO-1")
    outcome = goods.reverse(held.pk)
    assert goods.said(outcome, "kind", "posting_id") == ("not_reversible", "HOLD", held.pk)
    assert goods.claims() == {"SO-1": 4}


def test_a_receipt_into_the_receiving_area_is_taken_back_from_its_freeze(tea: int) -> None:
    _reversed(goods.receive(goods.line(tea, 5), at="RCV"))
    assert (goods.cells(tea), goods.claims()) == ({"WH1 A-01 ZP": (10, 0)}, {})
    assert goods.outside(tea) == {"SUPPLIER": -10}


def test_received_goods_that_have_gone_on_cannot_be_taken_back(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01").check()
    goods.move(tea, 2, "B-01", "A-01").check()
    outcome = goods.reverse(received.posting_id)
    assert goods.said(outcome, "sku_id", "asked", "there") == ("not_reversible", tea, 5, 3)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (12, 0), "WH1 B-01 ZP": (3, 0)}


def test_received_goods_that_are_promised_cannot_be_taken_back(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01").check()
    goods.hold("SO-1", goods.line(tea, 12))
    outcome = goods.reverse(received.posting_id)
    assert goods.said(outcome, "asked", "there") == ("not_reversible", 5, 3)
    assert (goods.claims(), given.free("TEA")) == ({"SO-1": 12}, 3)


def test_goods_frozen_meanwhile_are_not_taken_back(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01").check()
    goods.hold("FZ-1", goods.line(tea, 2), reason="QC", location_id=goods.place("B-01"))
    outcome = goods.reverse(received.posting_id)
    assert goods.said(outcome, "asked", "there") == ("not_reversible", 5, 3)
    assert goods.claims() == {"FZ-1": 2}


def test_carried_units_are_carried_back_with_their_claim(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 4))
    goods.pin("SO-1")
    _reversed(goods.move(tea, 4, "A-01", "PACK", hold_document="SO-1"))
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 4)}
    assert goods.claims() == {"SO-1": 4}


def test_a_putaway_taken_back_is_frozen_by_the_receiving_area_again(tea: int) -> None:
    goods.receive(goods.line(tea, 5), at="RCV").check()
    _reversed(goods.move(tea, 5, "RCV", "B-01"))
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0), "WH1 RCV ZP": (5, 5)}


def test_a_loss_taken_back_gives_the_displaced_orders_their_units(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 6), priority=5)
    goods.hold("SO-2", goods.line(tea, 3), priority=1)
    goods.pin("SO-1")
    lost = goods.count(goods.line(tea, 4)).check()
    assert (lost.displaced, goods.claims()) == ({"SO-2": {tea: 3}, "SO-1": {tea: 2}}, {"SO-1": 4})
    _reversed(lost)
    assert goods.claims() == {"SO-1": 6, "SO-2": 3}
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 6)}
    assert Hold.objects.get(document="SO-2").state == "ACTIVE"


def test_a_loss_taken_back_counts_units_once_that_were_pinned_elsewhere_meanwhile(
    tea: int,
) -> None:
    goods.hold("SO-1", goods.line(tea, 6))
    goods.pin("SO-1")
    goods.receive(goods.line(tea, 6), at="B-01").check()
    lost = goods.count(goods.line(tea, 0)).check()
    goods.pin("SO-1")
    _reversed(lost)
    assert goods.claims() == {"SO-1": 6}
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0), "WH1 B-01 ZP": (6, 6)}


def test_an_order_that_has_claimed_anew_since_a_loss_is_not_given_twice(tea: int) -> None:
    goods.hold("SO-1", goods.line(tea, 6))
    lost = goods.count(goods.line(tea, 0)).check()
    goods.receive(goods.line(tea, 6), at="B-01").check()
    goods.hold("SO-1", goods.line(tea, 6))
    _reversed(lost)
    assert (goods.claims(), given.free("TEA")) == ({"SO-1": 6}, 10)


def test_the_database_lets_no_posting_be_reversed_twice(tea: int) -> None:
    received = goods.receive(goods.line(tea, 5), at="B-01")
    _reversed(received)
    with pytest.raises(IntegrityError, match="reverses_id"), transaction.atomic():
        Posting.objects.create(
            key="x", fingerprint="1:x", kind="REVERSE", document="X", actor="x",
            reverses_id=received.posting_id,
        )  # fmt: skip


def test_regraded_scrapped_and_returned_goods_are_taken_back(tea: int) -> None:
    hold = goods.hold("FZ-1", goods.line(tea, 4), reason="QC", location_id=goods.place())
    grade = inventory.RegradeLine(
        sku_id=tea, qty=4, location_id=goods.place(), from_grade="ZP", to_grade="CC",
        hold_id=hold, carry=True,
    )  # fmt: skip
    _reversed(goods.regrade(grade))
    assert (goods.cells(tea), goods.claims()) == ({"WH1 A-01 ZP": (10, 4)}, {"FZ-1": 4})
    _reversed(goods.scrap(goods.placed(tea, 4, goods.place(), hold_id=hold)))
    assert (goods.cells(tea), goods.claims()) == ({"WH1 A-01 ZP": (10, 4)}, {"FZ-1": 4})
    assert Hold.objects.get(pk=hold).state == "ACTIVE"
    goods.shipped("SO-1", tea, 2)
    _reversed(goods.take_return("SO-1", goods.line(tea, 2)))
    assert goods.outside(tea) == {"SUPPLIER": -10, "CUSTOMER": 2}


def test_a_shipment_that_the_customer_returned_is_not_taken_back_too(tea: int) -> None:
    shipped = goods.shipped("SO-1", tea, 4)
    goods.take_return("SO-1", goods.line(tea, 3)).check()
    outcome = goods.reverse(shipped.posting_id)
    assert goods.said(outcome, "sku_id", "asked", "there") == ("not_reversible", tea, 4, 1)
    assert goods.outside(tea)["CUSTOMER"] == 1


def test_a_transfer_out_is_taken_back_to_where_it_came_from(tea: int) -> None:
    goods.hold("T-1", goods.line(tea, 3), reason="TRANSFER")
    goods.pin("T-1")
    out = goods.transfer_out("T-1", goods.placed(tea, 5, goods.place()))
    _reversed(out)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 3)}
    assert goods.claims() == {"T-1": 3}
    assert goods.hold_of(out).state == "RELEASED"


def test_an_arrival_is_taken_back_to_the_truck(tea: int) -> None:
    goods.transfer_out("T-1", goods.placed(tea, 5, goods.place())).check()
    arrived = goods.transfer_in("T-1", goods.line(tea, 5), at="RCV")
    _reversed(arrived)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (5, 0), "TRANSIT T-1 ZP": (5, 5)}
    assert goods.claims() == {"T-1": 5}
    assert not goods.transfer_in("T-1", goods.line(tea, 5)).refused


def test_a_lifted_blanket_stays_lifted(tea: int) -> None:
    blanket = goods.hold("LK-1", reason="LEAK", location_id=goods.place("B-01"), blanket=True)
    received = goods.receive(goods.line(tea, 5), at="B-01").check()
    scrapped = goods.scrap(goods.placed(tea, 5, goods.place("B-01"), hold_id=blanket)).check()
    goods.do(
        inventory.release, inventory.ReleaseRequest(key="r", document="LK-1", hold_id=blanket)
    ).check()
    _reversed(scrapped)
    assert (goods.claims(), given.free("TEA")) == ({}, 15)
    _reversed(received)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 0)}


@pytest.mark.races
def test_of_reversals_and_returns_at_once_the_goods_come_back_once(real_commits: str) -> None:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.stock("TEA", 10)
    tea, house = given.sku("TEA"), given.warehouse_id("WH2")
    place = goods.place("A-01", "WH2")
    posting = goods.shipped("SO-1", tea, 4).posting_id or 0

    def take_back(number: int) -> Callable[[], inventory.Outcome]:
        def run() -> inventory.Outcome:
            request = inventory.ReverseRequest(
                key=f"rv{number}", document="RV", posting_id=posting, why="wrong"
            )
            with transaction.atomic(durable=True):
                return inventory.reverse([request], actor="system:test")[0]

        return run

    def come_back() -> inventory.Outcome:
        request = inventory.ReturnRequest(
            key="rt", document="RT", warehouse_id=house, location_id=place,
            lines=(goods.line(tea, 4),), shipped_document="SO-1",
        )  # fmt: skip
        with transaction.atomic(durable=True):
            return inventory.take_return([request], actor="system:test")[0]

    outcomes = together([take_back(1), come_back, take_back(2)])
    assert sorted(outcome.refused for outcome in outcomes) == [False, True, True]
    assert goods.outside(tea) == {"SUPPLIER": -10}
