"""Time in the sandbox is milliseconds since 1970 UTC; only this module reads it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """The present moment in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def iso(moment: int | None) -> str | None:
    """``2026-01-02T03:04:05.678Z``, or None for a moment that has not come."""
    if moment is None:
        return None
    stamp = datetime.fromtimestamp(moment / 1000, UTC)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"
