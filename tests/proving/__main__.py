"""`python -m tests.proving prove|soak|mutants|replay`: the machines that prove the stock ledger."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.proving import ground as grounds
from tests.proving.sizes import SETTING, SIZES, Size

Lines = list[str]


class Programme:
    """Runs the machines one after another and keeps what each said."""

    def __init__(self, ground: grounds.Ground, size: Size, seed: int) -> None:
        from tests.proving import floor

        self.ground, self.size, self.seed = ground, size, seed
        self.source = ground.clone("floor")
        self.floor = floor.build()
        grounds.leave()

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


# Of machines that failed: several failures with what they shrank to.
LAST_LINES = 200
# The Hypothesis machines of the ordinary tests; the slowest first, for two at a time.
MACHINES = (
    "tests/inventory/test_stock_machine.py::test_every_verb_does_what_the_model_says",
    "tests/inventory/test_stock_machine.py::test_no_sequence_of_verbs_breaks_the_books",
    "tests/inventory/test_claim_machine.py",
    "tests/inventory/test_goods_machine.py",
    "tests/freeze_rules/test_frozen_machine.py",
    "tests/freeze_rules/test_rule_machine.py",
    "tests/freeze_rules/test_conditions_agree.py",
    "tests/security/test_strangers.py",
)


def _state_machine(size: Size) -> tuple[str, Lines]:
    """The Hypothesis machines of the ordinary tests, larger, on servers of their own."""
    import subprocess

    name = next(name for name, each in SIZES.items() if each == size)
    environment = {**os.environ, SETTING: name}
    for each in ("DATABASE_URL", "REDIS_URL", "DATA_DIR"):
        environment.pop(each, None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *MACHINES, "-n2", "-q", "--dist=load"],
        cwd=grounds.HOME, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = f"{len(MACHINES)} machines, {size.examples} x {size.machine_steps} each"
    return told, [] if done.returncode == 0 else done.stdout.splitlines()[-LAST_LINES:]


def _outage(size: Size) -> tuple[str, Lines]:
    """PostgreSQL killed under load, in a process of its own: Django here knows another server."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.proving.outage", str(size.kills)],
        cwd=grounds.HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return "it did not end", done.stderr.splitlines()[-20:]
    survived = json.loads(done.stdout.splitlines()[-1])
    return f"{survived['kills']} kills, {survived['acknowledged']:,} acknowledged", survived[
        "wrong"
    ]


def prove(size: Size, seed: int, only: str, to: str) -> int:
    """All machines (or those whose name contains `only`); 1 when anything was wrong.

    The report keeps the machines of earlier runs, so that hours can be run in parts.
    """
    began = time.monotonic()
    said: dict[str, Any] = {}

    def run(name: str, machine: Callable[[], tuple[str, Lines]]) -> None:
        said[name] = _run(name, machine)
        if to:
            _report(Path(to), said)

    on_one_ground = ("model", "judged", "together", "crashes", "pairs", "races")
    wanted = [name for name in on_one_ground if only in name]
    if wanted:
        with grounds.ground() as here:
            programme = Programme(here, size, seed)
            for name in wanted:
                run(name, getattr(programme, name))
    # After the first ground is gone: these boot servers of their own.
    for name, late in (("kills", _outage), ("state machine", _state_machine)):
        if only in name:
            run(name, partial(late, size))
    wrong = sum(len(each["wrong"]) for each in said.values())
    print(f"{wrong} wrong, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if wrong or not said else 0


def _run(name: str, machine: Callable[[], tuple[str, Lines]]) -> dict[str, Any]:
    """One machine; its line, its seconds, and the first of what was wrong."""
    began = time.monotonic()
    told, wrong = machine()
    seconds = time.monotonic() - began
    print(f"{'ok  ' if not wrong else 'FAIL'} {seconds:7.1f} s  {name}: {told}", flush=True)
    for each in wrong[:12]:
        print(f"       {each}", flush=True)
    return {"seconds": round(seconds, 1), "told": told, "wrong": wrong[:50]}


def _report(path: Path, said: dict[str, Any]) -> None:
    """Write the figures, beside those of machines that ran before."""
    machines = json.loads(path.read_text())["machines"] if path.exists() else {}
    machines |= said
    report = {
        "wrong": sum(len(each["wrong"]) for each in machines.values()),
        "seconds": round(sum(each["seconds"] for each in machines.values())),
        "machines": machines,
    }
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


def hunt(only: str, to: str) -> int:
    """All planted bugs; 1 when one was missed or the control found something."""
    with grounds.ground() as here:
        from tests.proving import mutants

        programme = Programme(here, SIZES["quick"], 1)
        found = mutants.all_bugs(here, programme.floor, programme.source, only=only)
    print(f"planted {found['planted']}, found {found['found']}, missed {found['missed']}")
    if to:
        Path(to).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 1 if found["missed"] or found["control_found"] else 0


def replay(options: argparse.Namespace) -> int:
    """Play one game again, up to a step, and say what is wrong there."""
    with grounds.ground() as here:
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
