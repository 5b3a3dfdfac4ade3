"""Reading fields of a payload nobody promised anything about.

Every reader gives a value of the right type and notes a `Problem` when the payload had another
one: an order with one odd field is kept and shown, never dropped.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from oms.drafts import Problem

# Nobody sells a billion of anything in one line, and a database column ends somewhere.
ABSURD_QTY = 1_000_000
LARGEST_QTY = 10**9
LARGEST_AMOUNT = Decimal(10) ** 10
CENT = Decimal("0.01")
# Beyond this no identifier is a number; Python itself refuses to print very long ones.
LARGEST_NUMBER = 10**30
LONGEST_TEXT = 2000


class Reader:
    """One object of the payload and the list that problems of the whole order go to."""

    def __init__(self, node: dict[str, Any], where: str, problems: list[Problem]) -> None:
        self.node = node
        self.where = where
        self.problems = problems

    def path(self, name: str) -> str:
        """The place of a field as people read it: `line_items[0].price`."""
        return f"{self.where}.{name}" if self.where else name

    def odd(self, code: str, name: str, text: str = "") -> None:
        """Note that a field is not what it should be; codes as in `oms.codes` where it has one."""
        self.problems.append(Problem(code, self.path(name), text))

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty."""
        return self.node.get(name) not in (None, "", [], {})

    def text(self, *names: str) -> str:
        """The first non-empty of the fields as text without NUL and surrounding blanks."""
        for name in names:
            value = self.node.get(name)
            if isinstance(value, bool) or value is None:
                continue
            if isinstance(value, (int, float)):
                if abs(value) < LARGEST_NUMBER:
                    return str(value)
                self.odd("not_text", name)
                continue
            if isinstance(value, str):
                if cleaned := clean(value):
                    return cleaned
            elif value:
                self.odd("not_text", name)
        return ""

    def qty(self, name: str) -> int:
        """A quantity as told, zero and negative included; each odd one is noted at `qty`."""
        value = self.node.get(name)
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_QTY:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.odd("bad_quantity", "qty", f"{name} is no whole number")
            return 0
        if not 0 < value <= ABSURD_QTY:
            self.odd("bad_quantity", "qty", f"{name} is {_shown(value)}")
        return value if abs(value) <= LARGEST_QTY else 0

    def money(self, name: str, *, required: bool = False) -> Decimal:
        """An amount in whole cents; zero when missing or unreadable."""
        value = self.node.get(name)
        if value is None or value == "":
            if required:
                self.odd("bad_amount", name, "missing")
            return Decimal("0.00")
        amount = as_money(value)
        if amount is None:
            self.odd("bad_amount", name, "no amount")
            return Decimal("0.00")
        return amount

    def moment(self, name: str, *, zone: tzinfo | None = None) -> datetime | None:
        """A point in time; `zone` is what a text without one means."""
        value = self.node.get(name)
        if value in (None, ""):
            return None
        moment = as_moment(value, zone=zone)
        if moment is None:
            self.odd("time_unreadable", name)
        return moment

    def number(self, name: str, low: float, high: float) -> float | None:
        """A coordinate inside its range, else None."""
        value = self.node.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            figure = float(value)
        except (ValueError, OverflowError):
            return None
        return figure if low <= figure <= high else None

    def inner(self, name: str) -> Reader | None:
        """A nested object, or None."""
        value = self.node.get(name)
        if isinstance(value, dict):
            return Reader(value, self.path(name), self.problems)
        if value not in (None, "", []):
            self.odd("not_an_object", name)
        return None

    def rows(self, name: str, *, wrapped: str = "", shown_as: str = "") -> list[Reader]:
        """A list of objects; TOP wraps lists twice (`orders.order[]`), then name both.

        `shown_as` is what problems call the list, for neutral paths such as `lines[0].qty`.
        """
        value: Any = self.node.get(name)
        where = shown_as or self.path(name)
        if wrapped and isinstance(value, dict):
            value = value.get(wrapped)
        if value in (None, ""):
            return []
        if not isinstance(value, list):
            self.odd("not_a_list", name)
            return []
        readers = []
        for position, row in enumerate(value):
            if isinstance(row, dict):
                readers.append(Reader(row, f"{where}[{position}]", self.problems))
            else:
                self.problems.append(Problem("not_an_object", f"{where}[{position}]"))
        return readers


def clean(value: str) -> str:
    """Text the database can store: no NUL, no lone surrogates, no outer blanks, bounded."""
    value = value.replace("\x00", "").strip()[:LONGEST_TEXT]
    return value.encode("utf-8", "replace").decode("utf-8")


def as_money(value: object) -> Decimal | None:
    """An amount to the cent, or None if it is none (text, number; never a sum of floats)."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    if isinstance(value, (int, float)) and not abs(value) < LARGEST_AMOUNT:
        return None
    text = str(value).strip()
    if len(text) > 40 or "_" in text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= LARGEST_AMOUNT:
        return None
    return amount.quantize(CENT)


def as_moment(value: object, *, zone: tzinfo | None) -> datetime | None:
    """An aware time from ISO text (`2008-01-10T11:00:00-05:00`, `2026-01-02 03:04:05`)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is None:
            if zone is None:
                return None
            moment = moment.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1990 <= moment.year <= 2200 else None


def plain(value: object) -> object:
    """The same JSON value with texts cleaned and endless numbers cut, safe to write as JSON."""
    if isinstance(value, dict):
        return {clean(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _shown(value)
    return value


def facts(node: dict[str, Any], names: tuple[str, ...]) -> list[object]:
    """The named fields of an object, ready for `mark`."""
    return [plain(node.get(name)) for name in names]


def mark(fields: list[object]) -> str:
    """A short digest, equal for equal content."""
    raw = json.dumps(fields, sort_keys=True, default=str).encode()
    return hashlib.sha256(raw).hexdigest()[:24]


def _shown(value: int) -> str:
    return str(value) if abs(value) < LARGEST_NUMBER else "very large"
