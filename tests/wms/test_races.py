"""Several people at once, on real connections and commits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import QuerySet

from tests.waiting import until, waiters
from tests.wms import world
from tests.wms.conftest import fill
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.models import Parcel, Pick, PickList, PutBack
from wms.services.carriers import take_waybills

pytestmark = pytest.mark.races


@pytest.fixture
def open_house(real_commits: str) -> House:
    return fill(world.build())


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs at once, each on its own connection; gives what each returned."""
    start = threading.Barrier(len(jobs))
    found: dict[int, Any] = {}
    errors: list[BaseException] = []

    def run(index: int, job: Callable[[], Any]) -> None:
        try:
            start.wait(60)
            found[index] = job()
        except BaseException as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(index, job)) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    return [found[index] for index in range(len(jobs))]


def overtaken(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`second` starts when `first` has done its work but not committed yet."""
    done, may_commit = threading.Event(), threading.Event()

    def hold() -> Any:
        with transaction.atomic(durable=True):
            result = first()
            done.set()
            # The second waits for us or, where nothing keeps it, has ended.
            until(lambda: may_commit.is_set() or waiters())
        return result

    def chase() -> Any:
        assert done.wait(60)
        try:
            with transaction.atomic(durable=True):
                return second()
        finally:
            may_commit.set()

    one, other = together(hold, chase)
    return one, other


def ship(parcel: str) -> floor.Answer:
    return floor.ship_parcels([floor.ParcelDeparture(world.fresh(), parcel=parcel)], actor="p:1")[0]


def stop(number: int = 1) -> str:
    return floor.cancel([f"SO-{number}"], actor="system:orders")[f"SO-{number}"]


def test_a_cancel_that_meets_a_departing_parcel_comes_too_late(open_house: House) -> None:
    parcel = world.packed(open_house, "SO-1", TEA=2)

    gone, stopped = overtaken(lambda: ship(parcel), stop)

    assert (gone.ok, stopped) == (True, "SHIPPED")
    assert world.state("SO-1") == "SHIPPED"
    assert world.on_hand(open_house, "TEA") == 18
    assert not PutBack.objects.exists()
    assert board.audit() == []


def test_a_parcel_that_meets_its_cancel_stays(open_house: House) -> None:
    parcel = world.packed(open_house, "SO-1", TEA=2)

    stopped, gone = overtaken(stop, lambda: ship(parcel))

    assert (stopped, gone.code) == ("INTERCEPTED", "stopped")
    assert world.state("SO-1") == "INTERCEPTING"
    assert world.on_hand(open_house, "TEA") == 20
    assert board.audit() == []


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rows are read without locking them."""

    def unlocked(self: QuerySet[Any], *_: object, **__: object) -> QuerySet[Any]:
        return self

    monkeypatch.setattr(QuerySet, "select_for_update", unlocked)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("no_locks")
def test_control_without_the_lock_both_win(open_house: House) -> None:
    parcel = world.packed(open_house, "SO-1", TEA=2)

    gone, stopped = overtaken(lambda: ship(parcel), stop)

    assert (gone.ok, stopped) == (True, "INTERCEPTED")
    assert board.audit() != []


def test_of_a_cancel_and_a_departure_at_once_exactly_one_wins(open_house: House) -> None:
    for number in range(6):
        parcel = world.packed(open_house, f"SO-{number}", TEA=1)

        gone, stopped = together(
            partial(committed, partial(ship, parcel)), partial(committed, partial(stop, number))
        )

        assert (gone.ok, stopped) in [(True, "SHIPPED"), (False, "INTERCEPTED")]
    assert board.audit() == []


def test_two_planners_share_the_work(open_house: House) -> None:
    for number in range(8):
        world.ordered(open_house, f"SO-{number}", TEA=1)

    answers = together(*[lambda: _plan(open_house, limit=4)] * 2)

    shared = [number for answer in answers for number in answer.data.get("fulfilments", [])]
    assert len(shared) == len(set(shared))
    while len(shared) < 8:
        shared += _plan(open_house, limit=4).data["fulfilments"]
    assert sorted(shared) == sorted({world.number_of(f"SO-{number}") for number in range(8)})
    assert board.audit() == []


def _plan(house: House, *, limit: int, key: str = "") -> floor.Answer:
    wish = floor.PickListWish(key or world.fresh(), warehouse_id=house.warehouse, limit=limit)
    return committed(lambda: floor.create_pick_list(wish, actor="p:1"))


def test_one_wish_sent_twice_at_once_makes_one_list(open_house: House) -> None:
    world.ordered(open_house, "SO-1", TEA=1)
    world.ordered(open_house, "SO-2", TEA=1)

    answers = together(*[lambda: _plan(open_house, limit=1, key="wish")] * 2)

    assert {answer.data["pick_list"] for answer in answers} == {PickList.objects.get().number}
    assert sorted(answer.repeated for answer in answers) == [False, True]


def test_one_scan_sent_twice_at_once_takes_once(open_house: House) -> None:
    world.ordered(open_house, "SO-1", TEA=2)
    pick_list = world.listed(open_house)
    scan = floor.PickScan("scan", pick_list=pick_list, location="A-01", barcode="6901")

    answers = together(
        *[lambda: committed(lambda: floor.confirm_picks([scan], actor="p:1")[0])] * 2
    )

    assert sorted(answer.repeated for answer in answers) == [False, True]
    assert Pick.objects.count() == 1
    assert world.lying(open_house, "TEA") == {"A-01": 19, "PACK": 1}


def test_eight_benches_never_get_the_same_waybill(open_house: House) -> None:
    carrier_id = _carrier("YTO", 400)

    def take() -> list[str]:
        found: list[str] = []
        for _ in range(10):
            with transaction.atomic(durable=True):
                found += take_waybills({carrier_id: 5})[carrier_id]
        return found

    taken = [number for share in together(*[take] * 8) for number in share]

    assert sorted(taken) == [f"Y{number:03d}" for number in range(1, 401)]
    with transaction.atomic():
        assert take_waybills({carrier_id: 1}) == {carrier_id: []}


def _carrier(code: str, last: int) -> int:
    with transaction.atomic():
        carrier = floor.add_carrier(code=code, name=code)
        floor.add_waybills(carrier_code=code, prefix="Y", first=1, last=last)
    return carrier.pk


@pytest.mark.usefixtures("no_locks")
def test_control_without_the_lock_waybills_are_given_twice(open_house: House) -> None:
    carrier_id = _carrier("YTO", 400)

    def take() -> list[str]:
        return take_waybills({carrier_id: 5})[carrier_id]

    first, second = overtaken(take, take)

    assert first == second


def test_benches_that_close_the_last_two_orders_of_a_walk_complete_it(open_house: House) -> None:
    numbers = [world.ordered(open_house, f"SO-{number}", TEA=1) for number in (1, 2)]
    pick_list = world.listed(open_house)
    world.pick_all(pick_list)
    world.check_all(*numbers)

    def close(number: str) -> list[floor.Answer]:
        closing = floor.ParcelClosing(world.fresh(), fulfilment=number)
        return committed(lambda: floor.close_parcels([closing], actor="p:1"))

    together(*[partial(close, number) for number in numbers])

    assert world.list_state(pick_list) == "COMPLETED"
    assert Parcel.objects.count() == 2
