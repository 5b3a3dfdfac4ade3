"""Corrections by people: `from inventory.services import correcting`."""

from inventory.services.correcting.correcting import (
    CheckedCorrection,
    Corrected,
    CorrectionOrder,
    check_correction,
    correct,
)
from inventory.services.correcting.counts import ask_for_count
from inventory.services.correcting.kind import KIND
from inventory.services.correcting.lines import (
    CHANGE,
    COUNT,
    MOST_LINES,
    CorrectionLine,
    Measured,
)
from inventory.services.correcting.refusals import CorrectionRefused

__all__ = [
    "CHANGE",
    "COUNT",
    "KIND",
    "MOST_LINES",
    "CheckedCorrection",
    "Corrected",
    "CorrectionLine",
    "CorrectionOrder",
    "CorrectionRefused",
    "Measured",
    "ask_for_count",
    "check_correction",
    "correct",
]
