"""What is wrong with a condition: where, and in a sentence for whoever wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

DEEPEST = 8
MOST_LEAVES = 200
MOST_VALUES = 1_000

SENTENCES = {
    "not_a_tree": _('A condition is a group ("all", "any", "not") or one comparison of a fact.'),
    "two_in_one": _("This is several things at once: %(keys)s. Each stands in braces of its own."),
    "unknown_key": _("“%(key)s” has no meaning here."),
    "not_a_list": _("“%(key)s” takes a list of conditions."),
    "empty_any": _("“Any of” without a condition is never true. Add one, or remove the group."),
    "too_deep": _("Groups stand in each other more than %(most)s deep. Make it flatter."),
    "too_many": _("More than %(most)s comparisons. Make several rules of it."),
    "fact_missing": _("Choose what is compared."),
    "unknown_fact": _("There is no fact “%(fact)s”."),
    "fact_not_here": _("“%(label)s” is not known when this rule is judged."),
    "comparison_missing": _("Choose how “%(label)s” is compared."),
    "comparison_not_allowed": _(
        "“%(label)s” cannot be compared with “%(comparison)s”, only with: %(allowed)s."
    ),
    "value_missing": _("Say what “%(label)s” is compared with."),
    "value_not_wanted": _("“%(comparison)s” is compared with nothing: leave the value out."),
    "not_values": _("“%(comparison)s” takes a list of values."),
    "one_value": _("“%(comparison)s” takes one value, not a list."),
    "empty_list": _("The list of values for “%(label)s” is empty: it would never fit."),
    "too_many_values": _("More than %(most)s values for “%(label)s”."),
    "not_two": _("“Between” takes two values: from and to."),
    "reversed": _("From %(low)s to %(high)s is backwards: the smaller value comes first."),
    "unknown_param": _("The rule has no parameter “%(param)s”."),
    "not_text": _("“%(label)s” is a text of at most 200 characters; %(value)s is none."),
    "not_integer": _("“%(label)s” is a whole number; %(value)s is none."),
    "not_number": _("“%(label)s” is a number; %(value)s is none."),
    "not_date": _("“%(label)s” is a day such as 2026-01-31; %(value)s is none."),
    "not_moment": _(
        "“%(label)s” is a moment with its time zone, such as 2026-01-31T08:00:00+08:00; "
        "%(value)s is none."
    ),
    "not_flag": _("“%(label)s” is yes or no (true, false); %(value)s is neither."),
    "unknown_choice": _("%(value)s is no “%(label)s”. It is one of: %(choices)s."),
    "too_big": _("%(value)s is beyond anything “%(label)s” can be."),
    "below_least": _("“%(label)s” is never below %(least)s; %(value)s would always or never fit."),
    "wrong_unit": _("“%(label)s” is counted in %(unit)s, not in “%(given)s”."),
    "no_unit": _("“%(label)s” is counted in no unit; “%(given)s” has no meaning here."),
    "not_json": _("This is not written as JSON (%(where)s)."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    `path` leads to the group or comparison, such as "all[1].not"; empty for the whole condition.
    `part` says which part of a comparison: "fact", "is", "value", "unit", or empty.
    """

    code: str
    path: str = ""
    part: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is wrong, in the reader's language."""
        return str(SENTENCES[self.code]) % {key: str(each) for key, each in self.names.items()}

    @property
    def told(self) -> dict[str, str]:
        """For an answer in JSON."""
        return {"code": self.code, "path": self.path, "part": self.part, "text": self.text}


class ConditionRefused(Exception):
    """The condition will not do; every fault that was found is named."""

    code = "bad_condition"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{each.path}: {each.code}" for each in faults))
        self.faults = tuple(faults)

    @property
    def text(self) -> str:
        """All faults in a row, each with its place."""
        return gettext("; ").join(
            f"{each.path} {each.text}".strip().rstrip(".。") for each in self.faults
        )
