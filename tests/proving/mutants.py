"""The programme against itself: every planted bug must be found, or a zero elsewhere is worthless.

Each bug is planted in a forked child with a fresh clone; a short programme runs until something
notices: probes, a play judged step by step, races, interleavings.
"""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from tests.proving import ground as grounds
from tests.proving import interleave, play, probes, rush, scenes
from tests.proving.floor import Floor
from tests.proving.planted import BUGS, Bug

STEPS = 500
# Pairs in which a lock that is off shows soonest.
TOUCHY = ("order", "receive anew", "freeze all", "count", "ship", "release", "scrap")
SCHEDULES = 60


@dataclass
class Verdict:
    """What became of one bug."""

    name: str
    found_by: str
    evidence: str
    seconds: float


def _programme(floor: Floor) -> list[tuple[str, Callable[[], list[str]]]]:
    """The short programme, the cheapest first."""

    def touchy() -> list[str]:
        stage = interleave.Stage(floor, made=10_000)
        plan = interleave.schedules(stage, [name for name in TOUCHY if name in scenes.table()])
        random.Random(11).shuffle(plan)
        return interleave.run(stage, plan[:SCHEDULES], stop=True).wrong

    def races() -> list[str]:
        return rush.opposite_orders(floor, play._database(), workers=4, turns=15).wrong

    def step_by_step(seed: int) -> Callable[[], list[str]]:
        return lambda: play.on_postgres(
            floor, seed=seed, steps=STEPS, workers=1, verbs=play.everything(),
            step_by_step=True, look_every=50,
        ).wrong  # fmt: skip

    return [
        ("probes", lambda: probes.probe(floor)), ("play", step_by_step(1)),
        ("races", races), ("interleavings", touchy), ("another play", step_by_step(2)),
        ("a third play", step_by_step(3)),
    ]  # fmt: skip


def hunt(ground: grounds.Ground, floor: Floor, source: str, bug: Bug | None) -> Verdict:
    """Plant one bug (or none, as the control) and look for it."""
    began = time.monotonic()
    name = bug.name if bug else "nothing planted"
    if bug is not None and bug.plant is not None:
        bug.plant()
    verdict = Verdict(name, "", "", 0.0)
    for machine, run in _programme(floor):
        database = ground.clone("bug", source=source)
        if bug is not None and bug.sql:
            # As the superuser: the owner of the tables may not break all of them.
            ground.postgres.sql(bug.sql, database=database)
        try:
            wrong = run()
        except Exception:
            wrong = [traceback.format_exc(limit=-1)]
        ground.drop(database)
        if wrong:
            verdict = Verdict(name, machine, wrong[0][:300], 0.0)
            break
    verdict.seconds = round(time.monotonic() - began, 1)
    return verdict


def all_bugs(
    ground: grounds.Ground, floor: Floor, source: str, *, only: str = "", at_once: int = 2
) -> dict[str, object]:
    """Hunt every bug, some at a time; the control with nothing planted must find nothing."""
    began = time.monotonic()
    bugs: list[Bug | None] = [None, *(bug for bug in BUGS if only in bug.name)]
    verdicts: dict[int, Verdict] = {}
    jobs: list[Callable[[], Any]] = [partial(hunt, ground, floor, source, bug) for bug in bugs]
    for number, verdict in grounds.in_turn(jobs, at_once=at_once):
        verdicts[number] = verdict
        print(f"  {verdict.seconds:6.1f} s  {verdict.name}: {verdict.found_by or 'NOT FOUND'}"
              f"  {verdict.evidence[:100]!r}", flush=True)  # fmt: skip
    control, *hunted = (verdicts[number] for number in range(len(bugs)))
    return {
        "planted": len(hunted),
        "found": sum(bool(each.found_by) for each in hunted),
        "missed": [each.name for each in hunted if not each.found_by],
        "control_found": control.evidence,
        "seconds": round(time.monotonic() - began),
        "bugs": [asdict(each) for each in hunted],
    }
