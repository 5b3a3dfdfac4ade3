"""The pipeline's checks: each a pure function from facts to findings, in this order."""

from collections.abc import Callable

from oms.facts import Finding, OrderFacts
from oms.steps import complete, mapped, permitted, priced

STEPS: tuple[tuple[str, Callable[[OrderFacts], list[Finding]]], ...] = (
    ("permitted", permitted.check),
    ("complete", complete.check),
    ("mapped", mapped.check),
    ("priced", priced.check),
)


def examine(order: OrderFacts) -> list[tuple[str, Finding]]:
    """All findings of all checks, each with the name of its step; none means "may be routed"."""
    return [(step, finding) for step, check in STEPS for finding in check(order)]
