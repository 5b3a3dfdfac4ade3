"""What conditions are about: every fact with its names, type, unit and comparisons."""

from freeze_rules.facts.kinds import Choice, Fact, Is, Type, Unit, label_of
from freeze_rules.facts.reading import WrongCase
from freeze_rules.facts.registry import (
    FACTS,
    LEAF_FACTS,
    case,
    case_of_kept,
    described,
    described_one,
    told_wrong,
)

__all__ = [
    "FACTS",
    "LEAF_FACTS",
    "Choice",
    "Fact",
    "Is",
    "Type",
    "Unit",
    "WrongCase",
    "case",
    "case_of_kept",
    "described",
    "described_one",
    "label_of",
    "told_wrong",
]
