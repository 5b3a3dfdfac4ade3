"""What somebody writes as a rule, and why it is not kept as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from freeze_rules.selectors.checking import Wrong
from org.coded import CodedRefusal

SENTENCES = {
    "not_allowed": _("You may not do this."),
    "unknown_rule": _("There is no such rule."),
    "name_missing": _("Give the rule a name of at most 80 characters."),
    "name_taken": _("There is a rule of this name already."),
    "definition_wrong": _("The rule cannot be kept as it is."),
    "wrong_state": _("The rule is not in a state in which this can be done."),
    "same_person": _("Whoever wrote a rule does not enable it: ask somebody else."),
    "case_fails": _("A test of the rule fails; it cannot be enabled before all pass."),
    "never_enabled": _("This version was never enabled by a second person: ask for that first."),
    "reason_missing": _("Say why."),
    "release_waits": _(
        "The rule was stopped before it let go of frozen stock, and retiring it lets go of that: "
        "ask somebody who may enable rules."
    ),
    "nothing_asked": _("Nobody has asked for this to be enabled."),
    "unknown_parameter": _("The rule has no such parameter."),
    "unknown_verdict": _("The rule has no such hit."),
    "unknown_case": _("The rule has no such test."),
    "case_wrong": _("A test needs a name, units from 1 and facts that there are."),
    "too_many_cases": _("A rule has at most 200 tests."),
    "file_wrong": _("This is no rule of a file, or one of its parts is of the wrong kind."),
    "days_wrong": _("A replay goes back 1 to 366 days."),
    "search_days_wrong": _("The replay of a rule that searches goes back 1 to 31 days."),
    "day_passed": _("The next review lies after today."),
}


class RuleRefused(CodedRefusal):
    """Nothing was changed. `code` is stable; `wrong` names every fault of a definition."""

    sentences = SENTENCES

    def __init__(self, code: str, wrong: Sequence[Wrong] = ()) -> None:
        super().__init__(code)
        self.wrong = tuple(wrong)

    def __str__(self) -> str:
        return " ".join([super().__str__(), *(each.sentence for each in self.wrong)])


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """What somebody writes: the definition in JSON, its parameters, and who looks after it."""

    name: str
    definition: Mapping[str, Any]
    parameters: Mapping[str, Any]
    note: str = ""
    priority: int = 0
    preset: str = ""
    owner_id: int | None = None
    review_on: date | None = None
