"""Real connections, real commits; each race has a control that goes wrong without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from inventory import knowing, loading
from inventory import services as inventory
from inventory.models import Balance, Hold, HoldKit, Recipe, Sku
from inventory.world import Bal, World
from tests import given

pytestmark = pytest.mark.races


def together(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run the jobs at once, each on its own connection; give results or the exceptions."""
    results: list[Any] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(index: int, job: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            results[index] = job()
        except Exception as trouble:
            results[index] = trouble
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, job)) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def buyer(number: int, house: int, sku: int, qty: int = 1) -> Callable[[], inventory.Outcome]:
    def buy() -> inventory.Outcome:
        with transaction.atomic(durable=True):
            return inventory.hold(
                [
                    inventory.HoldRequest(
                        key=f"buy:{number}", document=f"SO-{number}", warehouse_id=house,
                        lines=(inventory.Line(sku_id=sku, qty=qty),),
                    )
                ],
                actor="system:test",
            )[0]  # fmt: skip

    return buy


def _read_without_lock(world: World, ids: list[int]) -> None:
    for row in Balance.objects.filter(id__in=ids).order_by("id"):
        key = (row.warehouse_id, row.sku_id, row.grade, row.owner)
        world.balances[key] = Bal(row.pk, key, row.on_hand, row.held)


def test_twelve_buyers_of_five_units_get_exactly_five(real_commits: str) -> None:
    house, tea = given.warehouse("WH1"), given.sku("TEA")
    given.stock("TEA", 5)
    outcomes = together([buyer(number, house, tea) for number in range(12)])
    sold = [outcome for outcome in outcomes if not outcome.refused]
    assert (len(sold), given.free("TEA"), Hold.objects.count()) == (5, 0, 5 + 1)


def test_control_without_the_lock_buyers_collide_and_only_the_constraint_saves_us(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, tea = given.warehouse("WH1"), given.sku("TEA")
    given.stock("TEA", 5)
    gate = threading.Barrier(6)

    def look_then_wait(world: World, ids: list[int]) -> None:
        _read_without_lock(world, ids)
        gate.wait(60)

    monkeypatch.setattr(loading, "lock", look_then_wait)
    outcomes = together([buyer(number, house, tea) for number in range(6)])
    broken = [outcome for outcome in outcomes if isinstance(outcome, DatabaseError)]
    assert len(broken) == 1
    assert "balance_held_within_on_hand" in str(broken[0])


def test_opposite_line_orders_never_deadlock(real_commits: str) -> None:
    house = given.warehouse("WH1")
    skus = [given.sku(f"S{n}") for n in range(6)]
    for n in range(6):
        given.stock(f"S{n}", 1000)

    def many(number: int) -> Callable[[], int]:
        def run() -> int:
            for turn in range(10):
                lines = [inventory.Line(sku_id=sku, qty=1) for sku in skus]
                if (number + turn) % 2:
                    lines.reverse()
                with transaction.atomic(durable=True):
                    inventory.hold(
                        [
                            inventory.HoldRequest(
                                key=f"{number}:{turn}", document=f"SO-{number}-{turn}",
                                warehouse_id=house, lines=tuple(lines),
                            )
                        ],
                        actor="system:test",
                    )[0].check()  # fmt: skip
            return 10

        return run

    assert together([many(number) for number in range(6)]) == [10] * 6
    assert given.free("S0") == 1000 - 60


def test_the_same_key_from_eight_sides_holds_once(real_commits: str) -> None:
    house, tea = given.warehouse("WH1"), given.sku("TEA")
    given.stock("TEA", 50)
    outcomes = together([buyer(1, house, tea, qty=3) for _ in range(8)])
    assert {outcome.hold_id for outcome in outcomes} == {outcomes[0].hold_id}
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 7
    assert given.free("TEA") == 47


def test_releasing_and_shipping_at_once_has_one_winner(real_commits: str) -> None:
    house, tea = given.warehouse("WH1"), given.sku("TEA")
    given.stock("TEA", 20)
    for turn in range(5):
        buyer(turn, house, tea)()
        with transaction.atomic(durable=True):
            inventory.pin(
                [inventory.PinRequest(key=f"p{turn}", document=f"SO-{turn}", warehouse_id=house)],
                actor="system:test",
            )[0].check()

        def let_go(turn: int = turn) -> inventory.Outcome:
            with transaction.atomic(durable=True):
                return inventory.release(
                    [inventory.ReleaseRequest(key=f"r{turn}", document=f"SO-{turn}")],
                    actor="system:test",
                )[0]

        def send(turn: int = turn) -> inventory.Outcome:
            with transaction.atomic(durable=True):
                return inventory.ship(
                    [inventory.ShipRequest(key=f"s{turn}", document=f"SO-{turn}")],
                    actor="system:test",
                )[0]

        outcomes = together([let_go, send])
        assert sorted(outcome.refused for outcome in outcomes) == [False, True]


def _leak(house: int, place: int) -> Callable[[], inventory.Outcome]:
    def freeze() -> inventory.Outcome:
        with transaction.atomic(durable=True):
            return inventory.hold(
                [
                    inventory.HoldRequest(
                        key="leak", document="LK-1", warehouse_id=house, location_id=place,
                        reason="LEAK", blanket=True,
                    )
                ],
                actor="system:test",
            )[0]  # fmt: skip

    return freeze


def _receiving(number: int) -> Callable[[], None]:
    def receive() -> None:
        given.stock(f"N{number}", 1, location="B-01")

    return receive


def test_goods_that_arrive_while_a_place_is_frozen_do_not_slip_past(real_commits: str) -> None:
    house = given.warehouse("WH1")
    place = given.location("B-01")
    for number in range(6):
        given.sku(f"N{number}")
    jobs = [_receiving(number) for number in range(6)]
    together([jobs[0], jobs[1], jobs[2], _leak(house, place), jobs[3], jobs[4], jobs[5]])
    assert [given.free(f"N{number}") for number in range(6)] == [0] * 6


@pytest.mark.broken_books
def test_control_without_the_blanket_lock_goods_do_slip_past(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = given.warehouse("WH1")
    place = given.location("B-01")
    given.sku("N0")
    looked, arrived = threading.Event(), threading.Event()
    ids_of = loading.balance_ids

    def slow_freeze(needs: Any, **how: Any) -> list[int]:
        ids = ids_of(needs, **how)
        if needs.wide:
            looked.set()
            arrived.wait(60)
        return ids

    def receive_in_between() -> None:
        looked.wait(60)
        try:
            given.stock("N0", 1, location="B-01")
        finally:
            arrived.set()

    monkeypatch.setattr(loading, "lock_blankets", lambda *, alone: None)
    monkeypatch.setattr(loading, "balance_ids", slow_freeze)
    together([_leak(house, place), receive_in_between])
    assert given.free("N0") == 1


def test_two_buyers_of_kits_get_the_last_part_once(real_commits: str) -> None:
    given.stock("TEA", 9)
    given.stock("CUP", 1)
    boxes = [given.sku(code, is_kit=True) for code in ("BOX", "SET")]
    with transaction.atomic():
        for box, parts in zip(boxes, ({"TEA": 2, "CUP": 1}, {"CUP": 1, "TEA": 3}), strict=True):
            rows = [(given.sku(code), qty) for code, qty in parts.items()]
            inventory.write_recipe(kit_sku_id=box, parts=rows, actor=given.ACTOR)
    house = given.warehouse_id("WH1")

    results = together([buyer(number, house, boxes[number % 2]) for number in range(8)])

    refusals = [outcome.refusal for outcome in results]
    assert [refusal.code for refusal in refusals if refusal] == ["insufficient_stock"] * 7
    assert given.free("CUP") == 0
    (kits,) = HoldKit.objects.select_related("recipe")
    taken = {boxes[0]: 2, boxes[1]: 3}[kits.recipe.kit_id]
    assert given.free("TEA") == 9 - taken


def test_a_kit_is_sold_by_one_recipe_while_another_is_written(real_commits: str) -> None:
    given.stock("TEA", 100)
    box = given.sku("BOX", is_kit=True)

    def write(qty: int) -> Callable[[], int]:
        def job() -> int:
            with transaction.atomic(durable=True):
                return inventory.write_recipe(
                    kit_sku_id=box, parts=[(given.sku("TEA"), qty)], actor=given.ACTOR
                )

        return job

    write(1)()
    house = given.warehouse_id("WH1")

    results = together(
        [*(write(qty) for qty in (2, 3, 4, 5)), *(buyer(n, house, box) for n in range(8))]
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert list(Recipe.objects.order_by("version").values_list("version", flat=True)) == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    for kits in HoldKit.objects.select_related("recipe", "hold").prefetch_related("recipe__lines"):
        (line,) = kits.recipe.lines.all()
        assert (kits.qty, kits.hold.asked) == (1, line.qty)
    assert HoldKit.objects.count() == 8


def test_a_sku_gets_its_first_stock_or_becomes_a_kit_never_both(real_commits: str) -> None:
    for attempt in range(6):
        code = f"ODD{attempt}"
        given.warehouse()
        given.sku(code)

        def become(code: str = code) -> None:
            with transaction.atomic(durable=True):
                inventory.add_skus([{"code": code, "name": code, "is_kit": True}])

        def stock(code: str = code) -> None:
            given.stock(code, 1)

        together([become, stock])

        kit = Sku.objects.get(code=code).is_kit
        assert Balance.objects.filter(sku__code=code).exists() is not kit


@pytest.mark.parametrize("locked", [True, False])
def test_a_place_is_not_switched_off_while_goods_are_on_their_way_into_it(
    real_commits: object, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """The control, without the lock, ends with goods in a closed place."""
    given.sku("TEA")
    place = given.location("B-01")
    seen, go_on = threading.Event(), threading.Event()

    def slowly(world: World, ids: Iterable[int], *, lands: bool = False) -> None:
        knowing.know_places(world, ids, lands=lands and locked)
        seen.set()
        go_on.wait(60)

    monkeypatch.setattr(loading, "know_places", slowly)

    def switch_off() -> str:
        seen.wait(60)
        threading.Timer(0.5, go_on.set).start()
        try:
            with transaction.atomic(durable=True):
                inventory.change_location(
                    location_id=place, changes={"is_active": False}, actor="system:test"
                )
        except inventory.Refused as refusal:
            return refusal.code
        return "off"

    came, switched = together([lambda: given.stock("TEA", 2, location="B-01"), switch_off])

    assert came is None
    assert switched == ("location_in_use" if locked else "off")
    assert given.free("TEA") == 2
