"""How much of everything: in `make test`, in `make prove`, in `make soak`."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings

# Which size the Hypothesis machines play in; `make prove` and `make soak` set it.
SETTING = "PROVING"


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
    conditions: int


SIZES = {
    "quick": Size(20_000, 200, 1_000, 4, 40, 500, 1, 5, 20, 300),
    "prove": Size(300_000, 1_500, 20_000, 4, 400, 3_000, 5, 60, 40, 10_000),
    "soak": Size(1_000_000, 20_000, 100_000, 4, None, 10_000, 20, 300, 50, 50_000),
}


def machine(*, examples: int, steps: int) -> settings:
    """What a Hypothesis machine plays: so many examples in `make test`, else the size asked for."""
    size = SIZES.get(os.environ.get(SETTING, ""))
    return settings(
        max_examples=size.examples if size else examples,
        stateful_step_count=size.machine_steps if size else steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def both_checkers() -> list[str]:
    """What the audit in SQL and the replay in Python find wrong in the connected database.

    In a transaction; within a test it sees its own uncommitted postings.
    """
    from inventory import selectors
    from inventory.selectors.replay import replay

    return [str(each) for each in (*selectors.audit(), *replay().differences)]


def conditions() -> int:
    """How many random conditions are judged in Python and by PostgreSQL."""
    return SIZES[os.environ.get(SETTING) or "quick"].conditions
