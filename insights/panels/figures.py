"""The shape of a figure on a board. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number that waits for somebody, and the list it counts (empty: there is none).

    `tone` is how loud it is while it is not zero: "", "info", "warn", "bad", "hold" or "ok".
    """

    label: str
    value: int
    url: str = ""
    tone: str = ""
    hint: str = ""

    @property
    def loudness(self) -> str:
        """The tone to show: nothing shouts at zero."""
        return self.tone if self.value else ""
