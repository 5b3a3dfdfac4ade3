"""What a list is made of. Data and types; knows no database and no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise

from org import clocks
from org.addresses import number_in
from org.scope import Scope

if TYPE_CHECKING:
    from org.models import Person

Row = TypeVar("Row")
# What a file may hold; texts are neutralised on the way out (`org.lists.files`).
Plain = str | int | bool | Decimal | date | datetime | timedelta | None
Words = str | Promise

PAGE_SIZES = (50, 100, 200)
# More than this nobody acts on at once; the filter must say more.
MOST_CHOSEN = 10_000
# From here on a batch needs a reason (rule 7 of the house's interaction rules).
MANY = 50


class Kind(Enum):
    """How a column's value is shown when it brings no cell of its own."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One column. `value` is what a file gets, `cell` what a page shows (safe markup)."""

    key: str
    label: Words
    value: Callable[[Row], Plain]
    cell: Callable[[Row], str] | None = None
    kind: Kind = Kind.TEXT
    sortable: bool = False
    # Shown until somebody chooses otherwise.
    default: bool = True
    # Hidden on phones.
    wide: bool = False
    hint: Words = ""
    # Never on the page: only in a file, for whoever may reveal it, and each file is on the trail.
    secret: str = ""

    @property
    def numeric(self) -> bool:
        """Right-aligned, with tabular figures."""
        return self.kind in (Kind.NUMBER, Kind.MONEY)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One field of the filter bar; `name` is its parameter in the address.

    `kind`: "search", "choice", "day", "flag" or "number".
    """

    name: str
    label: Words
    kind: str = "choice"
    choices: Sequence[tuple[Any, Words]] = ()

    def said(self, value: str) -> str:
        """The value as people read it on a chip."""
        known = {str(choice): str(text) for choice, text in self.choices}
        return known.get(value, value)


@dataclass(frozen=True)
class Counted:
    """How many; `more` when there are more than were counted. `age` in seconds since counting."""

    count: int
    more: bool = False
    age: int = 0


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One status tab: the parameters it sets, its label and count."""

    sets: Mapping[str, str]
    label: Words
    active: bool
    counted: Counted | None = None
    tone: str = ""


@dataclass(frozen=True)
class Question:
    """A frozen filter: whose list, narrowed to what, in which order.

    `person` is who reads; only lists that are one's own (`ListSpec.permission` empty) ask for it.
    """

    scope: Scope
    asked: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    person: Person | None = None

    def get(self, name: str) -> str:
        """The value of a parameter, empty when it is missing."""
        return self.asked.get(name, "")


@dataclass(frozen=True)
class Part(Generic[Row]):
    """Rows of a page and the cursors beside it, empty at the ends."""

    rows: Sequence[Row]
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one row of a batch."""

    row_id: int
    name: str
    done: bool
    said: str = ""


class Verb(Protocol):
    """Acts on rows inside the caller's transaction; one answer a row, none of them half done."""

    def __call__(
        self, *, ids: Sequence[int], person: Person, why: str, choice: str
    ) -> Sequence[Answer]: ...


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that can be done with many rows at once.

    `opens` names the route of a page about the chosen rows, which gets their batch's number and
    changes nothing; every other action has `run`. `choices` (value, label) are offered when the
    action needs to know one more thing, such as whom to give the rows to; `choice_label` names
    that field.
    """

    key: str
    label: Words
    # Empty: whoever sees the list may try it; `run` answers for each row.
    permission: str
    run: Verb | None = None
    opens: str = ""
    needs_why: bool = False
    dangerous: bool = False
    choice_label: Words = ""
    choices: Callable[[Person], Sequence[tuple[str, Words]]] | None = None


@dataclass(frozen=True, kw_only=True)
class ListSpec(Generic[Row]):
    """A list: who may see it, its columns, and the questions that fill it."""

    key: str
    title: Words
    route: str
    # Empty for a list of one's own things, which everybody signed in has.
    permission: str
    columns: Sequence[Column[Row]]
    # The parameters that narrow it; whatever else stands in an address is no part of a view.
    params: Sequence[str]
    read: Callable[[Question, str, int], Part[Row]]
    row_id: Callable[[Row], int]
    row_url: Callable[[Row], str]
    filters: Callable[[Question], Sequence[Filter]]
    tabs: Callable[[Question], Sequence[Tab]] | None = None
    # All that fit the question, unordered: what is counted, chosen and checked again before an
    # action. None where the list is short enough to be read whole.
    rows: Callable[[Question], QuerySet[Any, Any]] | None = None
    # The order in which all of them are chosen; empty where `rows` is a union.
    chosen_by: Sequence[str] = ("-pk",)
    # Which of these ids still fit, where `rows` cannot be narrowed to them.
    still: Callable[[Question, Sequence[int]], set[int]] | None = None
    # What is secret of these rows, by row and column key.
    reveal: Callable[[Sequence[int]], Mapping[int, Mapping[str, str]]] | None = None
    sort: str = ""
    # Its questions can only be asked forwards: a page leads to the next and back to the first.
    one_way: bool = False
    # Needed to take the list away as a file, beyond seeing it.
    export_permission: str = ""
    actions: Sequence[Action] = ()
    row_label: Callable[[Row], str] | None = None
    # Its address names a warehouse by code; others do by id.
    warehouse_by_code: bool = False
    # The warehouse of the one thing that a question is about, when its address names none; 0 for
    # none, or several.
    lies_in: Callable[[Question], int] | None = None

    def warehouse_of(self, question: Question) -> int | str:
        """The warehouse that a question is narrowed to: its id, or its code; 0 or "" for none."""
        if self.warehouse_by_code:
            return question.get(clocks.PARAMETER)
        named = number_in(question.asked, clocks.PARAMETER) or 0
        return self.lies_in(question) if self.lies_in and not named else named

    def column(self, key: str) -> Column[Row] | None:
        """The column of that key."""
        return next((each for each in self.columns if each.key == key), None)

    def shown(self, chosen: Sequence[str]) -> list[Column[Row]]:
        """The chosen columns in their order; the first column always stands first."""
        known = {each.key: each for each in self.columns if not each.secret}
        first = self.columns[0]
        keys = [key for key in dict.fromkeys(chosen) if key in known and key != first.key]
        if not keys:
            keys = [each.key for each in known.values() if each.default and each is not first]
        return [first, *(known[key] for key in keys)]

    def sorted_by(self, asked: str) -> str:
        """The order asked for, such as "-total", if the list can be read so; else its own."""
        column = self.column(asked.lstrip("-"))
        return asked if column is not None and column.sortable else self.sort


class UnknownList(LookupError):
    """The settings name no such list."""

    code = "unknown_list"
