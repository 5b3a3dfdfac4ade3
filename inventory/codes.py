"""Codes on paper: QR and Code 128 as bars and squares that a page draws. Pure.

The encodings come from libraries; only the rectangles are ours, because a page's content policy
refuses the style attributes that their own drawings carry.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from barcode.codex import Code128


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in modules: left, top, width; all are one module high in a QR code."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Bars on a field of `width` x `height` modules, quiet zone included."""

    width: int
    height: int
    bars: tuple[Bar, ...]


QUIET_QR = 2
QUIET_1D = 10


def qr(text: str) -> Drawing:
    """A QR code (level M: 15 % may be dirty), neighbouring modules joined to one bar."""
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    bars = [
        Bar(QUIET_QR + x, QUIET_QR + y, width)
        for y, row in enumerate(rows)
        for x, width in _runs(["1" if module else "0" for module in row])
    ]
    size = len(rows) + 2 * QUIET_QR
    return Drawing(size, size, tuple(bars))


def code128(text: str) -> Drawing | None:
    """A Code 128 barcode for scanners that read lines only; None for text it cannot hold."""
    if not text.isascii() or not text.isprintable():
        return None
    modules = Code128(text).build()[0]
    bars = tuple(Bar(QUIET_1D + x, 0, width) for x, width in _runs(list(modules)))
    return Drawing(len(modules) + 2 * QUIET_1D, 1, bars)


def _runs(modules: list[str]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, module in enumerate([*modules, "0"]):
        if module == "1" and start is None:
            start = place
        elif module != "1" and start is not None:
            found.append((start, place - start))
            start = None
    return found
