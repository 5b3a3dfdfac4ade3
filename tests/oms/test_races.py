"""Pipeline, platform and stock at once, on real connections and commits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from inventory import services as inventory
from oms import selectors
from oms import services as orders
from oms.models import Order, OrderEvent
from tests import given
from tests.oms import told
from tests.waiting import until, waiters
from tests.wms.test_races import together

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("real_commits")]


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rows are read without locking them."""

    def unlocked(self: QuerySet[Any], *_: object, **__: object) -> QuerySet[Any]:
        return self

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    yield
    monkeypatch.undo()


def with_stock_locked(*jobs: Callable[[], Any], then: Callable[[], Any] = lambda: None) -> None:
    """Run the jobs one after the other while somebody holds the balances; let go at the end.

    `then` runs in the transaction that holds them, before it commits.
    """
    begun = [threading.Event() for _ in jobs]

    def keeper() -> None:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM inventory_balance ORDER BY id FOR UPDATE")
            for count, event in enumerate(begun, start=1):
                event.set()
                until(lambda count=count: waiters() >= count)  # type: ignore[misc]
            then()

    def job(index: int) -> Callable[[], Any]:
        def run() -> Any:
            assert begun[index].wait(60)
            return jobs[index]()

        return run

    together(keeper, *(job(index) for index in range(len(jobs))))


def paid(qty: int = 4) -> Any:
    given.stock("TEA", 10)
    draft = told.draft("T1", told.line("TEA", qty))
    told.accept(draft)
    return draft


def test_a_cancel_that_meets_the_pipeline_frees_what_it_just_held() -> None:
    draft = paid()
    cancelled = told.moved(draft, state="cancelled")

    with_stock_locked(orders.process, lambda: told.accept(cancelled))

    assert told.the().state == "CANCELLED"
    assert given.free("TEA") == 10
    chain = OrderEvent.objects.order_by("id").values_list("what", flat=True)
    assert list(chain) == ["received", "submitted", "cancelled"]
    assert selectors.audit() == []


@pytest.mark.usefixtures("no_locks")
def test_without_the_row_lock_the_cancel_overtakes_and_only_the_guard_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The control: the same meeting, nobody locks the order, the trigger has to refuse."""
    draft = paid()
    cancelled = told.moved(draft, state="cancelled")
    caplog.set_level(logging.WARNING)
    begun = threading.Event()

    def keeper() -> None:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM inventory_balance ORDER BY id FOR UPDATE")
            begun.set()
            until(lambda: waiters() >= 1)
            with_thread(lambda: told.accept(cancelled))

    def with_thread(job: Callable[[], Any]) -> None:
        together(job)

    def pipeline() -> None:
        assert begun.wait(60)
        # The ledger locks its balances by statement, not through the ORM.
        orders.process()

    together(keeper, pipeline)

    assert "A batch of 1 orders failed" in caplog.text
    chain = OrderEvent.objects.order_by("id").values_list("what", flat=True)
    assert list(chain) == ["received", "cancelled"]


def test_the_pipeline_leaves_alone_what_is_just_being_cancelled() -> None:
    draft = paid()
    done = threading.Event()
    seen = threading.Event()

    def cancel() -> None:
        with transaction.atomic(durable=True):
            orders.accept([told.moved(draft, state="cancelled")])
            done.set()
            assert seen.wait(60)

    def pipeline() -> None:
        assert done.wait(60)
        orders.process()
        seen.set()

    together(cancel, pipeline)

    assert told.the().state == "CANCELLED"
    assert given.free("TEA") == 10
    assert orders.process() == 0


def test_who_loses_the_race_for_stock_is_sent_from_the_next_warehouse() -> None:
    given.warehouse("WH1", province="浙江", latitude=30.27, longitude=120.16)
    given.warehouse("WH2", province="北京", latitude=39.90, longitude=116.41)
    given.stock("TEA", 2, warehouse="WH1")
    given.stock("TEA", 2, warehouse="WH2")
    told.accept(told.draft("T1", told.line("TEA", 2)))
    near, far = given.warehouse_id("WH1"), given.warehouse_id("WH2")
    tea = given.sku("TEA")

    def snatch() -> None:
        inventory.hold(
            [inventory.HoldRequest(key="snatch", document="X-1", warehouse_id=near,
                                   lines=(inventory.Line(sku_id=tea, qty=1),))],
            actor="system:test",
        )[0].check()  # fmt: skip

    with_stock_locked(orders.process, then=snatch)

    order = told.the()
    assert (order.state, order.warehouse_id) == ("SUBMITTED", far)
    assert given.free("TEA", "WH1") == 1
    assert given.free("TEA", "WH2") == 0
    assert told.open_codes() == set()


def test_no_order_is_lost_when_its_hold_is_refused() -> None:
    given.stock("TEA", 2)
    told.accept(told.draft("T1", told.line("TEA", 2)))
    house, tea = given.warehouse_id("WH1"), given.sku("TEA")

    def snatch() -> None:
        inventory.hold(
            [inventory.HoldRequest(key="snatch", document="X-1", warehouse_id=house,
                                   lines=(inventory.Line(sku_id=tea, qty=1),))],
            actor="system:test",
        )[0].check()  # fmt: skip

    with_stock_locked(orders.process, then=snatch)

    order = told.the()
    assert order.state == "PREPROCESS"
    assert told.open_codes() == {("out_of_stock", "")}
    assert order.due_at is not None
    assert given.free("TEA") == 1
    assert selectors.without_next_action() == []


def test_many_pipelines_place_each_order_once_and_never_too_many() -> None:
    given.stock("TEA", 25)
    told.accept(*(told.draft(f"N{n}", told.line("TEA", 1)) for n in range(40)))

    def pipeline() -> None:
        for _ in range(6):
            orders.process(7)

    together(*(pipeline for _ in range(4)))

    assert Order.objects.filter(state="SUBMITTED").count() == 25
    assert given.free("TEA") == 0
    assert OrderEvent.objects.filter(what="submitted").count() == 25
    assert selectors.without_next_action() == []
    assert selectors.audit() == []


def test_two_takers_of_one_order_make_one_order() -> None:
    given.sku("TEA")
    drafts = [told.draft(f"N{n}") for n in range(10)]

    together(*(lambda rows=rows: told.accept(*rows) for rows in (drafts, drafts[::-1], drafts)))

    assert Order.objects.count() == 10
    assert OrderEvent.objects.filter(what="received").count() == 10
