"""Rules that are ready to be taken: one file a family, one constant a preset. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from freeze_rules.presets import (
    alarms,
    climate,
    counts,
    customs,
    dates,
    order_lock,
    promotion,
    quality,
)
from freeze_rules.presets.shape import Knob, Preset, Tried

# In the order in which they are offered.
_ALL = (
    order_lock.PAID,
    order_lock.PLACED,
    quality.RECEIVED,
    promotion.RESERVE,
    quality.DEFECTS,
    dates.NEAR_EXPIRY,
    customs.INSPECTING,
    customs.ARRIVED,
    customs.BONDED,
    climate.COLD_CHAIN,
    climate.LIGHT,
    alarms.LEAK,
    quality.DAMAGE,
    alarms.SUPPLIER,
    dates.LATE,
    alarms.RECALL,
    counts.COUNTED,
)
PRESETS: Mapping[str, Preset] = {each.code: each for each in _ALL}

__all__ = ["PRESETS", "Knob", "Preset", "Tried"]
