"""PostgreSQL is killed by kill -9 while workers post: what was acknowledged must be there."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from launch import processes, servers
from tests.proving import ground as grounds
from tests.proving.floor import ACTOR, Floor

UPTIME_S = (1.0, 2.0)


@dataclass
class Survived:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def _poster(floor: Floor, database: str, log: Path, number: int) -> Callable[[], int]:
    """A worker that receives and holds, and notes each key once its commit was acknowledged."""

    def job() -> int:
        import django.db
        from django.db import transaction

        from inventory import requests as asked
        from inventory.ledger import post

        grounds.use(database)
        dice = random.Random(number)
        skus = list(floor.skus.values())[:2]
        house, place = floor.houses[0], floor.by_code[floor.houses[0], "A-01"]
        stop = log.with_suffix(".stop")
        with log.open("a") as written:
            count = 0
            while not stop.exists():
                count += 1
                line = asked.Line(sku_id=dice.choice(skus), qty=dice.randint(1, 3))
                asks: list[asked.Request] = [
                    asked.ReceiveRequest(
                        key=f"in:{number}:{count}", document="PO", warehouse_id=house,
                        location_id=place, lines=(line,),
                    ),
                    asked.HoldRequest(
                        key=f"so:{number}:{count}", document=f"SO-{number}-{count}",
                        warehouse_id=house, lines=(line,),
                    ),
                ]  # fmt: skip
                try:
                    with transaction.atomic(durable=True):
                        outcomes = post(asks, actor=ACTOR)
                except django.db.Error:
                    # Down, or cut off in the middle: whether it happened is unknown until asked.
                    django.db.connections.close_all()
                    time.sleep(0.05)
                    continue
                for outcome in outcomes:
                    if not outcome.refused:
                        written.write(f"{outcome.key} {outcome.posting_id}\n")
                written.flush()
        return count

    return job


def survive(*, kills: int, workers: int = 2) -> Survived:
    """Boot a durable server, kill it `kills` times under load, compare the logs with the books.

    Must run in a process of its own: it sets Django up on its own ground.
    """
    from tests.proving import floor as floors

    survived, began = Survived(), time.monotonic()
    with grounds.ground(durable=True) as ground:
        database = ground.clone("outage")
        floor = floors.build()
        logs = [ground.folder / f"acknowledged-{number}" for number in range(workers)]
        children = [
            grounds.fork(_poster(floor, database, log, number)) for number, log in enumerate(logs)
        ]
        dice = random.Random(7)
        try:
            for _ in range(kills):
                time.sleep(dice.uniform(*UPTIME_S))
                _kill(ground)
                survived.kills += 1
            time.sleep(1)
        finally:
            for log in logs:
                log.with_suffix(".stop").touch()
            for child in children:
                child.answer()
        grounds.use(database)
        _compare(logs, survived)
    survived.seconds = time.monotonic() - began
    return survived


def _kill(ground: grounds.Ground) -> None:
    """kill -9 of every process of the server, then start it again on the same data."""
    postgres = ground.postgres
    group = postgres.process.pid
    os.killpg(group, signal.SIGKILL)
    postgres.process.wait()
    processes.sweep(group)
    while servers.postgres_answers(postgres.socket_dir):
        time.sleep(0.02)
    for stale in (postgres.folder / "postmaster.pid", postgres.socket_dir / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)
    ground.postgres = servers.start_postgres(
        postgres.folder, settings=ground.settings, throwaway=True
    )


def _compare(logs: list[Path], survived: Survived) -> None:
    from inventory import selectors
    from inventory.models import Posting

    there = dict(Posting.objects.values_list("key", "id"))
    for log in logs:
        for line in log.read_text().splitlines():
            key, number = line.split()
            survived.acknowledged += 1
            if there.get(key) != int(number):
                survived.wrong.append(f"{key} was acknowledged as {number}, found {there.get(key)}")
    survived.wrong += [str(each) for each in selectors.audit()]
    if not survived.acknowledged:
        survived.wrong.append("nothing was posted at all")


if __name__ == "__main__":
    print(json.dumps(asdict(survive(kills=int(sys.argv[1])))))
