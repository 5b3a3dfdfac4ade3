"""Rules as a file: out of one house, into another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from freeze_rules.models import Rule, RuleState
from freeze_rules.services import cases, rules
from freeze_rules.services.rules import RuleRefused
from freeze_rules.tuning import tuned, without_settings
from org.models import Person

FORMAT = "freeze-rules/1"
MOST_RULES = 1_000
KNOWN = frozenset({"name", "note", "priority", "preset", "parameters", "definition", "tests"})


@dataclass(frozen=True)
class FileFault:
    """What is wrong with a file: the rule's place in it (from 1; 0 for the file) and why."""

    place: int
    name: str
    sentence: str


class ImportRefused(Exception):
    """Nothing was brought in; every fault with its place."""

    def __init__(self, faults: Sequence[FileFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


def exported(*, ids: Collection[int] | None = None) -> dict[str, Any]:
    """Rules with their parameters and tests; all that are not retired when none is named."""
    rows = Rule.objects.filter(version__isnull=False).select_related("version", "next_version")
    rows = rows.exclude(state=RuleState.RETIRED) if ids is None else rows.filter(pk__in=ids)
    return {
        "format": FORMAT,
        "rules": [_told(rule) for rule in rows.order_by("pk").prefetch_related("cases")],
    }


def _told(rule: Rule) -> dict[str, Any]:
    version = rule.version
    return {
        "name": rule.name,
        "note": rule.note,
        "priority": rule.priority,
        "preset": rule.preset,
        "parameters": without_settings(rule.parameters),
        "definition": tuned(version.definition, rule.parameters) if version else {},
        "tests": [
            {"name": case.name, "given": case.given, "qty": case.qty, "expected": case.expected}
            for case in sorted(rule.cases.all(), key=lambda case: case.pk)
        ],
    }


def import_rules(told: Mapping[str, Any] | None, *, person: Person) -> list[Rule]:
    """Bring in what `exported` gave, as drafts. All or none. Joins the caller's transaction.

    Raises:
        ImportRefused: every fault of every rule.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if told is None or told.get("format") != FORMAT or not isinstance(told.get("rules"), list):
        sentence = _("This is not a file of freeze rules (%(format)s).") % {"format": FORMAT}
        raise ImportRefused([FileFault(0, "", sentence)])
    found = told["rules"]
    if not 1 <= len(found) <= MOST_RULES:
        raise ImportRefused([FileFault(0, "", _("A file holds 1 to 1,000 rules."))])
    made: list[Rule] = []
    faults: list[FileFault] = []
    for place, each in enumerate(found, start=1):
        name = str(each.get("name", "")) if isinstance(each, Mapping) else ""
        try:
            # Each by itself, so that all faults of the file are said at once.
            with transaction.atomic():
                made.append(_make(each, person))
        except RuleRefused as refused:
            said = [wrong.sentence for wrong in refused.wrong] or [str(refused)]
            faults += [FileFault(place, name[:80], sentence) for sentence in said]
    if faults:
        raise ImportRefused(faults)
    return made


def _make(told: Any, person: Person) -> Rule:
    if not isinstance(told, Mapping) or set(told) - KNOWN:
        raise RuleRefused("file_wrong")
    parameters, tests = told.get("parameters") or {}, told.get("tests") or []
    texts = [told.get(name, "") for name in ("name", "note", "preset")]
    priority = told.get("priority", 0)
    if (
        not isinstance(parameters, dict)
        or not isinstance(tests, list)
        or not all(isinstance(text, str) for text in texts)
        or type(priority) is not int
        or abs(priority) > 1_000_000
    ):
        raise RuleRefused("file_wrong")
    rule = rules.create_rule(
        draft=rules.RuleDraft(
            name=texts[0], note=texts[1][:400], preset=texts[2][:40], priority=priority,
            parameters=parameters, definition=told.get("definition") or {},
        ),
        person=person,
    )  # fmt: skip
    for case in tests:
        _make_case(rule, case, person)
    return rule


def _make_case(rule: Rule, told: Any, person: Person) -> None:
    given = told.get("given") if isinstance(told, Mapping) else None
    if not isinstance(given, Mapping) or type(told.get("qty", 1)) is not int:
        raise RuleRefused("case_wrong")
    expected = told.get("expected")
    if expected is not None and type(expected) is not int:
        raise RuleRefused("case_wrong")
    cases.keep_case(
        rule_id=rule.pk, name=str(told.get("name", "")), given=given, qty=told.get("qty", 1),
        expected=expected, person=person,
    )  # fmt: skip
