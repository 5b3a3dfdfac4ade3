"""Races: many processes want the same units at once. Each is exact with the locks on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.proving import ground as grounds
from tests.proving.floor import ACTOR, Floor


@dataclass
class Rushed:
    """What came of the races."""

    attempts: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def _post(asks: list[Any]) -> list[Any]:
    from django.db import transaction

    from inventory.ledger import post

    with transaction.atomic(durable=True):
        return post(asks, actor=ACTOR)


def _stock(floor: Floor, key: str, qty: int, sku: int, code: str = "A-01") -> None:
    from inventory import requests as asked

    house = floor.houses[0]
    _post([
        asked.ReceiveRequest(
            key=f"rush:{key}", document="PO", warehouse_id=house,
            location_id=floor.by_code[house, code], lines=(asked.Line(sku_id=sku, qty=qty),),
        )
    ])[0].check()  # fmt: skip


def _order(floor: Floor, key: str, lines: list[tuple[int, int]]) -> Any:
    from inventory import requests as asked

    return asked.HoldRequest(
        key=f"rush:{key}", document=f"SO-{key}", warehouse_id=floor.houses[0],
        lines=tuple(asked.Line(sku_id=sku, qty=qty) for sku, qty in lines),
    )  # fmt: skip


def _in(database: str, job: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        grounds.use(database)
        try:
            return job()
        except Exception as trouble:
            return f"{type(trouble).__name__}: {str(trouble)[:200]}"

    return run


def _free(floor: Floor, sku: int) -> int:
    from inventory.models import Balance

    found = Balance.objects.filter(warehouse_id=floor.houses[0], sku_id=sku, grade="ZP")
    return sum(balance.available for balance in found)


def few_for_many(floor: Floor, database: str, *, buyers: int, attempts: int, units: int) -> Rushed:
    """`buyers` processes make `attempts` attempts for `units` units: exactly those are sold."""
    rushed, began = Rushed(attempts), time.monotonic()
    tea = floor.skus["TEA"]
    key = f"few:{buyers}:{units}"
    _stock(floor, key, units, tea)
    free = _free(floor, tea)

    def buy(number: int) -> Callable[[], int]:
        def job() -> int:
            return sum(
                not _post([_order(floor, f"{key}:{number}:{turn}", [(tea, 1)])])[0].refused
                for turn in range(attempts // buyers)
            )

        return _in(database, job)

    answers = grounds.side_by_side([buy(number) for number in range(buyers)])
    grounds.use(database)
    errors = [each for each in answers if isinstance(each, str)]
    sold = sum(each for each in answers if isinstance(each, int))
    if errors or sold != free or _free(floor, tea) != 0:
        rushed.wrong.append(f"{sold} of {free} sold, {_free(floor, tea)} left; {errors[:3]}")
    rushed.seconds = time.monotonic() - began
    return rushed


def opposite_orders(floor: Floor, database: str, *, workers: int, turns: int) -> Rushed:
    """Lines in one order and in the other, at once: no deadlock."""
    rushed, began = Rushed(workers * turns), time.monotonic()
    skus = list(floor.skus.values())[:2]
    for sku in skus:
        _stock(floor, f"opposite:{sku}", workers * turns, sku)
    before = _deadlocks()

    def many(number: int) -> Callable[[], int]:
        def job() -> int:
            done = 0
            for turn in range(turns):
                lines = [(sku, 1) for sku in skus]
                if (number + turn) % 2:
                    lines.reverse()
                done += not _post([_order(floor, f"opp:{number}:{turn}", lines)])[0].refused
            return done

        return _in(database, job)

    answers = grounds.side_by_side([many(number) for number in range(workers)])
    grounds.use(database)
    if answers != [turns] * workers:
        rushed.wrong.append(f"opposite orders: {answers}")
    if _deadlocks() != before:
        rushed.wrong.append(f"{_deadlocks() - before} deadlocks")
    rushed.seconds = time.monotonic() - began
    return rushed


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def one_key(floor: Floor, database: str, *, workers: int) -> Rushed:
    """The same key from many sides at once: one posting, one answer."""
    from inventory.models import Posting

    rushed, began = Rushed(workers), time.monotonic()
    rice = floor.skus["RICE"]
    _stock(floor, "key", 50, rice)
    before = Posting.objects.count()

    def ask() -> tuple[Any, bool]:
        outcome = _post([_order(floor, "one", [(rice, 3)])])[0]
        return outcome.hold_id, outcome.repeated

    answers = grounds.side_by_side([_in(database, ask)] * workers)
    grounds.use(database)
    kinds = Counter(str(answer[0]) for answer in answers)
    if len(kinds) != 1 or sum(not answer[1] for answer in answers) != 1:
        rushed.wrong.append(f"one key: {answers}")
    if Posting.objects.count() != before + 1:
        rushed.wrong.append(f"one key: {Posting.objects.count() - before} postings")
    rushed.seconds = time.monotonic() - began
    return rushed


def freeze_order_count(floor: Floor, database: str, *, turns: int) -> Rushed:
    """A freeze, orders and counts fight for one cell; the books stay right."""
    from inventory import requests as asked

    rushed, began = Rushed(3 * turns), time.monotonic()
    rice, house = floor.skus["RICE"], floor.houses[0]
    place = floor.by_code[house, "A-02"]
    _stock(floor, "fight", 20, rice, "A-02")

    def freeze() -> int:
        for turn in range(turns):
            key = f"rush:fight:freeze:{turn}"
            outcome = _post([
                asked.HoldRequest(
                    key=key, document=f"FZ-{turn}", warehouse_id=house, reason="QC",
                    location_id=place, lines=(asked.Line(sku_id=rice, qty=2),),
                )
            ])[0]  # fmt: skip
            if not outcome.refused and turn % 2:
                thaw = asked.ReleaseRequest(key=f"{key}:free", document=f"FZ-{turn}", freezes=True)
                _post([thaw])
        return turns

    def order() -> int:
        for turn in range(turns):
            _post([_order(floor, f"fight:order:{turn}", [(rice, 2)])])
            _post([
                asked.PinRequest(
                    key=f"rush:fight:pin:{turn}", document=f"SO-fight:order:{turn}",
                    warehouse_id=house,
                )
            ])  # fmt: skip
        return turns

    def count() -> int:
        for turn in range(turns):
            _post([
                asked.AdjustRequest(
                    key=f"rush:fight:count:{turn}", document=f"CT-{turn}", warehouse_id=house,
                    location_id=place, counted=(asked.Line(sku_id=rice, qty=10 + turn % 7),),
                    why="count",
                )
            ])[0].check()  # fmt: skip
        return turns

    answers = grounds.side_by_side([_in(database, job) for job in (freeze, order, count)])
    grounds.use(database)
    if answers != [turns] * 3:
        rushed.wrong.append(f"freeze, order, count: {answers}")
    rushed.seconds = time.monotonic() - began
    return rushed


def rush(ground: grounds.Ground, floor: Floor, source: str, *, attempts: int) -> Rushed:
    """All races in one clone; the audit afterwards."""
    from inventory import selectors

    began = time.monotonic()
    database = ground.clone("rush", source=source)
    parts = [
        few_for_many(floor, database, buyers=12, attempts=12, units=5),
        few_for_many(floor, database, buyers=8, attempts=attempts, units=100),
        opposite_orders(floor, database, workers=6, turns=max(10, attempts // 500)),
        one_key(floor, database, workers=12),
        freeze_order_count(floor, database, turns=max(10, attempts // 250)),
    ]
    wrong = [each for part in parts for each in part.wrong]
    wrong += [str(each) for each in selectors.audit()]
    ground.drop(database)
    return Rushed(sum(part.attempts for part in parts), time.monotonic() - began, wrong)
