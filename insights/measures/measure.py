"""What a measure is: a figure with a formula, a source, a direction, and how it is joined. Pure.

A measure answers for a stretch of time with grains: figures at the finest cut it knows (shop,
warehouse, store, part). Everything a page shows is joined from grains, so any cut of any scope
comes from the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from org.scope import Scope

Text = str | Promise


class Joins(StrEnum):
    """How grains become one figure."""

    # Values add up.
    SUM = "SUM"
    # Value by count: a share, a mean, a rate.
    RATIO = "RATIO"
    # Durations in buckets; half of them, and all but a twentieth, took no longer than...
    SPREAD = "SPREAD"


class Shown(StrEnum):
    """How a figure is written."""

    COUNT = "COUNT"
    PERCENT = "PERCENT"
    SECONDS = "SECONDS"
    DAYS = "DAYS"
    RATE = "RATE"
    MONEY = "MONEY"


class Cut(StrEnum):
    """What a figure can be told apart by."""

    DAY = "day"
    SHOP = "shop"
    WAREHOUSE = "warehouse"
    STORE = "store"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Grain:
    """One figure at the finest cut. `count` is the denominator of a ratio, the cases of a spread.

    `spread` says how many cases fell into which bucket (see `bucket_of`).
    """

    value: float
    count: int = 1
    part: str = ""
    unit_id: int | None = None
    warehouse_id: int | None = None
    shop_id: int | None = None
    spread: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Where a figure started, and who says so."""

    value: float
    source: Text


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure of the house. `compute(scope, since, until)` gives its grains.

    A flow counts what happened between the two moments and can be figured again for any past day.
    A level (`is_level`) is what is at the moment of asking; its past is what was written down then.
    `baseline` is declared where somebody else measured it; without one it is what the first weeks
    showed here (insights.selectors.baselines). A figure that is neither good nor bad has none.
    """

    code: str
    name: Text
    # In words anybody can check, and where the facts lie.
    formula: Text
    source: Text
    shown: Shown
    joins: Joins
    compute: Callable[[Scope, datetime, datetime], list[Grain]]
    permission: str
    cuts: frozenset[Cut]
    up_is_better: bool | None
    target: float | None = None
    baseline: Baseline | None = None
    is_level: bool = False
    # What the parts are called; None when the measure has none.
    parts: Callable[[], Mapping[str, str]] | None = None
    # The parts are a scale of their own (hours, ages): they stand on the axis.
    parts_are_axis: bool = False
    # Multiplies value by count: 3600 turns lines per second into lines per hour.
    factor: float = 1.0


# Each bucket reaches a tenth further than the one before: a percentile is right within 5 %.
STEP = 1.1


def bucket_of(seconds: float) -> int:
    """The bucket of a duration; below a second all are one."""
    return int(math.log(max(seconds, 1.0)) / math.log(STEP))


def seconds_of(bucket: int) -> float:
    """The middle of a bucket."""
    return float(STEP ** (bucket + 0.5))


def percentile(spread: Mapping[int, int], part: float) -> float | None:
    """The duration that this part of the cases did not exceed; None without cases."""
    total = sum(spread.values())
    if not total:
        return None
    wanted, seen = part * total, 0
    for bucket in sorted(spread):
        seen += spread[bucket]
        if seen >= wanted:
            return seconds_of(bucket)
    return None


@dataclass
class Joined:
    """Grains put together, and the figure they make."""

    value: float = 0.0
    count: int = 0
    spread: dict[int, int] = field(default_factory=dict)

    def add(self, grain: Grain) -> None:
        """Put one more in."""
        self.value += grain.value
        self.count += grain.count
        for bucket, cases in grain.spread.items():
            self.spread[bucket] = self.spread.get(bucket, 0) + cases

    def figure(self, measure: Measure, *, part: float = 0.95) -> float | None:
        """The figure; None where nothing was there to be measured."""
        if measure.joins is Joins.SUM:
            return self.value
        if measure.joins is Joins.SPREAD:
            return percentile(self.spread, part)
        return measure.factor * self.value / self.count if self.count else None


def join(grains: Iterable[Grain]) -> Joined:
    """All of them together."""
    joined = Joined()
    for grain in grains:
        joined.add(grain)
    return joined
