"""`python -m tests.proving prove|soak|mutants|replay`: the machines that prove the stock ledger."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.proving import ground as grounds

Lines = list[str]


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    model_steps: int
    judged_steps: int
    steps: int
    workers: int
    schedules: int | None
    attempts: int
    kills: int
    examples: int
    machine_steps: int


SIZES = {
    "quick": Size(20_000, 200, 1_000, 4, 40, 500, 1, 5, 20),
    "prove": Size(300_000, 1_500, 20_000, 4, 400, 3_000, 5, 60, 40),
    "soak": Size(1_000_000, 20_000, 100_000, 4, None, 10_000, 20, 300, 50),
}


class Programme:
    """Runs the machines one after another and keeps what each said."""

    def __init__(self, ground: grounds.Ground, size: Size, seed: int) -> None:
        from tests.proving import floor

        self.ground, self.size, self.seed = ground, size, seed
        self.source = ground.clone("floor")
        self.floor = floor.build()
        grounds.leave()
        self.said: dict[str, Any] = {}
        self.wrong: Lines = []

    def run(self, name: str, machine: Callable[[], tuple[str, Lines]]) -> None:
        """One machine; its line, its seconds, and the first of what was wrong."""
        began = time.monotonic()
        told, wrong = machine()
        seconds = time.monotonic() - began
        print(f"{'ok  ' if not wrong else 'FAIL'} {seconds:7.1f} s  {name}: {told}", flush=True)
        for each in wrong[:12]:
            print(f"       {each}", flush=True)
        self.said[name] = {"seconds": round(seconds, 1), "told": told, "wrong": wrong[:50]}
        self.wrong += wrong

    # --- machines ---

    def model(self) -> tuple[str, Lines]:
        """Two plays at once in the model alone."""
        from tests.proving import play

        half = self.size.model_steps // 2
        verbs = play.everything()
        games = grounds.side_by_side(
            [
                partial(play.in_the_model, self.floor, seed=seed, steps=half, verbs=verbs)
                for seed in (self.seed, self.seed + 1)
            ]
        )
        wrong = [each for game in games for each in (*game.wrong, game.again) if each]
        return f"{sum(game.steps for game in games):,} steps, laws after each", wrong

    def judged(self) -> tuple[str, Lines]:
        """Two single workers, every answer judged at once."""
        from tests.proving import play

        half = self.size.judged_steps // 2

        def game(seed: int) -> Any:
            self.ground.clone(f"judged{seed}", source=self.source)
            return play.on_postgres(
                self.floor, seed=seed, steps=half, workers=1, verbs=play.everything(),
                step_by_step=True,
            )  # fmt: skip

        games = grounds.side_by_side([partial(game, seed) for seed in (self.seed, self.seed + 1)])
        wrong = [each for one in games for each in (*one.wrong, one.again) if each]
        choices = sum(sum(one.choices.values()) for one in games)
        return (
            f"{sum(one.steps for one in games):,} steps, {sum(one.done for one in games):,} done, "
            f"{choices} free choices",
            wrong,
        )

    def together(self) -> tuple[str, Lines]:
        """Several workers at once, judged in the order of their postings."""
        from tests.proving import play

        name = self.ground.clone("together", source=self.source)
        game = play.on_postgres(
            self.floor, seed=self.seed, steps=self.size.steps, workers=self.size.workers,
            verbs=play.everything(), step_by_step=False,
        )  # fmt: skip
        self.ground.drop(name)
        wrong = [*game.wrong, *([game.again] if game.again else [])]
        told = (
            f"{game.steps:,} steps by {self.size.workers} workers, {game.done:,} done, audit "
            f"every 1,000"
        )
        return told, wrong

    def crashes(self) -> tuple[str, Lines]:
        """Every verb dies at every boundary."""
        from tests.proving import crash, scenes

        names = list(scenes.table())
        found = self._two(
            lambda part: crash.crash_everywhere(
                self.ground, self.floor, self.source, names[part::2]
            )
        )
        verbs, points = sum(one.verbs for one in found), sum(one.points for one in found)
        wrong = [each for one in found for each in one.wrong]
        return f"{verbs} scenes of all verbs, {points:,} crash points", wrong

    def pairs(self) -> tuple[str, Lines]:
        """Pairs of verbs, one preemption each."""
        from tests.proving import interleave, scenes

        names = list(scenes.table())
        size, source, seed = self.size.schedules, self.source, self.seed

        def share(part: int) -> Any:
            return interleave.interleave(
                self.ground, self.floor, source, names, (part, 2), size, seed
            )

        found = self._two(share)
        wrong = [each for one in found for each in one.wrong]
        return f"{sum(one.schedules for one in found):,} schedules", wrong

    def races(self) -> tuple[str, Lines]:
        """Many processes at the same units."""
        from tests.proving import rush

        rushed = rush.rush(self.ground, self.floor, self.source, attempts=self.size.attempts)
        return f"{rushed.attempts:,} attempts", rushed.wrong

    def _two(self, job: Callable[[int], Any]) -> list[Any]:
        return grounds.side_by_side([partial(job, part) for part in (0, 1)])


def _state_machine(size: Size) -> tuple[str, Lines]:
    """The Hypothesis machine of the ordinary tests, larger, on servers of its own."""
    import subprocess

    told = f"{size.examples} x {size.machine_steps}"
    environment = {
        **os.environ,
        "MACHINE_EXAMPLES": str(size.examples),
        "MACHINE_STEPS": str(size.machine_steps),
    }
    for name in ("DATABASE_URL", "REDIS_URL", "DATA_DIR"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/inventory/test_stock_machine.py", "-n0", "-q"],
        cwd=grounds.HOME, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told, [] if done.returncode == 0 else done.stdout.splitlines()[-40:]


def _outage(size: Size) -> tuple[str, Lines]:
    from tests.proving import outage

    survived = outage.survive(kills=size.kills)
    return f"{survived.kills} kills, {survived.acknowledged:,} acknowledged", survived.wrong


def prove(size: Size, seed: int, only: str, to: str) -> int:
    """All machines (or those whose name contains `only`); 1 when anything was wrong."""
    from tests.proving.ground import ground

    began = time.monotonic()
    with ground() as here:
        programme = Programme(here, size, seed)
        machines: list[tuple[str, Callable[[], tuple[str, Lines]]]] = [
            ("model", programme.model), ("judged", programme.judged),
            ("together", programme.together), ("crashes", programme.crashes),
            ("pairs", programme.pairs), ("races", programme.races),
        ]  # fmt: skip
        for name, machine in machines:
            if only in name:
                programme.run(name, machine)
    # After the first ground is gone: these boot servers of their own.
    for name, late in (("kills", _outage), ("state machine", _state_machine)):
        if only in name:
            programme.run(name, partial(late, size))
    seconds = time.monotonic() - began
    print(f"{len(programme.wrong)} wrong, {seconds:.0f} s", flush=True)
    if to:
        report = {"wrong": len(programme.wrong), "seconds": round(seconds), **programme.said}
        Path(to).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return 1 if programme.wrong else 0


def hunt(only: str, to: str) -> int:
    """All planted bugs; 1 when one was missed or the control found something."""
    from tests.proving.ground import ground

    with ground() as here:
        from tests.proving import mutants

        programme = Programme(here, SIZES["quick"], 1)
        found = mutants.all_bugs(here, programme.floor, programme.source, only=only)
    print(f"planted {found['planted']}, found {found['found']}, missed {found['missed']}")
    if to:
        Path(to).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 1 if found["missed"] or found["control_found"] else 0


def replay(options: argparse.Namespace) -> int:
    """Play one game again, up to a step, and say what is wrong there."""
    from tests.proving.ground import ground

    with ground() as here:
        from tests.proving import play

        programme = Programme(here, SIZES["quick"], options.seed)
        if options.model:
            game = play.in_the_model(
                programme.floor, seed=options.seed, steps=options.step, verbs=play.everything()
            )
        else:
            here.clone("replay", source=programme.source)
            game = play.on_postgres(
                programme.floor, seed=options.seed, steps=options.step, workers=options.workers,
                verbs=play.everything(), step_by_step=options.workers == 1,
                look_every=options.look_every,
            )  # fmt: skip
    for each in game.wrong or ["nothing wrong"]:
        print(each)
    print(f"{game.steps} steps; otherwise coded refusals: {dict(game.other_codes)}")
    return 1 if game.wrong else 0


def main() -> int:
    """Read the line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.proving")
    parser.add_argument("what", choices=[*SIZES, "mutants", "replay"])
    parser.add_argument("--json", default="", help="write the figures here")
    parser.add_argument("--only", default="", help="part of a machine's or a bug's name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=int, default=1000, help="replay: how far")
    parser.add_argument("--workers", type=int, default=1, help="replay: players at once")
    parser.add_argument("--one-by-one", action="store_true", help="replay: judge each answer")
    parser.add_argument("--look-every", type=int, default=50, help="replay: audit after so many")
    parser.add_argument("--model", action="store_true", help="replay: in the model alone")
    options = parser.parse_args()
    if options.what == "mutants":
        return hunt(options.only, options.json)
    if options.what == "replay":
        return replay(options)
    return prove(SIZES[options.what], options.seed, options.only, options.json)


if __name__ == "__main__":
    sys.exit(main())
