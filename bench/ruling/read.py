"""Sensor readings taken in by batches, as two programs that send at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.holdings.crew import Crew

BATCH = 1_000
DEVICES = 50


def measure(*, readings: int) -> dict[str, float | str]:
    """Readings taken in a second by two workers, one a core."""
    codes = _devices()
    half = readings // 2
    with Crew(2) as crew:
        jobs = [
            {"job": "take_readings", "devices": codes[n::2], "count": half, "batch": BATCH}
            for n in range(2)
        ]
        return {"readings_per_s": 2 * half / crew.seconds(jobs)}


def sent(devices: list[str], count: int) -> list[dict[str, object]]:
    """So many good readings of these devices, a second apart, the last one now."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=count // len(devices) + 1)
    return [
        {
            "device": devices[n % len(devices)],
            "at": (start + timedelta(seconds=n // len(devices))).isoformat(),
            "value": 4.0 + (n % 7) / 10,
        }
        for n in range(count)
    ]


def _devices() -> list[str]:
    from tests.freeze_rules import sensing

    codes = [f"B-{n:02d}" for n in range(DEVICES)]
    for code in codes:
        sensing.device(code)
    return codes
