"""All facts, and how they are told to an editor. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import override

from freeze_rules.facts.events import EVENT_FACTS
from freeze_rules.facts.holds import HOLD_FACTS
from freeze_rules.facts.kinds import (
    SUBJECTS,
    UNIT_LABELS,
    WITH_LIST,
    WITHOUT_VALUE,
    Fact,
    Is,
    label_of,
)
from freeze_rules.facts.reading import WrongCase
from freeze_rules.facts.reading import case as read_case
from freeze_rules.facts.reading import case_of_kept as read_kept
from freeze_rules.facts.stock import STOCK_FACTS

FACTS: Mapping[str, Fact] = {each.code: each for each in (*STOCK_FACTS, *EVENT_FACTS)}
# What a way out of a freeze may ask for: facts of the goods, and of the freeze itself.
LEAF_FACTS: Mapping[str, Fact] = {each.code: each for each in (*HOLD_FACTS, *STOCK_FACTS)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def case(given: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they came from outside, each of its type, ready for a closure.

    Raises:
        WrongCase: a fact that does not exist, or a value that cannot be one of it.
    """
    return read_case(FACTS, given)


def case_of_kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a table kept them, ready for a closure; what is not of its type is not known."""
    return read_kept(FACTS, given)


def told_wrong(given: Mapping[str, Any]) -> str:
    """The first of these facts that is not of its type, in words; empty when all are.

    What is no fact of ours is passed over.
    """
    try:
        case({code: value for code, value in given.items() if code in FACTS})
    except WrongCase as wrong:
        return str(FACTS[wrong.fact].label)
    return ""


def described() -> list[dict[str, Any]]:
    """Every fact for an editor, in the reader's language and with both names."""
    return [described_one(fact) for fact in FACTS.values()]


def described_one(fact: Fact) -> dict[str, Any]:
    """One fact for an editor."""
    names = {}
    for short, language in LANGUAGES.items():
        with override(language):
            names[short] = str(fact.label)
    return {
        "code": fact.code,
        "subject": fact.subject,
        "subject_label": str(SUBJECTS[fact.subject]),
        "label": str(fact.label),
        "names": names,
        "about": str(fact.about),
        "type": fact.type.value,
        "unit": fact.unit.value,
        "unit_label": str(UNIT_LABELS[fact.unit]),
        "least": fact.least,
        "comparisons": [
            {"code": each.value, "label": label_of(each, fact.type), "takes": takes(each)}
            for each in fact.comparisons
        ],
        "choices": [{"code": each.code, "label": str(each.label)} for each in fact.choices],
        "source": fact.source,
    }


def takes(comparison: Is) -> str:
    """What stands on the right of a comparison: nothing, one value, two, or a list."""
    if comparison in WITHOUT_VALUE:
        return "nothing"
    if comparison is Is.BETWEEN:
        return "two"
    return "list" if comparison in WITH_LIST else "one"
