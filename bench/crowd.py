"""Names in a crowded house: what the filling writes and the pages ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

PERSON = "benchhq"
PASSWORD = "correct horse 42"  # noqa: S105 - of a person in a throw-away database
SHOPS = 12
STATES = ("SHIPPED", "COMPLETED", "SUBMITTED", "PREPROCESS", "CANCELLED", "CLOSED")
WORDS = ("龙井", "碧螺春", "铁观音", "大红袍", "普洱", "白毫银针", "祁门红茶", "茉莉花茶")


@dataclass(frozen=True)
class Crowd:
    """What was made."""

    orders: int
    lines: int
    balances: int
    skus: int
    first_order: int
    last_order: int


def store_code(number: int) -> str:
    """Code of the n-th store."""
    return f"S{number:02d}"


def sku_code(number: int) -> str:
    """Code of the n-th SKU; they sort by number."""
    return f"BENCH-{number:06d}"


def sku_name(number: int) -> str:
    """Its name."""
    return f"{WORDS[number % len(WORDS)]} {number} 号"


def platform_number(number: int) -> str:
    """The platform's number of the n-th copied order."""
    return f"B{number + 10**9}"
