"""Conditions: one tree of typed facts that serves as closure, as SQL and as a sentence."""

from freeze_rules.conditions.assuming import ALWAYS, without_events
from freeze_rules.conditions.closure import compile_closure
from freeze_rules.conditions.faults import ConditionRefused, Fault
from freeze_rules.conditions.indexing import facts_in, params_in, required_equalities
from freeze_rules.conditions.parsing import from_json, parse
from freeze_rules.conditions.sentence import sentence
from freeze_rules.conditions.sql import compile_sql
from freeze_rules.conditions.tree import Node, leaves

__all__ = [
    "ALWAYS",
    "ConditionRefused",
    "Fault",
    "Node",
    "compile_closure",
    "compile_sql",
    "facts_in",
    "from_json",
    "leaves",
    "params_in",
    "parse",
    "required_equalities",
    "sentence",
    "without_events",
]
