"""What freeze_rules keeps: freezes by hand, sensors, rules, events, what was judged and proved."""

from freeze_rules.models.by_hand import ManualFreeze, draw_pk, number_of
from freeze_rules.models.events import WAITING, Event, KeptEvent, Outcome, Verdict
from freeze_rules.models.evidence import Proof, RuleRelease, Watch
from freeze_rules.models.excursions import Excursion, ExcursionRevision, ExposedGoods
from freeze_rules.models.journal import JournalLine
from freeze_rules.models.leases import Lease, NextStep
from freeze_rules.models.promotions import Promotion, PromotionLine
from freeze_rules.models.recalls import Recall, RecallHold, draw_recall_pk
from freeze_rules.models.reports import CustomsStep, Incident, Inspection, SupplierBlock
from freeze_rules.models.rules import LIVE, Rule, RuleCase, RuleMove, RuleState, RuleVersion
from freeze_rules.models.sensors import (
    Measure,
    QuarantinedReading,
    SensorBound,
    SensorCalibration,
    SensorClock,
    SensorDevice,
    SensorPlace,
    SensorReading,
    UnjudgedSpan,
)
from freeze_rules.models.suppliers import SupplierAlarm, SupplierLimit

__all__ = [
    "LIVE",
    "WAITING",
    "CustomsStep",
    "Event",
    "Excursion",
    "ExcursionRevision",
    "ExposedGoods",
    "Incident",
    "Inspection",
    "JournalLine",
    "KeptEvent",
    "Lease",
    "ManualFreeze",
    "Measure",
    "NextStep",
    "Outcome",
    "Promotion",
    "PromotionLine",
    "Proof",
    "QuarantinedReading",
    "Recall",
    "RecallHold",
    "Rule",
    "RuleCase",
    "RuleMove",
    "RuleRelease",
    "RuleState",
    "RuleVersion",
    "SensorBound",
    "SensorCalibration",
    "SensorClock",
    "SensorDevice",
    "SensorPlace",
    "SensorReading",
    "SupplierAlarm",
    "SupplierBlock",
    "SupplierLimit",
    "UnjudgedSpan",
    "Verdict",
    "Watch",
    "draw_pk",
    "draw_recall_pk",
    "number_of",
]
