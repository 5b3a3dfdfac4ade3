"""What must hold for a condition to be true at all, so that rules are found by it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from freeze_rules.conditions.parsing import Params, parse
from freeze_rules.conditions.tree import All, Leaf, Node, Not, leaves
from freeze_rules.facts import Is

Equalities = dict[str, frozenset[Any]]


def required_equalities(tree: Any, params: Params | None = None) -> Equalities:
    """Facts with the values one of which they must have for the condition to be true.

    A fact that stands here with the values {"DAIRY", "ICE"} has neither for no case that fits, and
    None among the values is "not known". No value at all: the condition is never true. What is not
    here may be anything.

    Raises:
        ConditionRefused: it will not do.
    """
    return _required(parse(tree, params))


def _required(node: Node) -> Equalities:
    if isinstance(node, Leaf):
        return _of_leaf(node)
    if isinstance(node, Not):
        # What must not hold says little of what must: "not known" would have to be added.
        return {}
    found = [_required(part) for part in node.parts]
    if not found:
        return {}
    return reduce(_both if isinstance(node, All) else _either, found)


def _of_leaf(leaf: Leaf) -> Equalities:
    if leaf.comparison is Is.EQUAL:
        return {leaf.fact.code: frozenset({leaf.value})}
    if leaf.comparison is Is.IN:
        return {leaf.fact.code: frozenset(leaf.value)}
    if leaf.comparison is Is.UNKNOWN:
        return {leaf.fact.code: frozenset({None})}
    return {}


def _both(one: Equalities, other: Equalities) -> Equalities:
    found = {**one, **other}
    for code in one.keys() & other.keys():
        found[code] = one[code] & other[code]
    return found


def _either(one: Equalities, other: Equalities) -> Equalities:
    # A branch that is never true adds nothing to the other.
    for here, there in ((one, other), (other, one)):
        if any(not values for values in here.values()):
            return there
    return {code: one[code] | other[code] for code in one.keys() & other.keys()}


def facts_in(tree: Any, params: Params | None = None) -> frozenset[str]:
    """Codes of the facts that a condition reads.

    Raises:
        ConditionRefused: it will not do.
    """
    return frozenset(leaf.fact.code for leaf in leaves(parse(tree, params)))


def params_in(tree: Any) -> frozenset[str]:
    """Names of the parameters that a condition reads, sound or not."""
    if isinstance(tree, Mapping):
        named = tree.get("param")
        found = {named} if isinstance(named, str) else set()
        return frozenset(found.union(*(params_in(each) for each in tree.values())))
    if isinstance(tree, list | tuple):
        return frozenset[str]().union(*(params_in(each) for each in tree))
    return frozenset()
