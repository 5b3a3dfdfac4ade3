"""What sensors can say: units, what is possible at all, and whole thousandths. Pure.

Doses: for temperature and humidity what is beyond the bound times minutes; for light all of it
times hours (lux-hours, the unit in which museums and pharmacies count it); a shock has no dose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

THOUSAND = 1000


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One measure: its sign, what a sensor can possibly say (thousandths), how its dose counts."""

    sign: str
    least: int
    most: int
    dose_sign: str = ""
    dose_unit_s: int = 60
    whole: bool = False
    # The reason under which goods are frozen for it.
    reason: str = "COLD_CHAIN"


# Temperature: liquid nitrogen to an oven; light: darkness to twice the sun at noon.
SCALES: Mapping[str, Scale] = {
    "TEMPERATURE": Scale(sign="°C", least=-200_000, most=150_000, dose_sign="°C·min"),
    "LIGHT": Scale(
        sign="lx", least=0, most=200_000_000, dose_sign="lx·h", dose_unit_s=3600, whole=True,
        reason="LIGHT",
    ),
    "HUMIDITY": Scale(sign="%", least=0, most=100_000, dose_sign="%·min"),
    "SHOCK": Scale(sign="g", least=0, most=2_000_000, reason="DAMAGE"),
}  # fmt: skip
UNITS_OF: Mapping[str, tuple[str, ...]] = {
    "TEMPERATURE": ("C", "F"),
    "LIGHT": ("LX",),
    "HUMIDITY": ("PCT",),
    "SHOCK": ("G",),
}


def thousandths(told: Any, unit: str) -> int | None:
    """The value in thousandths of the measure's own unit; None when it is no number."""
    if isinstance(told, bool) or not isinstance(told, int | float | Decimal):
        return None
    if isinstance(told, float) and not math.isfinite(told):
        return None
    if unit != "F":
        # The fast way: exact for what sensors send.
        return round(told * THOUSAND)
    exact = (Decimal(str(told)) - 32) * 5 * THOUSAND / 9
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def possible(value: int, measure: str) -> bool:
    """True when a sensor of this kind can say so at all."""
    scale = SCALES[measure]
    return scale.least <= value <= scale.most


def plain(value: int | None) -> str:
    """Thousandths as people write them: 4250 is 4.25, 8000 is 8."""
    if value is None:
        return ""
    whole, rest = divmod(abs(value), THOUSAND)
    text = f"{whole}.{rest:03}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if value < 0 else text


def written(value: int | None, measure: str) -> str:
    """With its unit: "4.25 °C"; a dash for none."""
    return "–" if value is None else f"{plain(value)} {SCALES[measure].sign}"


def dose_written(dose: int | None, measure: str) -> str:
    """A dose with its unit: "72 °C·min"; empty where the measure has none."""
    sign = SCALES[measure].dose_sign
    return "" if dose is None or not sign else f"{plain(dose)} {sign}"
