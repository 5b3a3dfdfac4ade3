"""From readings to stretches beyond a bound: hysteresis, gaps, grace and dose. Pure.

Values are whole thousandths of the measure's unit. Between two readings the value is taken to go
straight from one to the other, also across a gap: who was too warm before a silence and after it
is not assumed to have been cool in between.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

HIGH, LOW = "HIGH", "LOW"
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Point:
    """What was so much at that moment."""

    at: datetime
    value: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is allowed; see `SensorBound`.

    `whole` counts all of the value for the dose (light), else what is beyond the bound.
    `dose_unit_s` is the dose's unit of time: 60 for minutes, 3600 for hours.
    """

    lower: int | None = None
    upper: int | None = None
    hysteresis: int = 0
    grace_minutes: int | None = 0
    dose_limit: int | None = None
    whole: bool = False
    dose_unit_s: int = 60
    silent_after_s: int = 900

    def side(self, value: int) -> str:
        """HIGH, LOW, or empty for inside."""
        if self.upper is not None and value > self.upper:
            return HIGH
        if self.lower is not None and value < self.lower:
            return LOW
        return ""

    def is_back(self, value: int, side: str) -> bool:
        """True when it has come back inside by the hysteresis."""
        if side == HIGH:
            return self.upper is not None and value <= self.upper - self.hysteresis
        return self.lower is not None and value >= self.lower + self.hysteresis

    def excess(self, value: int, side: str) -> int:
        """What counts for the dose at this value."""
        if self.whole:
            return max(0, value)
        if side == HIGH and self.upper is not None:
            return max(0, value - self.upper)
        return max(0, self.lower - value) if self.lower is not None else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """One time beyond the bound; the fields are those of `Excursion`."""

    side: str
    started_at: datetime
    ended_at: datetime | None
    last_at: datetime
    peak: int
    dose: int
    gap_s: int
    readings: int
    breached_at: datetime | None

    def overlaps(self, started_at: datetime, ended_at: datetime | None) -> bool:
        """True when the two have a moment in common."""
        return (ended_at is None or self.started_at < ended_at) and (
            self.ended_at is None or started_at < self.ended_at
        )


@dataclass(slots=True)
class _Open:
    """A stretch that has not ended; `area` is the dose in thousandths times microseconds, doubled
    so that it stays whole."""

    side: str
    started_at: datetime
    last: Point
    peak: int
    area: int = 0
    gap_s: int = 0
    readings: int = 1
    breached_at: datetime | None = None

    def go_on(self, point: Point, limits: Limits) -> None:
        """Count the time until this reading."""
        span = point.at - self.last.at
        before = limits.excess(self.last.value, self.side)
        after = limits.excess(point.value, self.side)
        self.area += (before + after) * (span // _MICROSECOND)
        if span.total_seconds() > limits.silent_after_s:
            self.gap_s += int(span.total_seconds())
        self._judge(point.at, limits)

    def _judge(self, now: datetime, limits: Limits) -> None:
        found = [self.breached_at] if self.breached_at else []
        if limits.grace_minutes is not None:
            forgiven_until = self.started_at + timedelta(minutes=limits.grace_minutes)
            if now >= forgiven_until:
                found.append(forgiven_until)
        if limits.dose_limit is not None and self.dose(limits) > limits.dose_limit:
            found.append(now)
        self.breached_at = min(found, default=None)

    def dose(self, limits: Limits) -> int:
        """In thousandths of the unit, times minutes or hours."""
        return self.area // (2 * limits.dose_unit_s * 1_000_000)

    def told(self, limits: Limits, ended_at: datetime | None) -> Stretch:
        """As it stands."""
        return Stretch(
            side=self.side, started_at=self.started_at, ended_at=ended_at, last_at=self.last.at,
            peak=self.peak, dose=self.dose(limits), gap_s=self.gap_s, readings=self.readings,
            breached_at=self.breached_at,
        )  # fmt: skip


def stretches(points: Iterable[Point], limits: Limits) -> list[Stretch]:
    """Where these readings, in order of time, are beyond the limits; the last may still be open."""
    found: list[Stretch] = []
    now: _Open | None = None
    for point in points:
        side = limits.side(point.value)
        if now is not None:
            now.go_on(point, limits)
            turned = side not in ("", now.side)
            if turned or limits.is_back(point.value, now.side):
                found.append(now.told(limits, point.at))
                now = None
            else:
                now.last = point
                now.readings += 1
                worst = max if now.side == HIGH else min
                now.peak = worst(now.peak, point.value)
        if now is None and side:
            now = _Open(side, point.at, point, point.value)
            now._judge(point.at, limits)
    if now is not None:
        found.append(now.told(limits, None))
    return found


def outlasted(stretch: Stretch, limits: Limits, now: datetime) -> Stretch:
    """An open one whose device fell silent: after the silence it counts as lasting until now."""
    silent_at = stretch.last_at + timedelta(seconds=limits.silent_after_s)
    if stretch.breached_at is not None or limits.grace_minutes is None or now <= silent_at:
        return stretch
    forgiven_until = stretch.started_at + timedelta(minutes=limits.grace_minutes)
    if now < forgiven_until:
        return stretch
    return replace(stretch, breached_at=max(forgiven_until, silent_at))


def corrected(points: Iterable[Point], offsets: Sequence[tuple[datetime, int]]) -> list[Point]:
    """Readings as they would be from a true device; `offsets` are (since, added) in order."""
    begins = [since for since, _ in offsets]
    found = []
    for point in points:
        place = bisect.bisect_right(begins, point.at)
        added = offsets[place - 1][1] if place else 0
        found.append(replace(point, value=point.value + added) if added else point)
    return found


def gaps(
    moments: Sequence[datetime], *, silent_after_s: int, until: datetime | None = None
) -> list[tuple[datetime, datetime]]:
    """Where nothing was heard for too long, between these moments and up to `until`."""
    ends = [*moments, *([until] if until and moments else [])]
    longest = timedelta(seconds=silent_after_s)
    return [(a, b) for a, b in pairwise(ends) if b - a > longest]


def matched(
    known: Sequence[tuple[int, str, datetime, datetime | None]], found: Sequence[Stretch]
) -> tuple[list[tuple[int, Stretch]], list[Stretch], list[int]]:
    """Which known excursion each stretch is, by side and time.

    Args:
        known: (id, side, from, until) of the excursions there are, by time.
        found: what the readings now say, by time.

    Returns:
        Known ones with what they have become, new ones, and ids of those that are none any more.
    """
    taken: set[int] = set()
    revised, new = [], []
    for stretch in found:
        same = next(
            (
                pk
                for pk, side, started_at, ended_at in known
                if pk not in taken and side == stretch.side
                and (stretch.overlaps(started_at, ended_at) or stretch.started_at == started_at)
            ),
            None,
        )  # fmt: skip
        if same is None:
            new.append(stretch)
        else:
            taken.add(same)
            revised.append((same, stretch))
    return revised, new, [pk for pk, *_ in known if pk not in taken]
