"""Pairs of verbs on one cell: the first stops at a statement, the second runs, both must end well.

The second runs until it is done or waits for a lock of the first; then the first goes on. The
outcome must be that of one of the two serial orders.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.proving import ground as grounds
from tests.proving import scenes
from tests.proving.crash import at_boundaries, boundaries, carry_out
from tests.proving.floor import Floor
from tests.proving.scenes import Make, Scene

CHUNK = 60
PATIENCE_S = 20.0


class Hand:
    """A thread with a connection of its own that carries out one job at a time."""

    def __init__(self) -> None:
        self.jobs: queue.Queue[Callable[[], Any] | None] = queue.Queue()
        self.done = threading.Event()
        self.result: Any = None
        self.pid = 0
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()
        self.start(self._greet)
        self.done.wait(PATIENCE_S)

    def _greet(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.pid = cursor.fetchone()[0]

    def _work(self) -> None:
        from django.db import connection

        while (job := self.jobs.get()) is not None:
            try:
                self.result = job()
            except Exception:
                self.result = RuntimeError(traceback.format_exc(limit=-2))
            self.done.set()
        connection.close()

    def start(self, job: Callable[[], Any]) -> None:
        """Begin a job; `done` is set when it is over."""
        self.done.clear()
        self.jobs.put(job)

    def rest(self) -> None:
        """Finish."""
        self.jobs.put(None)
        self.thread.join(PATIENCE_S)


@contextmanager
def hands() -> Iterator[tuple[Hand, Hand]]:
    """Two hands, put to rest afterwards."""
    pair = (Hand(), Hand())
    try:
        yield pair
    finally:
        for hand in pair:
            hand.rest()


def _waits(pid: int) -> bool:
    """True when that session waits for somebody's lock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def preempted(
    pair: tuple[Hand, Hand], scene: Scene, first: Make, second: Make, at: int
) -> tuple[Any, Any]:
    """Run the first up to boundary `at`, then the second as far as it gets, then both to the end.

    Gives both outcomes (or exceptions).
    """
    stopped, go = threading.Event(), threading.Event()
    count = -1

    def reached(_: str) -> None:
        nonlocal count
        count += 1
        if count == at:
            stopped.set()
            go.wait(PATIENCE_S)

    def one() -> Any:
        with at_boundaries(reached):
            return carry_out(scene, first)

    pair[0].start(one)
    while not stopped.wait(0.001) and not pair[0].done.is_set():
        continue
    pair[1].start(lambda: carry_out(scene, second))
    deadline = time.monotonic() + PATIENCE_S
    while not pair[1].done.wait(0.002) and time.monotonic() < deadline:
        if _waits(pair[1].pid):
            break
    go.set()
    for hand in pair:
        if not hand.done.wait(PATIENCE_S):
            return (TimeoutError("stuck"), TimeoutError("stuck"))
    return (pair[0].result, pair[1].result)


@dataclass
class Interleaved:
    """What came of the schedules."""

    pairs: int = 0
    schedules: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """Scenes in one database, and what the serial orders of each pair lead to."""

    floor: Floor
    stock: list[Scene] = field(default_factory=list)
    made: int = 0
    serial: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)

    def fresh(self) -> Scene:
        """A scene nobody has played in."""
        if not self.stock:
            self.stock = scenes.lay_out(self.floor, first=self.made, count=CHUNK)
            self.made += CHUNK
        return self.stock.pop()

    def one_after_another(self, first: str, second: str) -> tuple[Any, ...]:
        """The first's answer, the second's, and the state in the end."""
        if (first, second) not in self.serial:
            makes, scene = scenes.table(), self.fresh()
            answers = [
                scenes.answer(scene, carry_out(scene, makes[name])) for name in (first, second)
            ]
            self.serial[first, second] = (answers[0], answers[1], scenes.state(scene))
        return self.serial[first, second]

    def length(self, name: str) -> int:
        """How many boundaries a verb has; the last is after the commit, which is no preemption."""
        if name not in self.lengths:
            self.lengths[name] = len(boundaries(self.fresh(), scenes.table()[name])) - 1
        return self.lengths[name]


def schedules(stage: Stage, names: list[str], *, every: int = 2) -> list[tuple[str, str, int]]:
    """Each ordered pair with each place to stop (before each statement, and before the commit)."""
    return [
        (first, second, at)
        for first in names
        for second in names
        if first != second
        for at in range(2, stage.length(first), every)
    ]


def run(stage: Stage, plan: list[tuple[str, str, int]], *, stop: bool = False) -> Interleaved:
    """Play each schedule; a deadlock, an error, or an outcome of no serial order is wrong."""
    from inventory import selectors

    found, began = Interleaved(), time.monotonic()
    makes = scenes.table()
    with hands() as pair:
        for number, (first, second, at) in enumerate(plan):
            scene = stage.fresh()
            outcomes = preempted(pair, scene, makes[first], makes[second], at)
            found.schedules += 1
            wrong = _judge(stage, scene, first, second, outcomes)
            what = f"{first} stopped at {at} for {second}"
            found.wrong += [f"{what}: {each}" for each in wrong]
            if number % 200 == 199 or number == len(plan) - 1:
                found.wrong += [f"by {what}: {each}" for each in selectors.audit()]
            if found.wrong and stop:
                break
    found.pairs = len({(first, second) for first, second, _ in plan})
    found.seconds = time.monotonic() - began
    return found


def _judge(stage: Stage, scene: Scene, first: str, second: str, outcomes: Any) -> list[str]:
    errors = [str(each) for each in outcomes if isinstance(each, Exception)]
    if errors:
        return errors
    got = (*(scenes.answer(scene, each) for each in outcomes), scenes.state(scene))
    forth = stage.one_after_another(first, second)
    if got == forth:
        return []
    other = stage.one_after_another(second, first)
    if got == (other[1], other[0], other[2]):
        return []
    near = scenes.differences((got[:2], got[2]), (forth[:2], forth[2]))
    return [f"neither serial order; from {first} first it differs in {near}"]


def interleave(
    ground: grounds.Ground, floor: Floor, source: str, names: list[str], part: tuple[int, int],
    sample: int | None, seed: int,
) -> Interleaved:  # fmt: skip
    """One share of the schedules: all of them, or a sample with a fixed seed."""
    import random

    database = ground.clone("pairs", source=source)
    stage = Stage(floor)
    plan = schedules(stage, names)
    dice = random.Random(seed)
    dice.shuffle(plan)
    if sample is not None:
        plan = plan[:sample]
    found = run(stage, plan[part[0] :: part[1]])
    ground.drop(database)
    return found
