"""What an address bar asks of the order list; whatever makes no sense narrows nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

MOST_DIGITS = 17


def number_in(asked: Mapping[str, str], name: str) -> int | None:
    """A whole number from the address, or None."""
    text = asked.get(name, "")
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if plain else None


def day_in(asked: Mapping[str, str], name: str) -> date | None:
    """A day such as 2026-11-11 from the address, or None."""
    try:
        day = date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None
    # A day either side must still be a day.
    return day if date.min < day < date(9999, 1, 1) else None


def words_in(asked: Mapping[str, str], name: str) -> str:
    """Search words from the address, tidied."""
    return " ".join(asked.get(name, "").replace("\x00", "").split())[:100]
