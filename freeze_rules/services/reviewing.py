"""Afterwards: what a rule did is called right or a false alarm, and the rule is looked at again."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from freeze_rules.models import Rule, RuleState, Verdict
from freeze_rules.services.rules import REVIEW_DAYS, RuleRefused
from org import roles
from org import services as org
from org.models import Person
from org.scope import Scope


def judge_verdict(
    *, verdict_id: int, rule_id: int, false_alarm: bool | None, person: Person, scope: Scope
) -> None:
    """Say that a verdict was a false alarm, was right, or that nobody knows (None).

    Joins the caller's transaction.

    Raises:
        RuleRefused: not_allowed, unknown_verdict.
    """
    _may(person)
    rows = scope.limit(Verdict.objects.filter(version__rule_id=rule_id), "warehouse__unit")
    verdict = rows.filter(pk=verdict_id).select_for_update(of=("self",)).first()
    if verdict is None:
        raise RuleRefused("unknown_verdict")
    before, verdict.false_alarm = verdict.false_alarm, false_alarm
    verdict.save(update_fields=["false_alarm"])
    org.record(
        actor=person.actor,
        action="rule.verdict_judged",
        subject=f"FR-{rule_id}",
        before={"verdict": verdict.pk, "false_alarm": before},
        after={"verdict": verdict.pk, "false_alarm": false_alarm},
    )


def reviewed(*, rule_id: int, next_on: date | None, note: str, person: Person) -> Rule:
    """Somebody has looked whether the rule still does good; it is looked at again on `next_on`.

    Joins the caller's transaction.

    Args:
        next_on: the next day; a month from today when it is left out.

    Raises:
        RuleRefused: not_allowed, unknown_rule, wrong_state, day_passed.
    """
    _may(person)
    rule = Rule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
    if rule is None:
        raise RuleRefused("unknown_rule")
    if rule.state == RuleState.RETIRED:
        raise RuleRefused("wrong_state")
    today = timezone.localdate()
    day = next_on or today + timedelta(days=REVIEW_DAYS)
    if day <= today:
        raise RuleRefused("day_passed")
    before, rule.review_on = rule.review_on, day
    rule.save(update_fields=["review_on"])
    org.record(
        actor=person.actor,
        action="rule.reviewed",
        subject=rule.number,
        before={"review_on": before.isoformat() if before else None},
        after={"review_on": day.isoformat(), "note": note[:400]},
    )
    return rule


def _may(person: Person) -> None:
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.RULES_EDIT):
        raise RuleRefused("not_allowed")
