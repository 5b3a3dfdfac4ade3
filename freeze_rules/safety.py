"""What may end a freeze for safety: evidence, or a person who answers for it. Pure.

Evidence is an inspection, a clearance by customs, a sensor that is within its bounds again, a leak
mended, a repair, a supplier allowed again, the word of a program from outside. The state of the
books is none: a value, a category or a date may be true from the first minute on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, Any]
PROOFS = frozenset(
    {
        "inspection.passed", "customs.cleared", "sensor.recovered", "leak.mended", "repair.done",
        "supplier.cleared", "external",
    }
)  # fmt: skip
# Events that decide about a freeze, good or bad: with them it may become another one.
DECISIONS = PROOFS | {"inspection.failed", "inspection.partial"}
# What customs said stands on the lot itself.
_CUSTOMS = "lot.customs"
_CLEARED = frozenset({"CLEARED"})


def open_way(tree: Tree, *, path: str = "") -> str | None:
    """The path of the first way out that needs no evidence; None when each needs some.

    An empty path is the whole formula. An empty formula has no way out.
    """
    if not tree:
        return None
    if "all" in tree:
        ways = [open_way(part, path=f"{path}all[{at}].") for at, part in enumerate(tree["all"])]
        return None if None in ways else path.rstrip(".")
    if "any" in tree:
        ways = [open_way(part, path=f"{path}any[{at}].") for at, part in enumerate(tree["any"])]
        return next((way for way in ways if way is not None), None)
    return None if _is_evidence(tree) else path.rstrip(".")


def way_at(tree: Tree, path: str) -> Tree:
    """The part of a formula at a path that `open_way` gave."""
    for step in filter(None, path.split(".")):
        word, _bracket, place = step.rstrip("]").partition("[")
        tree = tree[word][int(place)]
    return tree


def _is_evidence(leaf: Tree) -> bool:
    if "approval" in leaf:
        return True
    if "proof" in leaf:
        return leaf["proof"] in PROOFS
    return leaf.get("fact") == _CUSTOMS and (
        (leaf.get("is") == "=" and leaf.get("value") in _CLEARED)
        or (leaf.get("is") == "in" and set(leaf.get("value") or [""]) <= _CLEARED)
    )
