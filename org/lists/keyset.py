"""Pages by key, in any order, right with ties: a cursor says "behind" or "before" a row.

A cursor reads "<17" (behind row 17, ordered by id alone), "<17~98.00" (behind row 17, whose sort
value is 98.00), "<17!" (whose sort value is empty); ">" for the rows before it. Whatever makes no
sense starts at the beginning: addresses are typed, cut and pasted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from org.lists.specs import Part
from org.scope import Scope

_Row = TypeVar("_Row", bound=Model)
_Shown = TypeVar("_Shown")
# A union of more arms costs more to plan than it saves.
MOST_ARMS = 12
LONGEST = 540


@dataclass(frozen=True)
class By:
    """An order: a column, which way, whether it may be empty (empty ones come last).

    `kind` says how its values are read back from a cursor: "number", "money", "moment", "day" or
    "text". Rows of one value follow each other by id, in the same direction.
    """

    field: str = "id"
    descending: bool = True
    nullable: bool = False
    kind: str = "number"


def sorted_by(sorts: Mapping[str, By], sort: str, *, usual: str = "") -> By:
    """The order that an address asks for: a key of `sorts`, with "-" for the largest first.

    Args:
        usual: the key instead of one that `sorts` does not have.

    Raises:
        KeyError: there is no such order, and no usual one.
    """
    name = sort.lstrip("-")
    by = sorts[usual if usual and name not in sorts else name]
    return replace(by, descending=sort.startswith("-"))


@dataclass(frozen=True)
class Slice:
    """Ids of one page and the cursors beside it (empty at the ends)."""

    ids: list[int]
    after: str
    before: str

    def of(self, found: Mapping[int, _Shown]) -> Part[_Shown]:
        """The page of these rows; one that went away since its id was read is left out."""
        return Part([found[pk] for pk in self.ids if pk in found], self.after, self.before)


@dataclass(frozen=True)
class _Place:
    backwards: bool
    id: int
    value: Any = None


def slice_of(
    rows: QuerySet[_Row],
    *,
    by: By,
    cursor: str,
    limit: int,
    arms: tuple[str, Collection[int]] = ("", ()),
    also: Sequence[QuerySet[Any]] = (),
) -> Slice:
    """One page of ids; one statement.

    Args:
        rows: narrowed, unordered.
        by: the order.
        cursor: see above; empty for the first page.
        limit: rows of a page.
        arms: a column and its few values when the rows are narrowed to them: then each value's
            index is read from its own end, and only the page is merged.
        also: rows of other models that stand in the same list; each has the order's column, and
            ids that no other row of the list has.
    """
    place = _place(cursor, by)
    backwards = place is not None and place.backwards
    # Reading backwards turns the order and where the empty ones stand.
    descending = by.descending != backwards
    ordering = _ordering(by, descending, backwards)
    names = ("id",) if by.field == "id" else ("id", by.field)
    column, values = arms
    several = 1 < len(values) <= MOST_ARMS
    parts: list[QuerySet[Any]] = (
        [rows.filter(**{column: value}) for value in sorted(values)] if several else [rows]
    )
    pages = [
        (part if place is None else _beyond(part, by, place, descending))
        .order_by(*ordering)
        .values_list(*names)[: limit + 1]
        for part in (*parts, *also)
    ]
    first, *others = pages
    if others:
        first = first.union(*others, all=True).order_by(*ordering)[: limit + 1]
    found = list(first)
    more = len(found) > limit
    page = found[:limit]
    if backwards:
        page.reverse()
    if not page:
        return Slice([], "", "")
    has_after = more if not backwards else True
    has_before = more if backwards else place is not None
    return Slice(
        [row[0] for row in page],
        _cursor("<", page[-1]) if has_after else "",
        _cursor(">", page[0]) if has_before else "",
    )


def arms_of(scope: Scope, column: str) -> tuple[str, Collection[int]]:
    """The arms of a scope; none for one that sees everything, or more than units."""
    only_units = not (scope.warehouse_ids or scope.shop_ids)
    return column, (scope.unit_ids or ()) if only_units else ()


def _ordering(by: By, descending: bool, backwards: bool) -> list[OrderBy | str]:
    mark = "-" if descending else ""
    if by.field == "id":
        return [f"{mark}id"]
    if not by.nullable:
        return [f"{mark}{by.field}", f"{mark}id"]
    field = F(by.field)
    last = {"nulls_first": True} if backwards else {"nulls_last": True}
    return [field.desc(**last) if descending else field.asc(**last), f"{mark}id"]


def _beyond(rows: QuerySet[_Row], by: By, place: _Place, descending: bool) -> QuerySet[_Row]:
    """The rows on the far side of a place, in reading direction."""
    smaller = "lt" if descending else "gt"
    if by.field == "id":
        return rows.filter(**{f"id__{smaller}": place.id})
    empty = Q(**{f"{by.field}__isnull": True})
    if place.value is None:
        same = empty & Q(**{f"id__{smaller}": place.id})
        # Backwards out of the empty ones come all that have a value.
        return rows.filter(same | ~empty if place.backwards else same)
    compare = TupleLessThan if descending else TupleGreaterThan
    # One comparison of pairs, so that an index on both columns is walked from the cursor on.
    pair = compare(Tuple(F(by.field), F("id")), (place.value, place.id))
    if not by.nullable or place.backwards:
        return rows.filter(pair)
    return rows.filter(Q(pair) | empty)


def _cursor(direction: str, row: tuple[Any, ...]) -> str:
    if len(row) == 1:
        return f"{direction}{row[0]}"
    number, value = row
    if value is None:
        return f"{direction}{number}!"
    told = value.isoformat() if isinstance(value, date) else str(value)
    return f"{direction}{number}~{told}"


def _place(cursor: str, by: By) -> _Place | None:
    """Where a cursor points, or nowhere."""
    direction, rest = cursor[:1], cursor[1:LONGEST]
    number, mark, told = rest.partition("!" if rest.endswith("!") and "~" not in rest else "~")
    # Nineteen digits would leave the range of the column.
    if direction not in ("<", ">") or not (number.isascii() and number.isdigit()):
        return None
    if len(number) > 18 or (mark == "") != (by.field == "id"):
        return None
    if mark == "!":
        return _Place(direction == ">", int(number)) if by.nullable else None
    if by.field == "id":
        return _Place(direction == ">", int(number))
    value = _value(by.kind, told)
    return None if value is None else _Place(direction == ">", int(number), value)


def _value(kind: str, told: str) -> Any:
    """A sort value read back; None when it is none."""
    try:
        if kind == "number":
            return int(told) if len(told) < 19 else None
        if kind == "money":
            amount = Decimal(told)
            return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 20 else None
        if kind == "moment":
            moment = datetime.fromisoformat(told)
            return moment if moment.tzinfo else None
        if kind == "day":
            return date.fromisoformat(told)
    except (ValueError, InvalidOperation):
        return None
    return told.replace("\x00", "")
