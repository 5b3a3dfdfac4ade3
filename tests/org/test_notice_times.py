"""When somebody is written to: at once, gathered, and never in their quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from org.notices import Hours, Timing, due_at

SHANGHAI = Hours(quiet_from=time(22, 0), quiet_until=time(7, 30))
NOON_BREAK = Hours(quiet_from=time(12, 0), quiet_until=time(13, 0))


def _at(text: str) -> datetime:
    """A moment in Shanghai, which has no summer time."""
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("hours", "timing", "now", "due"),
    [
        (Hours(), Timing.NOW, "2026-11-11T23:59", "2026-11-11T23:59"),
        (Hours(), Timing.HOURLY, "2026-11-11T10:01", "2026-11-11T11:00"),
        (Hours(), Timing.HOURLY, "2026-11-11T23:59", "2026-11-12T00:00"),
        (Hours(), Timing.DAILY, "2026-11-11T08:59", "2026-11-11T09:00"),
        (Hours(), Timing.DAILY, "2026-11-11T09:00", "2026-11-12T09:00"),
        (SHANGHAI, Timing.NOW, "2026-11-11T21:59", "2026-11-11T21:59"),
        (SHANGHAI, Timing.NOW, "2026-11-11T22:00", "2026-11-12T07:30"),
        (SHANGHAI, Timing.NOW, "2026-11-12T07:29", "2026-11-12T07:30"),
        (SHANGHAI, Timing.NOW, "2026-11-12T07:30", "2026-11-12T07:30"),
        (SHANGHAI, Timing.HOURLY, "2026-11-11T21:30", "2026-11-12T07:30"),
        (NOON_BREAK, Timing.NOW, "2026-11-11T12:30", "2026-11-11T13:00"),
        (NOON_BREAK, Timing.NOW, "2026-11-11T13:00", "2026-11-11T13:00"),
    ],
)
def test_it_is_due(hours: Hours, timing: Timing, now: str, due: str) -> None:
    assert due_at(now=_at(now), timing=timing, hours=hours) == _at(due)


def test_what_is_urgent_waits_for_nothing() -> None:
    now = _at("2026-11-11T23:00")
    assert due_at(now=now, timing=Timing.DAILY, hours=SHANGHAI, urgent=True) == now


def test_hours_are_those_of_the_readers_zone() -> None:
    berlin = Hours(zone="Europe/Berlin", quiet_from=time(22, 0), quiet_until=time(7, 0))
    now = datetime(2026, 11, 11, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, 06:30 in Shanghai
    assert due_at(now=now, timing=Timing.NOW, hours=berlin) == datetime(2026, 11, 12, 6, tzinfo=UTC)
