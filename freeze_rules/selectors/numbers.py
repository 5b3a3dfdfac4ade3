"""Numbers that people type: "RC-3" is the third recall."""

from __future__ import annotations


def id_in(words: str, letters: str) -> int | None:
    """The row behind a number of that kind, in either case; None when it is no such number."""
    said, dash, digits = words.strip().upper().partition("-")
    plain = digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(digits) if said == letters and dash and plain else None
