"""A device's curve as the charts of the pages draw it (static/js/charts.js)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules.measuring import THOUSAND, written
from freeze_rules.selectors.excursions import ExcursionView, Slot
from freeze_rules.selectors.sensors import BoundView, DeviceView


def drawn(
    view: DeviceView,
    slots: Sequence[Slot],
    bounds: Sequence[BoundView],
    excursions: Sequence[ExcursionView],
    *,
    until: datetime,
) -> dict[str, Any]:
    """Highest and lowest of each step, the bounds as lines, excursions as areas."""
    axis = [f"{timezone.localtime(slot.at):%Y-%m-%d %H:%M:%S}" for slot in slots]
    same = all(slot.lowest == slot.highest for slot in slots)
    lines = [{"label": f"{view.code} ({view.sign})", "values": [_value(s.highest) for s in slots]}]
    if not same:
        lines = [
            {"label": _("Highest (%(sign)s)") % {"sign": view.sign},
             "values": [_value(slot.highest) for slot in slots]},
            {"label": _("Lowest (%(sign)s)") % {"sign": view.sign},
             "values": [_value(slot.lowest) for slot in slots]},
        ]  # fmt: skip
    marks = [
        {"value": _value(limit), "label": f"{bound.target} {written(limit, view.measure)}"}
        for bound in bounds
        for limit in (bound.lower, bound.upper)
        if limit is not None
    ]
    areas = []
    for each in excursions:
        span = _span(each, slots, axis, until)
        if span is not None:
            areas.append({"from": span[0], "until": span[1], "label": each.number})
    return {
        "axis": axis, "lines": lines, "mean": [], "target": None, "shown": "NUMBER",
        "marks": marks, "areas": areas, "bars": False, "stacks": False,
        "summary": _("Readings of %(code)s with bounds and excursions") % {"code": view.code},
        "headings": [], "rows": [],
    }  # fmt: skip


def _value(thousand: int | None) -> float | None:
    return None if thousand is None else thousand / THOUSAND


def _span(
    each: ExcursionView, slots: Sequence[Slot], axis: Sequence[str], until: datetime
) -> tuple[str, str] | None:
    """The first and last step of an excursion, as far as they are drawn."""
    ends = each.ended_at or until
    inside = [
        name for slot, name in zip(slots, axis, strict=True) if each.started_at <= slot.at <= ends
    ]
    if each.state == "WITHDRAWN" or not inside:
        return None
    return inside[0], inside[-1]
