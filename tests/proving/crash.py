"""Crash points: every verb dies by kill -9 at every SQL boundary, then is asked again.

The boundaries: before and after each statement of the verb's transaction, before its commit, and
after its commit before anybody is told. A second process then asks with the same key.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.proving import ground as grounds
from tests.proving import scenes
from tests.proving.floor import ACTOR, Floor
from tests.proving.scenes import Make, Scene

CHUNK = 40


@contextmanager
def at_boundaries(reached: Callable[[str], None]) -> Iterator[None]:
    """Call `reached` with before, after, before commit, after commit, in this thread."""
    from django.db import connections

    connection: Any = connections["default"]
    commit = connection._commit

    def around(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        reached("before")
        found = execute(sql, params, many, context)
        reached("after")
        return found

    def committing() -> None:
        reached("before commit")
        commit()
        reached("after commit")

    connection._commit = committing
    try:
        with connection.execute_wrapper(around):
            yield
    finally:
        del connection._commit


def carry_out(scene: Scene, make: Make) -> Any:
    """Ask for the verb in a transaction of its own."""
    from django.db import transaction

    from inventory.ledger import post

    with transaction.atomic(durable=True):
        return post([make(scene)], actor=ACTOR)[0]


def boundaries(scene: Scene, make: Make) -> list[str]:
    """Carry the verb out and name each boundary it passed."""
    passed: list[str] = []
    with at_boundaries(passed.append):
        carry_out(scene, make)
    return passed


@dataclass
class Crashed:
    """What came of the crash points."""

    verbs: int = 0
    points: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def _die_at(scene: Scene, make: Make, point: int, database: str) -> Callable[[], None]:
    def job() -> None:
        grounds.use(database)
        count = -1

        def reached(_: str) -> None:
            nonlocal count
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)

        with at_boundaries(reached):
            carry_out(scene, make)

    return job


def _again(scene: Scene, make: Make, database: str) -> Callable[[], tuple[Any, Any]]:
    def job() -> tuple[Any, Any]:
        grounds.use(database)
        outcome = carry_out(scene, make)
        return scenes.answer(scene, outcome), scenes.state(scene)

    return job


def crash_everywhere(
    ground: grounds.Ground, floor: Floor, source: str, names: list[str], *, only: int | None = None
) -> Crashed:
    """Kill each named verb at each boundary (or at the first `only`), and ask again."""
    from inventory import selectors

    crashed, began = Crashed(), time.monotonic()
    makes = scenes.table()
    database = ground.clone("crash", source=source)
    stock: list[Scene] = []
    made = 0

    def fresh() -> Scene:
        nonlocal stock, made
        if not stock:
            stock = scenes.lay_out(floor, first=made, count=CHUNK)
            made += CHUNK
        return stock.pop()

    for name in names:
        try:
            crashed.wrong += _every_point(name, makes[name], fresh, database, crashed, only)
        except Exception:
            crashed.wrong.append(f"{name}: {traceback.format_exc(limit=-3)}")
        crashed.wrong += [f"after {name}: {each}" for each in selectors.audit()]
    ground.drop(database)
    crashed.seconds = time.monotonic() - began
    return crashed


def _every_point(
    name: str, make: Make, fresh: Callable[[], Scene], database: str, crashed: Crashed,
    only: int | None,
) -> list[str]:  # fmt: skip
    whole = fresh()
    outcome = carry_out(whole, make)
    right = (scenes.answer(whole, outcome), scenes.state(whole))
    if outcome.refusal is not None:
        return [f"{name}: its scene refuses it as {outcome.refusal.code}"]
    wrong = []
    crashed.verbs += 1
    for point, boundary in enumerate(boundaries(fresh(), make)[:only]):
        scene = fresh()
        what = f"{name}, killed at {point} ({boundary})"
        try:
            grounds.fork(_die_at(scene, make, point, database)).answer()
            wrong.append(f"{what}: it did not die")
        except grounds.ChildDied as death:
            if death.status != signal.SIGKILL:
                wrong.append(f"{what}: it died of {death.status}")
        got = grounds.fork(_again(scene, make, database)).answer()
        wrong += [f"{what}: {each}" for each in scenes.differences(got, right)]
        crashed.points += 1
    return wrong
