"""What freeze_rules keeps: freezes by hand, rules, events, and what was judged and proved."""

from freeze_rules.models.by_hand import ManualFreeze, draw_pk, number_of
from freeze_rules.models.events import Event, EventState, KeptEvent, Outcome, Verdict
from freeze_rules.models.evidence import Proof, Watch
from freeze_rules.models.rules import LIVE, Rule, RuleCase, RuleMove, RuleState, RuleVersion

__all__ = [
    "LIVE",
    "Event",
    "EventState",
    "KeptEvent",
    "ManualFreeze",
    "Outcome",
    "Proof",
    "Rule",
    "RuleCase",
    "RuleMove",
    "RuleState",
    "RuleVersion",
    "Verdict",
    "Watch",
    "draw_pk",
    "number_of",
]
