"""A condition as the WHERE of a statement over `inventory.selectors.facts`. Pure.

Columns are named after facts, f."lot.days_left"; values are parameters, never part of the text.
Facts of an event are judged here and now: they are the same for all cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freeze_rules.conditions.closure import compile_closure
from freeze_rules.conditions.parsing import Params, parse
from freeze_rules.conditions.tree import All, Leaf, Node, Not, Some
from freeze_rules.facts import Is, Type

ALWAYS, NEVER = "TRUE", "FALSE"
_SIGNS = {
    Is.EQUAL: "=", Is.UNEQUAL: "<>", Is.LESS: "<", Is.AT_MOST: "<=", Is.MORE: ">",
    Is.AT_LEAST: ">=",
}  # fmt: skip


def compile_sql(
    tree: Any, params: Params | None = None, event_facts: Mapping[str, Any] | None = None
) -> tuple[str, list[Any]]:
    """The condition for a statement, and the values that stand in it.

    Args:
        tree: a condition, parsed or not.
        params: values of the rule's parameters.
        event_facts: what is known of the event, by fact code; none in a scan.

    Returns:
        Text with "%s" for each value, true for exactly the rows for which the closure is true.

    Raises:
        ConditionRefused: it will not do.
    """
    writer = _Writer(event_facts or {})
    return writer.node(parse(tree, params), negated=False), writer.values


class _Writer:
    def __init__(self, event_facts: Mapping[str, Any]) -> None:
        self.event_facts = event_facts
        self.values: list[Any] = []

    def node(self, node: Node, *, negated: bool) -> str:
        """The text; under a negation it is never NULL, else NULL means false as WHERE has it."""
        if isinstance(node, Leaf):
            return self.leaf(node, negated=negated)
        if isinstance(node, Not):
            inner = self.node(node.part, negated=True)
            return {ALWAYS: NEVER, NEVER: ALWAYS}.get(inner, f"NOT {inner}")
        return self.group(node, negated=negated)

    def group(self, node: All | Some, *, negated: bool) -> str:
        """Parts that are decided already fall away, with their values."""
        nothing, end = (ALWAYS, NEVER) if isinstance(node, All) else (NEVER, ALWAYS)
        before = len(self.values)
        texts = []
        for part in node.parts:
            text = self.node(part, negated=negated)
            if text == end:
                del self.values[before:]
                return end
            if text != nothing:
                texts.append(text)
        if not texts:
            return nothing
        joined = (" AND " if isinstance(node, All) else " OR ").join(texts)
        return joined if len(texts) == 1 else f"({joined})"

    def leaf(self, leaf: Leaf, *, negated: bool) -> str:
        if leaf.fact.is_of_event:
            return ALWAYS if compile_closure(leaf)(self.event_facts) else NEVER
        column = f'f."{leaf.fact.code}"'
        if leaf.comparison in (Is.KNOWN, Is.UNKNOWN):
            return f"({column} IS {'NOT ' if leaf.comparison is Is.KNOWN else ''}NULL)"
        text = self.compared(leaf, column)
        return f"COALESCE({text}, FALSE)" if negated else text

    def compared(self, leaf: Leaf, column: str) -> str:
        value = leaf.value
        if leaf.comparison is Is.BETWEEN:
            self.values += value
            return f"{column} BETWEEN %s AND %s"
        self.values.append(list(value) if isinstance(value, tuple) else value)
        if leaf.comparison is Is.IN:
            return f"{column} = ANY(%s)"
        if leaf.comparison is Is.NOT_IN:
            return f"{column} <> ALL(%s)"
        if leaf.comparison is Is.STARTS:
            return f"starts_with({column}, %s)"
        if leaf.comparison is Is.CONTAINS:
            if leaf.fact.type is Type.CHOICES:
                return f"%s = ANY({column})"
            return f"position(%s IN {column}) > 0"
        return f"{column} {_SIGNS[leaf.comparison]} %s"
