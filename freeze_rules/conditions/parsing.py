"""Reading a condition: from what somebody wrote to a tree that is sound, or every fault. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from freeze_rules.conditions.faults import (
    DEEPEST,
    MOST_LEAVES,
    MOST_VALUES,
    ConditionRefused,
    Fault,
)
from freeze_rules.conditions.tree import All, Leaf, Node, Not, Some
from freeze_rules.facts import FACTS, Fact, Is, Type, Unit, label_of
from freeze_rules.facts.kinds import UNIT_LABELS, WITH_LIST, WITHOUT_VALUE
from freeze_rules.facts.reading import Wrong, read

Params = Mapping[str, Any]
GROUPS = ("all", "any", "not")
LEAF_KEYS = ("fact", "is", "value", "unit")
LONGEST = 200_000


def parse(
    tree: Any,
    params: Params | None = None,
    *,
    known: Collection[str] | None = None,
    facts: Mapping[str, Fact] = FACTS,
) -> Node:
    """Read a condition with the values of its parameters.

    Args:
        tree: nested dictionaries and lists as JSON gives them; a condition that was read already
            is given back.
        params: values of the rule's parameters by name; a value may be {"value": 30,
            "unit": "days"}, then its unit must be the fact's.
        known: codes of the facts that are known where the condition is judged; None for all.
        facts: those that may be named, by code, where they are not the usual ones.

    Raises:
        ConditionRefused: with all faults, each with its path.
    """
    if isinstance(tree, All | Some | Not | Leaf):
        return tree
    reader = _Reader(params or {}, known, facts)
    node = reader.node(tree, "", 1)
    if reader.faults:
        raise ConditionRefused(reader.faults)
    return node


def from_json(text: str) -> Any:
    """The condition in a text, not yet parsed.

    Raises:
        ConditionRefused: not_json.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError(f"> {LONGEST}")
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        where = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "–"
        raise ConditionRefused([Fault("not_json", names={"where": where})]) from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


class _Reader:
    """Walks down once and notes what is wrong; a faulty part reads as "always"."""

    def __init__(
        self, params: Params, known: Collection[str] | None, facts: Mapping[str, Fact]
    ) -> None:
        self.params = params
        self.known = facts.keys() if known is None else known
        self.facts = facts
        self.faults: list[Fault] = []
        self.leaves = 0

    def fault(self, code: str, path: str, part: str = "", **names: Any) -> None:
        self.faults.append(Fault(code, path, part, names))

    def node(self, given: Any, path: str, depth: int) -> Node:
        if depth > DEEPEST + 1:
            self.fault("too_deep", path, most=DEEPEST)
            return All()
        if not isinstance(given, dict):
            self.fault("not_a_tree", path)
            return All()
        groups = [key for key in GROUPS if key in given]
        if not groups:
            return self.leaf(given, path)
        if len(groups) > 1 or "fact" in given:
            self.fault("two_in_one", path, keys=", ".join(key for key in map(str, given)))
            return All()
        for key in sorted(set(map(str, given)) - set(groups)):
            self.fault("unknown_key", path, key=key[:40])
        return self.group(groups[0], given[groups[0]], path, depth)

    def group(self, key: str, inner: Any, path: str, depth: int) -> Node:
        here = f"{path}.{key}" if path else key
        if key == "not":
            return Not(self.node(inner, here, depth + 1))
        if not isinstance(inner, list):
            self.fault("not_a_list", path, key=key)
            return All()
        if key == "any" and not inner:
            self.fault("empty_any", path)
        parts = []
        for number, each in enumerate(inner):
            if self.leaves > MOST_LEAVES:
                break
            parts.append(self.node(each, f"{here}[{number}]", depth + 1))
        return All(tuple(parts)) if key == "all" else Some(tuple(parts))

    def leaf(self, given: dict[Any, Any], path: str) -> Node:
        self.leaves += 1
        if self.leaves == MOST_LEAVES + 1:
            self.fault("too_many", path, most=MOST_LEAVES)
        if not any(key in given for key in LEAF_KEYS):
            self.fault("not_a_tree", path)
            return All()
        for key in sorted(set(map(str, given)) - set(LEAF_KEYS)):
            self.fault("unknown_key", path, key=key[:40])
        fact = self.fact(given.get("fact"), path)
        if fact is None:
            return All()
        comparison = self.comparison(fact, given.get("is"), path)
        if comparison is None:
            return All()
        self.unit(fact, given.get("unit"), path)
        return Leaf(fact, comparison, self.value(fact, comparison, given, path))

    def fact(self, code: Any, path: str) -> Fact | None:
        if code is None or code == "":
            self.fault("fact_missing", path, "fact")
            return None
        fact = (self.facts.get(code) or FACTS.get(code)) if isinstance(code, str) else None
        if fact is None:
            self.fault("unknown_fact", path, "fact", fact=_short(code))
        elif fact.code not in self.known:
            self.fault("fact_not_here", path, "fact", label=fact.label, fact=fact.code)
        return fact

    def comparison(self, fact: Fact, word: Any, path: str) -> Is | None:
        if word is None or word == "":
            self.fault("comparison_missing", path, "is", label=fact.label)
            return None
        if isinstance(word, str) and word in {each.value for each in fact.comparisons}:
            return Is(word)
        allowed = ", ".join(label_of(each, fact.type) for each in fact.comparisons)
        named = label_of(Is(word), fact.type) if word in list(Is) else _short(word)
        self.fault(
            "comparison_not_allowed", path, "is", label=fact.label, comparison=named,
            allowed=allowed,
        )  # fmt: skip
        return None

    def unit(self, fact: Fact, given: Any, path: str, part: str = "unit") -> None:
        if given is None or given == "" or given == fact.unit.value:
            return
        if fact.unit is Unit.NONE:
            self.fault("no_unit", path, part, label=fact.label, given=_short(given))
            return
        unit = UNIT_LABELS[fact.unit]
        self.fault("wrong_unit", path, part, label=fact.label, unit=unit, given=_short(given))

    def value(self, fact: Fact, comparison: Is, leaf: dict[Any, Any], path: str) -> Any:
        named = label_of(comparison, fact.type)
        if comparison in WITHOUT_VALUE:
            if leaf.get("value") is not None:
                self.fault("value_not_wanted", path, "value", comparison=named)
            return None
        given = self.looked_up(fact, leaf.get("value"), path)
        if given is None or given == "":
            if not self.faults or self.faults[-1].path != path:
                self.fault("value_missing", path, "value", label=fact.label)
            return None
        if comparison not in WITH_LIST:
            if isinstance(given, list | tuple):
                self.fault("one_value", path, "value", comparison=named)
                return None
            return self.read(fact, given, path)
        if not isinstance(given, list | tuple):
            self.fault("not_values", path, "value", comparison=named)
            return None
        return self.values(fact, comparison, given, path)

    def values(
        self, fact: Fact, comparison: Is, given: list[Any] | tuple[Any, ...], path: str
    ) -> Any:
        if comparison is Is.BETWEEN and len(given) != 2:
            self.fault("not_two", path, "value")
            return None
        if not given:
            self.fault("empty_list", path, "value", label=fact.label)
            return None
        if len(given) > MOST_VALUES:
            self.fault("too_many_values", path, "value", label=fact.label, most=MOST_VALUES)
            return None
        before = len(self.faults)
        found: list[Any] = []
        for each in given:
            one = self.looked_up(fact, each, path)
            found.append(self.read(fact, one, path) if len(self.faults) == before else None)
            # One fault says enough of a list.
            if len(self.faults) > before:
                return None
        if comparison is Is.BETWEEN and found[0] > found[1]:
            self.fault("reversed", path, "value", low=given[0], high=given[1])
        return tuple(found)

    def looked_up(self, fact: Fact, given: Any, path: str) -> Any:
        """The value of a parameter, where one is named; its unit must be the fact's."""
        if not isinstance(given, dict):
            return given
        name = given.get("param")
        if set(given) == {"param"} and isinstance(name, str) and name in self.params:
            found = self.params[name]
            if isinstance(found, Mapping):
                self.unit(fact, found.get("unit"), path, "value")
                return found.get("value")
            return found
        if "param" in given:
            self.fault("unknown_param", path, "value", param=_short(name))
            return None
        return self.with_unit(fact, given, path)

    def with_unit(self, fact: Fact, given: dict[Any, Any], path: str) -> Any:
        """A value that says its unit: {"value": 30, "unit": "days"}."""
        if set(given) <= {"value", "unit"}:
            self.unit(fact, given.get("unit"), path, "value")
            return given.get("value")
        key = next(str(each) for each in given if each not in {"value", "unit"})
        self.fault("unknown_key", path, "value", key=key[:40])
        return None

    def read(self, fact: Fact, given: Any, path: str) -> Any:
        try:
            return read(fact, given)
        except Wrong as wrong:
            choices = ", ".join(f"{each.code} ({each.label})" for each in fact.choices)
            code = "unknown_choice" if fact.type is Type.CHOICE else wrong.code
            self.fault(
                code, path, "value", label=fact.label, value=_short(given), choices=choices,
                least=fact.least,
            )  # fmt: skip
            return None


def _short(given: Any) -> str:
    """What somebody wrote, as a message repeats it."""
    shown = given if isinstance(given, str) else json.dumps(given, default=str)[:60]
    return "".join(each if each.isprintable() else "�" for each in shown[:60])
