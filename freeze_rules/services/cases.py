"""The tests of a rule: kept, changed, taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from freeze_rules import facts
from freeze_rules.models import Rule, RuleCase
from freeze_rules.selectors.checking import Wrong
from freeze_rules.services.rules import RuleRefused
from org import roles
from org import services as org
from org.models import Person

MOST_CASES = 200


def keep_case(
    *,
    rule_id: int,
    name: str,
    given: Mapping[str, Any],
    qty: int,
    expected: int | None,
    person: Person,
) -> RuleCase:
    """Keep a test under its name; one of the same name is replaced. Joins the transaction.

    Args:
        rule_id: whose test it is.
        name: what people call it.
        given: facts by code, of the goods and of the event.
        qty: base units the event speaks of.
        expected: units that must be frozen; None for everything.
        person: who writes it.

    Raises:
        RuleRefused: not_allowed, unknown_rule, case_wrong, too_many_cases.
    """
    rule = _rule(rule_id, person)
    name = name.strip()
    if not 1 <= len(name) <= 120 or qty < 1 or (expected is not None and expected < 0):
        raise RuleRefused("case_wrong")
    try:
        facts.case({**given, "event.qty": qty})
    except facts.WrongCase as wrong:
        raise RuleRefused(
            "case_wrong", [Wrong(part="given", path=wrong.fact, sentence=str(wrong.fact))]
        ) from wrong
    if rule.cases.exclude(name=name).count() >= MOST_CASES:
        raise RuleRefused("too_many_cases")
    case, _made = RuleCase.objects.update_or_create(
        rule=rule, name=name, defaults={"given": dict(given), "qty": qty, "expected": expected}
    )
    _record(rule, person, {"case": name, "given": dict(given), "qty": qty, "expected": expected})
    return case


def drop_case(*, rule_id: int, case_id: int, person: Person) -> None:
    """Take a test away. Joins the transaction.

    Raises:
        RuleRefused: not_allowed, unknown_rule, unknown_case.
    """
    rule = _rule(rule_id, person)
    case = rule.cases.filter(pk=case_id).first()
    if case is None:
        raise RuleRefused("unknown_case")
    _record(rule, person, {"case": case.name, "dropped": True})
    case.delete()


def _rule(rule_id: int, person: Person) -> Rule:
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.RULES_EDIT):
        raise RuleRefused("not_allowed")
    rule = Rule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
    if rule is None:
        raise RuleRefused("unknown_rule")
    return rule


def _record(rule: Rule, person: Person, after: Mapping[str, Any]) -> None:
    org.record(
        actor=person.actor, action="rule.case", subject=rule.number, before={}, after=dict(after)
    )
