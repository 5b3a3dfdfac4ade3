"""What a worker is told to do: prepared first, then done against the clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from bench.holdings import raw, shop
from inventory import services as inventory

ACTOR = "system:bench"
Work = Callable[[], None]


@dataclass(frozen=True)
class Orders:
    """So many two-line orders; with a hot SKU the first line of each is one of it.

    SKU ids are `first_sku` and the `skus` after it. `expired` gives the claims a time that is past.
    """

    tag: str
    count: int
    batch: int
    house: int
    first_sku: int
    skus: int
    hot: int = 0
    expired: bool = False

    def lines(self) -> Iterator[tuple[str, tuple[tuple[int, int], tuple[int, int]]]]:
        """(number, two lines of SKU id and quantity) of each order."""
        dice = random.Random(self.tag)
        for at in range(self.count):
            one = self.hot or self.first_sku + dice.randrange(self.skus)
            # Never the same twice: the bare tables know one line per order and balance.
            further = one - self.first_sku + 1 + dice.randrange(self.skus - 1)
            other = self.first_sku + further % self.skus
            yield f"{self.tag}-{at}", ((one, 1), (other, 2))


def hold(**orders: Any) -> Work:
    """Hold the orders through the service, `batch` in a transaction."""
    asked = Orders(**orders)
    until = datetime(2020, 1, 1, tzinfo=UTC) if asked.expired else None
    requests = [
        inventory.HoldRequest(
            key=f"hold:{number}",
            document=f"SO-{number}",
            warehouse_id=asked.house,
            lines=tuple(inventory.Line(sku_id=sku, qty=qty) for sku, qty in lines),
            expires_at=until,
        )
        for number, lines in asked.lines()
    ]
    return lambda: _post(inventory.hold, requests, asked.batch)


def release(**orders: Any) -> Work:
    """Let go of the same orders, `batch` in a transaction."""
    asked = Orders(**orders)
    requests = [
        inventory.ReleaseRequest(key=f"release:{number}", document=f"SO-{number}")
        for number, _ in asked.lines()
    ]
    return lambda: _post(inventory.release, requests, asked.batch)


def limit(**orders: Any) -> Work:
    """Write the same rows by COPY and sum the balances, `batch` orders in a transaction."""
    asked = Orders(**orders)
    batches = [
        raw.rows(part, house=asked.house) for part in _parts(list(asked.lines()), asked.batch)
    ]

    def work() -> None:
        for batch in batches:
            with transaction.atomic(durable=True):
                raw.write(batch)

    return work


def row_by_row(**orders: Any) -> Work:
    """Reserve the orders as shop systems do, one transaction each."""
    asked = list(Orders(**orders).lines())

    def work() -> None:
        for number, lines in asked:
            shop.reserve(number, lines)

    return work


def let_go_of_due() -> Work:
    """All claims whose time is up, as the periodic task does."""

    def work() -> None:
        done = inventory.DUE_AT_ONCE
        while done == inventory.DUE_AT_ONCE:
            with transaction.atomic(durable=True):
                done = inventory.release_due(now=datetime.now(UTC))

    return work


def freeze(*, key: str, house: int, sku: int, lot: int, qty: int) -> Work:
    """Freeze a lot: so many units of it, or with 0 all there are and all that come."""
    request = inventory.HoldRequest(
        key=f"freeze:{key}",
        document=f"FZ-{key}",
        warehouse_id=house,
        lines=(inventory.Line(sku_id=sku, qty=qty, lot_id=lot),),
        reason="MANUAL",
        blanket=not qty,
    )
    return lambda: _post(inventory.hold, [request], 1)


def thaw(*, key: str) -> Work:
    """Lift that freeze."""
    request = inventory.ReleaseRequest(key=f"thaw:{key}", document=f"FZ-{key}", freezes=True)
    return lambda: _post(inventory.release, [request], 1)


def judge() -> Work:
    """Judge events until none waits, then let go of what is due, as the periodic tasks do."""
    from freeze_rules.services import judging

    def work() -> None:
        more = True
        while more:
            with transaction.atomic(durable=True):
                more = judging.judge_batch().more
        looked = judging.DUE_AT_ONCE
        while looked == judging.DUE_AT_ONCE:
            with transaction.atomic(durable=True):
                looked = judging.look_again()

    return work


JOBS: dict[str, Callable[..., Work]] = {
    job.__name__: job
    for job in (
        hold, release, limit, row_by_row, let_go_of_due, freeze, thaw, judge,
    )
}  # fmt: skip


def _post(verb: Callable[..., list[inventory.Outcome]], requests: Sequence[Any], size: int) -> None:
    for part in _parts(requests, size):
        with transaction.atomic(durable=True):
            for outcome in verb(part, actor=ACTOR):
                outcome.check()


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
