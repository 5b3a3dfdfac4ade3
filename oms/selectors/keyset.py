"""Pages by key: newest first, a cursor says "older than" or "newer than" a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Slice:
    """Ids of one page, newest first, and the cursors beside it (empty at the ends)."""

    ids: list[int]
    older: str
    newer: str


def slice_of(rows: QuerySet[_Row], *, cursor: str, limit: int) -> Slice:
    """One page of ids; one statement.

    Args:
        rows: narrowed, unordered.
        cursor: "<17" for what is older than 17, ">17" for newer, else from the newest.
        limit: rows of a page.
    """
    upwards, bound = cursor[:1] == ">", cursor[1:]
    # Nineteen digits would leave the range of the column.
    known = bound.isascii() and bound.isdigit() and len(bound) < 19 and cursor[0] in "<>"
    if not known:
        ids = list(rows.order_by("-id").values_list("id", flat=True)[: limit + 1])
        return Slice(ids[:limit], f"<{ids[limit - 1]}" if len(ids) > limit else "", "")
    if upwards:
        found = rows.filter(id__gt=int(bound)).order_by("id").values_list("id", flat=True)
        ids = list(found[: limit + 1])
        page = ids[:limit][::-1]
        more = f">{page[0]}" if len(ids) > limit else ""
        return Slice(page, f"<{page[-1]}" if page else "", more)
    found = rows.filter(id__lt=int(bound)).order_by("-id").values_list("id", flat=True)
    ids = list(found[: limit + 1])
    page = ids[:limit]
    more = f"<{page[-1]}" if len(ids) > limit else ""
    return Slice(page, more, f">{page[0]}" if page else "")
