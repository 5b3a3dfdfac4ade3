"""A condition tried on present stock: what it would find, before any rule uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from freeze_rules.conditions import compile_sql, leaves, parse
from freeze_rules.conditions.sentence import value_said
from freeze_rules.facts import Fact
from inventory.selectors import facts as stock_facts
from inventory.selectors.facts import Found, FoundCell
from org.scope import Scope

MOST_ROWS = 50
# Beside what a row says anyway.
MOST_FACTS = 4
SAID_ANYWAY = frozenset({
    "sku.code", "sku.name", "warehouse.code", "location.code", "lot.code", "cell.grade",
    "cell.on_hand",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A cell that was found, with the values of the facts that the condition reads."""

    cell: FoundCell
    values: list[str]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a condition finds, `whole` of what there is; its first cells as one walks."""

    found: Found
    whole: Found
    facts: list[Fact]
    rows: list[TriedRow]
    # Facts of events that it reads: here none of them is known.
    of_events: list[Fact]

    @property
    def finds_everything(self) -> bool:
        """True when it narrows nothing."""
        return self.found.cells == self.whole.cells > 0


def try_on_stock(
    tree: Any, params: Mapping[str, Any], *, scope: Scope, now: datetime | None = None
) -> Tried:
    """What the condition finds in the scope now. Five statements.

    Raises:
        ConditionRefused: it will not do.
    """
    node = parse(tree, params)
    where, args = compile_sql(node)
    read = list(dict.fromkeys(leaf.fact for leaf in leaves(node)))
    shown = [
        fact for fact in read if not fact.is_of_event and fact.code not in SAID_ANYWAY
    ][:MOST_FACTS]  # fmt: skip
    ids = stock_facts.cells(where, args, scope=scope, now=now, limit=MOST_ROWS)
    known = stock_facts.facts_of_cells(ids, codes=[fact.code for fact in shown], now=now)
    return Tried(
        found=stock_facts.found(where, args, scope=scope, now=now),
        whole=stock_facts.found("", [], scope=scope, now=now),
        facts=shown,
        rows=[
            TriedRow(cell, [_shown(fact, known[cell.id][fact.code]) for fact in shown])
            for cell in stock_facts.found_cells(cell_ids=ids, scope=scope)
        ],
        of_events=[fact for fact in read if fact.is_of_event],
    )


def _shown(fact: Fact, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return _(", ").join(fact.choice_label(each) for each in value)
    return fact.choice_label(value) if isinstance(value, str) else value_said(fact, value)
