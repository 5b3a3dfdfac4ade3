"""How fast stock is held: in batches, one order at a time, and the raw database beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench import measure

ORDERS = 4_000
BATCH = 500
ALONE = 400
SKUS = 200


def main(arguments: list[str]) -> int:
    """Ratios of one run on one machine; nothing here is a promise of absolute speed."""
    options = measure.options("ledger", arguments).parse_args(arguments)
    with measure.own_database():
        figures = _measure(20 if options.quick else 1)
    return measure.report(figures, options.json)


def _measure(shorter: int) -> dict[str, float | str]:
    from tests import given

    given.warehouse("WH1")
    skus = [given.sku(f"S{number:03d}") for number in range(SKUS)]
    for number in range(SKUS):
        given.stock(f"S{number:03d}", 1_000_000)
    orders, singly = ORDERS // shorter, ALONE // shorter
    batched = _rate(lambda: _hold("b", orders, BATCH, skus), orders)
    hot = _rate(lambda: _hold("h", orders, BATCH, skus[:1]), orders)
    alone = _rate(lambda: _hold("a", singly, 1, skus), singly)
    raw = _rate(lambda: _raw(singly), singly)
    return {
        "two-line orders held/s, batches of 500": batched,
        "the same, one hot SKU": hot,
        "orders held/s, one at a time": alone,
        "bare one-row commits/s": raw,
        "batched : one at a time": batched / alone,
        "one hot SKU : many": hot / batched,
        "one at a time : bare commits": alone / raw,
    }


def _rate(work: Callable[[], None], count: int) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def _hold(name: str, orders: int, batch: int, skus: list[int]) -> None:
    from django.db import transaction

    from inventory import services as inventory
    from tests import given

    house = given.warehouse_id("WH1")
    for start in range(0, orders, batch):
        requests = [
            inventory.HoldRequest(
                key=f"{name}{number}",
                document=f"SO-{name}{number}",
                warehouse_id=house,
                lines=tuple(
                    inventory.Line(sku_id=skus[(number * 7 + at * 13) % len(skus)], qty=1)
                    for at in range(2)
                ),
            )
            for number in range(start, min(start + batch, orders))
        ]
        with transaction.atomic(durable=True):
            for outcome in inventory.hold(requests, actor="system:bench"):
                outcome.check()


def _raw(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, qty bigint)")
        for number in range(count):
            cursor.execute("INSERT INTO bare (qty) VALUES (%s)", [number])
