"""Claims that change at once on real connections, each with its control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from inventory import ledger, loading
from inventory import services as inventory
from inventory.decisions import planning
from inventory.models import Entry, Hold, Posting
from inventory.services import Policy
from tests import given
from tests.inventory.claiming import ACTOR, asked, hold, key, pin, units, where
from tests.inventory.test_races import together

pytestmark = pytest.mark.races


def durable(verb: Callable[..., list[inventory.Outcome]], request: Any) -> inventory.Outcome:
    with transaction.atomic(durable=True):
        return verb([request], actor=ACTOR)[0]


def freeze(document: str) -> inventory.HoldRequest:
    return asked(document, qty=6, reason="QC", location="A-01", policy=Policy.DISPLACE)


def _two_orders() -> int:
    given.warehouse("WH1")
    tea = given.sku("TEA")
    given.stock("TEA", 12)
    hold("SO-1", qty=6, priority=1).check()
    hold("SO-2", qty=6, priority=9).check()
    return tea


def _apply_twice(requests: list[inventory.HoldRequest]) -> list[Any]:
    return together([partial(durable, inventory.hold, request) for request in requests])


def test_of_two_plans_applied_at_once_one_is_done_and_the_other_sees_a_moved_world(
    real_commits: str,
) -> None:
    tea = _two_orders()
    requests = [freeze("FZ-1"), freeze("FZ-2")]
    shown = [inventory.plan(request, actor=ACTOR) for request in requests]
    assert [plan.displaced for plan in shown] == [{"SO-1": {tea: 6}}] * 2

    outcomes = _apply_twice(
        [replace(one, plan=plan.digest) for one, plan in zip(requests, shown, strict=True)]
    )

    codes = sorted(one.refusal.code if one.refusal else "done" for one in outcomes)
    assert codes == ["done", "world_moved"]
    assert (units("SO-1"), units("SO-2")) == (0, 6)
    assert units("FZ-1") + units("FZ-2") == 6


def test_control_without_looking_at_the_plan_both_are_done_and_an_order_nobody_named_loses(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _two_orders()
    requests = [freeze("FZ-1"), freeze("FZ-2")]
    shown = [inventory.plan(request, actor=ACTOR) for request in requests]
    monkeypatch.setattr(planning, "check", lambda world, request: None)
    outcomes = _apply_twice(
        [replace(one, plan=plan.digest) for one, plan in zip(requests, shown, strict=True)]
    )
    assert [one.refused for one in outcomes] == [False, False]
    assert (units("SO-1"), units("SO-2")) == (0, 0)


def _a_pinned_order() -> tuple[inventory.SwapRequest, inventory.ShipRequest]:
    house = given.warehouse("WH1")
    given.location("B-01", sequence=5)
    tea = given.sku("TEA")
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="B-01")
    hold("SO-1", qty=5).check()
    pin("SO-1").check()
    return (
        inventory.SwapRequest(
            key=key(), document="SO-1", warehouse_id=house, sku_id=tea, qty=5,
            from_location_id=given.location("A-01"), to_location_id=given.location("B-01"),
        ),
        inventory.ShipRequest(key=key(), document="SO-1"),
    )  # fmt: skip


def test_a_swap_and_a_shipment_at_once_ship_the_order_once(real_commits: str) -> None:
    swap, ship = _a_pinned_order()
    swapped, shipped = together(
        [lambda: durable(inventory.swap, swap), lambda: durable(inventory.ship, ship)]
    )
    assert not shipped.refused
    assert swapped.refused is (swapped.refusal is not None)
    if swapped.refused:
        assert swapped.refusal.code == "not_held"
    left = sum(Entry.objects.filter(outside="CUSTOMER").values_list("on_hand", flat=True))
    assert (left, where("SO-1"), given.free("TEA")) == (5, {}, 5)


def test_control_without_the_lock_the_swap_pins_what_has_left(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap, ship = _a_pinned_order()
    gate = threading.Barrier(2)

    def look_then_wait(world: Any, ids: list[int]) -> None:
        loading.know(world, ids)

    decide = ledger._decide_all

    def decide_together(*args: Any) -> Any:
        gate.wait(60)
        return decide(*args)

    monkeypatch.setattr(loading, "lock", look_then_wait)
    monkeypatch.setattr(ledger, "_decide_all", decide_together)
    outcomes = together(
        [lambda: durable(inventory.swap, swap), lambda: durable(inventory.ship, ship)]
    )
    broken = [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
    assert len(broken) == 1
    assert "line_open_not_negative" in str(broken[0]) or "pinned_within" in str(broken[0])


def test_outside_a_transaction_a_plan_reads_one_snapshot_and_writes_nothing(
    real_commits: str,
) -> None:
    tea = _two_orders()
    before = (Posting.objects.count(), Entry.objects.count(), Hold.objects.count())
    shown = inventory.plan(freeze("FZ-1"), actor=ACTOR)
    assert shown.displaced == {"SO-1": {tea: 6}}
    assert (Posting.objects.count(), Entry.objects.count(), Hold.objects.count()) == before
    assert not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)


def test_a_reserve_is_ended_while_its_order_is_cancelled_and_no_unit_is_lost(
    real_commits: str,
) -> None:
    given.warehouse("WH1")
    given.sku("TEA")
    for turn in range(4):
        given.stock("TEA", 5)
        hold(f"PROMO-{turn}", qty=5, reason="PROMOTION").check()
        hold(f"SO-{turn}", qty=5, draw_from=f"PROMO-{turn}").check()
        back = inventory.ReleaseRequest(key=key(), document=f"SO-{turn}")
        end = inventory.ReleaseRequest(key=key(), document=f"PROMO-{turn}")
        outcomes = together([partial(durable, inventory.release, one) for one in (back, end)])
        assert [outcome.refused for outcome in outcomes] == [False, False]
        assert given.free("TEA") == 5 * (turn + 1)
    assert not Hold.objects.filter(reason__code="PROMOTION", closed_at=None).exists()
