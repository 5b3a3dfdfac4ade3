"""Paging by the place after the last row, never by counting rows that were skipped.

A cursor is the sort key of the last row given out. It is opaque to callers but no secret: whoever
changes one only asks to start elsewhere, inside the same scope.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from org.api.faults import Fault, Faulty

_Row = TypeVar("_Row")
MOST = 400
MOST_WHOLE = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """Rows, and the cursor of what follows; None when nothing does."""

    rows: Sequence[_Row]
    cursor: str | None

    @classmethod
    def cut(
        cls, rows: Sequence[_Row], *, limit: int, key: Callable[[_Row], Sequence[Any]]
    ) -> Page[_Row]:
        """A page of `limit` out of `limit + 1` rows that were asked for.

        Args:
            rows: in order, one more than wanted if there are so many.
            limit: rows of the page.
            key: what the rows are sorted by, ending in something unique.
        """
        if len(rows) <= limit:
            return cls(rows, None)
        return cls(rows[:limit], cursor_of(*key(rows[limit - 1])))


def cursor_of(*values: str | int | datetime | None) -> str:
    """The cursor for these sort values."""
    told = [each.isoformat() if isinstance(each, datetime) else each for each in values]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type[Any]) -> tuple[Any, ...] | None:
    """The sort values of a cursor, each of its kind (str, int, datetime); None for an empty one.

    Raises:
        Faulty: bad_cursor.
    """
    if not cursor:
        return None
    try:
        if len(cursor) > MOST:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
        if not isinstance(told, list) or len(told) != len(kinds):
            raise ValueError
        return tuple(_value(each, kind) for each, kind in zip(told, kinds, strict=True))
    except (ValueError, binascii.Error, RecursionError):
        raise Faulty(Fault(code="bad_cursor", field="cursor", asked=cursor)) from None


def _value(told: Any, kind: type[Any]) -> Any:
    if told is None:
        return None
    if kind is datetime:
        found = datetime.fromisoformat(told if isinstance(told, str) else "")
        if found.tzinfo is None:
            raise ValueError
        return found
    # True is an int to Python, not to us.
    if type(told) is not kind or (kind is int and abs(told) > MOST_WHOLE):
        raise ValueError
    if kind is str and "\0" in told:
        raise ValueError
    return told
