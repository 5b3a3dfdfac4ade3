"""Facts in what lets go of a freeze: read, said, and judged of all that the freeze holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from freeze_rules import conditions
from freeze_rules.facts import LEAF_FACTS

Tree = Mapping[str, Any]


def leaf_parsed(leaf: Tree) -> conditions.Node:
    """A comparison of a fact of the goods or of the freeze itself.

    Raises:
        ConditionRefused: no such fact, or it cannot be compared so.
    """
    return conditions.parse(leaf, facts=LEAF_FACTS)


def leaf_sentence(leaf: Tree) -> str:
    """What it says; what is wrong with it where it cannot be read."""
    try:
        return conditions.sentence(leaf_parsed(leaf))
    except conditions.ConditionRefused as refused:
        return " ".join(fault.text for fault in refused.faults)


def leaf_true(leaf: Tree, cases: Sequence[Mapping[str, Any]]) -> bool:
    """True when it is true of all goods that the freeze holds, and it holds any.

    Raises:
        ConditionRefused: it cannot be read.
    """
    judge = conditions.compile_closure(leaf_parsed(leaf))
    return bool(cases) and all(judge(case) for case in cases)
