"""A line that moves."""

from __future__ import annotations

import sys
import time

WIDTH = 30


class Bar:
    """Done of all, with the seconds so far; on a terminal it redraws, in a log it prints rarely."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._started = time.monotonic()
        self._printed = 0.0
        self._live = sys.stderr.isatty()

    def show(self, done: int, total: int, note: str = "") -> None:
        """Draw the present state."""
        now = time.monotonic()
        if not self._live and now - self._printed < 10:
            return
        self._printed = now
        part = min(1.0, done / total) if total else 1.0
        bar = "#" * round(WIDTH * part)
        text = f"{self._label} [{bar:<{WIDTH}}] {done}/{total} {note} {now - self._started:.0f} s"
        print(f"\r{text:<110}" if self._live else text, end="" if self._live else "\n",
              file=sys.stderr, flush=True)  # fmt: skip

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            print(file=sys.stderr)
