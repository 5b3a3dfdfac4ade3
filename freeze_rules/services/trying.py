"""The tests stored with a rule: given facts, an event, and what must be frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from freeze_rules import facts
from freeze_rules.models import Rule, RuleCase, RuleVersion
from freeze_rules.selectors.rulebook import compiled_definition


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of one test: `frozen` units, None for everything, 0 for nothing."""

    name: str
    passed: bool
    frozen: int | None
    expected: int | None
    sentence: str


def try_case(
    *, definition: Mapping[str, Any], parameters: Mapping[str, Any], case: RuleCase
) -> Tried:
    """Judge the case's facts by the definition, as an event's are.

    Raises:
        DefinitionWrong, conditions.ConditionRefused: the definition cannot be judged.
    """
    compiled = compiled_definition(definition, parameters)
    try:
        known = facts.case({**case.given, "event.qty": case.qty})
    except facts.WrongCase as wrong:
        sentence = _("%(name)s: the fact %(fact)s is not what it should be.") % {
            "name": case.name,
            "fact": wrong.fact,
        }
        return Tried(
            name=case.name, passed=False, frozen=0, expected=case.expected, sentence=sentence
        )
    met = compiled.judge(known)
    frozen = compiled.definition.quantity.of(case.qty) if met else 0
    passed = frozen == case.expected
    return Tried(
        name=case.name,
        passed=passed,
        frozen=frozen,
        expected=case.expected,
        sentence=_("%(name)s: %(frozen)s units are frozen, %(expected)s are expected.")
        % {"name": case.name, "frozen": _units(frozen), "expected": _units(case.expected)},
    )


def failing_cases(rule: Rule, version: RuleVersion, parameters: Mapping[str, Any]) -> list[Tried]:
    """Tests of the rule that this version does not pass with these parameters."""
    tried = [
        try_case(definition=version.definition, parameters=parameters, case=case)
        for case in rule.cases.order_by("id")
    ]
    return [each for each in tried if not each.passed]


def _units(qty: int | None) -> str:
    return _("all") if qty is None else str(qty)
