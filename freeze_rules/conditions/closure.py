"""A condition as a Python function: compiled once, called for every event. Pure.

A fact that is not known makes every comparison false but "is not known"; so does SQL
(`conditions.sql`), and a property test holds the two together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from freeze_rules.conditions.parsing import Params, parse
from freeze_rules.conditions.tree import All, Leaf, Node, Not
from freeze_rules.facts import Is

Case = Mapping[str, Any]
Judge = Callable[[Case], bool]


def compile_closure(tree: Any, params: Params | None = None) -> Judge:
    """A function that says whether the condition holds for a case.

    Args:
        tree: a condition, parsed or not.
        params: values of the rule's parameters.

    Returns:
        A function of {fact code: value}; values are of the fact's type (see `facts.case`), what is
        missing or None is not known.

    Raises:
        ConditionRefused: it will not do.
    """
    return _compiled(parse(tree, params))


def _compiled(node: Node) -> Judge:
    if isinstance(node, Leaf):
        return _leaf(node)
    if isinstance(node, Not):
        inner = _compiled(node.part)
        return lambda case: not inner(case)
    parts = tuple(_compiled(each) for each in node.parts)
    if len(parts) == 1:
        return parts[0]
    return _all(parts) if isinstance(node, All) else _some(parts)


def _all(parts: tuple[Judge, ...]) -> Judge:
    def every(case: Case) -> bool:
        for part in parts:  # noqa: SIM110 - a generator would cost as much as a comparison
            if not part(case):
                return False
        return True

    return every


def _some(parts: tuple[Judge, ...]) -> Judge:
    def some(case: Case) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(case):
                return True
        return False

    return some


_ORDER: dict[Is, Callable[[Any, Any], bool]] = {
    Is.LESS: operator.lt,
    Is.AT_MOST: operator.le,
    Is.MORE: operator.gt,
    Is.AT_LEAST: operator.ge,
    Is.UNEQUAL: operator.ne,
}


def _leaf(leaf: Leaf) -> Judge:
    code, value = leaf.fact.code, leaf.value
    if leaf.comparison in _ORDER:
        return _ordered(code, _ORDER[leaf.comparison], value)
    return _OTHERS[leaf.comparison](code, value)


def _ordered(code: str, compare: Callable[[Any, Any], bool], value: Any) -> Judge:
    def judge(case: Case) -> bool:
        there = case.get(code)
        return there is not None and compare(there, value)

    return judge


def _equal(code: str, value: Any) -> Judge:
    return lambda case: case.get(code) == value


def _in(code: str, value: tuple[Any, ...]) -> Judge:
    wanted = frozenset(value)
    return lambda case: case.get(code) in wanted


def _not_in(code: str, value: tuple[Any, ...]) -> Judge:
    unwanted = frozenset({*value, None})
    return lambda case: case.get(code) not in unwanted


def _between(code: str, value: tuple[Any, Any]) -> Judge:
    low, high = value

    def judge(case: Case) -> bool:
        there = case.get(code)
        return there is not None and low <= there <= high

    return judge


def _contains(code: str, value: str) -> Judge:
    """A part of a text, or one of several words."""

    def judge(case: Case) -> bool:
        there = case.get(code)
        return there is not None and value in there

    return judge


def _starts(code: str, value: str) -> Judge:
    def judge(case: Case) -> bool:
        there = case.get(code)
        return there is not None and there.startswith(value)

    return judge


def _known(code: str, _value: Any) -> Judge:
    return lambda case: case.get(code) is not None


def _unknown(code: str, _value: Any) -> Judge:
    return lambda case: case.get(code) is None


_OTHERS: dict[Is, Callable[[str, Any], Judge]] = {
    Is.EQUAL: _equal,
    Is.IN: _in,
    Is.NOT_IN: _not_in,
    Is.BETWEEN: _between,
    Is.CONTAINS: _contains,
    Is.STARTS: _starts,
    Is.KNOWN: _known,
    Is.UNKNOWN: _unknown,
}
