"""A device's day in seven kinds, as batches in the order in which they are sent. Pure.

steady         what is normal, all day
slow_warming   from noon on warmer and warmer for eight hours, then it is mended
spike          an hour and a half at the peak: a door left open
gap            silent for four hours
late_batch     the spike is told after everything else: the line was down
stuck          from noon on the same value, to the last digit
out_of_order   the spike, with batches and the readings in them shuffled
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

HOURS = 24
NOON = 12
Reading = dict[str, Any]
Batch = list[Reading]


@dataclass(frozen=True, kw_only=True)
class Day:
    """One device's day that ends at `until`; `normal` and `peak` are in the device's unit."""

    device: str
    kind: str
    until: datetime
    normal: float = 4.0
    peak: float = 12.0
    period_s: int = 600
    seed: int = 1


def batches(day: Day) -> list[Batch]:
    """The day's readings, an hour to a batch.

    Raises:
        KeyError: there is no such kind of day.
    """
    shape = KINDS[day.kind]
    return shape(_hours(day), day, Random(f"{day.seed}:{day.device}"))


def _hours(day: Day) -> list[Batch]:
    """What the device measures; the kinds change what of it is told, and when."""
    dice = Random(f"{day.seed}:{day.device}:values")
    since, per_hour = day.until - timedelta(hours=HOURS), 3_600 // day.period_s
    found: list[Batch] = []
    for hour in range(HOURS):
        batch = []
        for step in range(per_hour):
            at = hour + step / per_hour
            value = day.normal + 0.4 * math.sin(at / HOURS * math.tau) + dice.uniform(-0.2, 0.2)
            moment = since + timedelta(seconds=day.period_s * (hour * per_hour + step))
            batch.append({"device": day.device, "at": moment.isoformat(), "value": _told(value)})
        found.append(batch)
    return found


def _told(value: float) -> float:
    return round(value, 1)


def _add(hours: list[Batch], day: Day, part: Callable[[float], float]) -> list[Batch]:
    """Add that part of the way to the peak, by the hour of the day."""
    for hour, batch in enumerate(hours):
        for step, reading in enumerate(batch):
            more = part(hour + step / len(batch)) * (day.peak - day.normal)
            reading["value"] = _told(reading["value"] + more)
    return hours


def _steady(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    del day, dice
    return hours


def _slow_warming(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    del dice
    return _add(hours, day, lambda at: (at - NOON) / 8 if NOON <= at < NOON + 8 else 0)


def _spike(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    del dice
    return _add(hours, day, lambda at: 1 if 14 <= at < 15.5 else 0)


def _gap(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    del day, dice
    return hours[:NOON] + hours[NOON + 4 :]


def _late_batch(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    told = _spike(hours, day, dice)
    return told[:NOON] + told[NOON + 4 :] + told[NOON : NOON + 4]


def _stuck(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    del day, dice
    last = hours[NOON - 1][-1]["value"]
    for batch in hours[NOON:]:
        for reading in batch:
            reading["value"] = last
    return hours


def _out_of_order(hours: list[Batch], day: Day, dice: Random) -> list[Batch]:
    told = _spike(hours, day, dice)
    for batch in told:
        dice.shuffle(batch)
    dice.shuffle(told)
    return told


KINDS: dict[str, Callable[[list[Batch], Day, Random], list[Batch]]] = {
    "steady": _steady,
    "slow_warming": _slow_warming,
    "spike": _spike,
    "gap": _gap,
    "late_batch": _late_batch,
    "stuck": _stuck,
    "out_of_order": _out_of_order,
}
