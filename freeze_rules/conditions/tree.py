"""A condition that was read and found good: a tree of groups, negations and comparisons. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from freeze_rules.facts import Fact, Is


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `value` is of the fact's type; a tuple of such where a list is compared."""

    fact: Fact
    comparison: Is
    value: Any = None


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is; without parts always."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """True when one part is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is not: also when what it asks for is not known."""

    part: Node


Node = All | Some | Not | Leaf


def leaves(node: Node) -> Iterator[Leaf]:
    """All comparisons, in the order in which they are written."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Not):
        yield from leaves(node.part)
    else:
        for part in node.parts:
            yield from leaves(part)
