"""Which cells a claim is pinned to first."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from inventory.models import Lot
from inventory.services import Strategy
from tests import given
from tests.inventory.claiming import ACTOR, blanket, hold, key, pin, refused, where

pytestmark = pytest.mark.django_db


def shelves(sku: str = "TEA") -> None:
    """Three lots: OLD came first and expires last; the nearest place is C-03."""
    given.warehouse("WH1")
    for number, (code, expires) in enumerate(
        [("OLD", date(2093, 1, 1)), ("MID", date(2091, 1, 1)), ("NEW", date(2092, 1, 1))]
    ):
        place = f"C-0{number + 1}"
        given.location(place, sequence=30 - number)
        lot = given.lot(sku, code, expires_on=expires, produced_on=date(2020, 1, 1 + number))
        given.stock(sku, 5, location=place, lot_id=lot)


@pytest.mark.parametrize(
    ("strategy", "first", "second"),
    [
        (Strategy.FEFO, ("C-02", "MID"), ("C-03", "NEW")),
        (Strategy.FIFO, ("C-01", "OLD"), ("C-02", "MID")),
        (Strategy.LIFO, ("C-03", "NEW"), ("C-02", "MID")),
        (Strategy.NEAREST, ("C-03", "NEW"), ("C-02", "MID")),
    ],
)
def test_each_strategy_starts_where_it_says(
    strategy: Strategy, first: tuple[str, str], second: tuple[str, str]
) -> None:
    shelves()
    hold("SO-1", qty=7)
    pin("SO-1", strategy=strategy).check()
    assert where("SO-1") == {first: 5, second: 2}


def test_a_sku_has_a_strategy_of_its_own_that_a_request_overrides() -> None:
    given.warehouse("WH1")
    given.sku("TEA", lot_strategy="LIFO")
    shelves()
    hold("SO-1", qty=1)
    pin("SO-1").check()
    hold("SO-2", qty=1)
    pin("SO-2", strategy=Strategy.FEFO).check()
    assert (where("SO-1"), where("SO-2")) == ({("C-03", "NEW"): 1}, {("C-02", "MID"): 1})


def test_without_a_word_the_first_to_expire_goes_first() -> None:
    shelves()
    hold("SO-1", qty=1)
    pin("SO-1").check()
    assert where("SO-1") == {("C-02", "MID"): 1}


def test_goods_on_their_way_over_a_bench_come_last_whatever_the_strategy() -> None:
    shelves()
    lot = given.lot("TEA", "BENCH", expires_on=date(2090, 1, 1), produced_on=date(2019, 1, 1))
    given.stock("TEA", 5, location="PACK", lot_id=lot)
    for number, strategy in enumerate(Strategy):
        hold(f"SO-{number}", qty=1)
        pin(f"SO-{number}", strategy=strategy).check()
        assert ("PACK", "BENCH") not in where(f"SO-{number}")


@pytest.mark.parametrize("strategy", list(Strategy))
def test_expired_and_blocked_lots_are_never_pinned(strategy: Strategy) -> None:
    shelves()
    gone = given.lot("TEA", "GONE", expires_on=date(2020, 1, 1))
    given.stock("TEA", 5, lot_id=gone)
    blocked = Lot.objects.get(code="MID").pk
    hold("SO-1", qty=10)
    frozen = blanket("QC-1", lot_id=blocked).check()
    pin("SO-1", strategy=strategy).check()
    assert where("SO-1") == {("C-01", "OLD"): 5, ("C-03", "NEW"): 5}
    hold("SO-2", qty=1)
    assert where("QC-1") == {("C-02", "MID"): 5}
    assert refused(pin("SO-2", strategy=strategy))[0] == "not_held"
    assert frozen.hold_id


def test_a_refused_pin_names_what_is_short_and_the_freeze_in_the_way() -> None:
    given.warehouse("WH1")
    tea = given.sku("TEA")
    given.stock("TEA", 5)
    hold("SO-1", qty=5)
    leak = blanket("LK-1", "", reason="LEAK", location="A-01").check()
    assert refused(pin("SO-1")) == (
        "not_pickable",
        {
            "short": {tea: 5}, "sku_id": tea, "asked": 5, "there": 0,
            "hold_id": leak.hold_id, "document": "LK-1",
        },
    )  # fmt: skip
    assert where("SO-1") == {("", ""): 5}


def test_pinning_many_documents_costs_the_same_statements_as_one() -> None:
    shelves()
    costs = []
    for batch in (1, 5):
        names = [f"SO-{batch}-{number}" for number in range(batch)]
        for name in names:
            hold(name, qty=1)
        requests = [
            inventory.PinRequest(key=key(), document=name, warehouse_id=given.warehouse_id("WH1"))
            for name in names
        ]
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            assert not any(one.refused for one in inventory.pin(requests, actor=ACTOR))
        costs.append(len(seen))
    assert costs[0] == costs[1]
