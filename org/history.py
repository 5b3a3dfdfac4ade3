"""What the history of a thing is about, in the words of the room that keeps it.

A room registers a kind in `settings.HISTORIES` ("sku" -> "module:NAME" of a `HistoryKind`) and
lets triggers keep its tables (`SELECT org_keep_history(...)` in a migration, see
org/migrations/sql). The pages, the endpoint and restoring know kinds only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from org.coded import SpokenRefusal
from org.scope import Scope

# Columns of the thing by name; under the name of a part the rows that hang on it, as they were.
State = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column that people are shown.

    `choices` names codes. `names` is asked once for all values, such as ids of other rows. `money`
    has two decimals. A field that is not `restored` is shown and never brought back.
    """

    name: str
    label: str | Promise
    choices: Mapping[str, Any] = field(default_factory=dict)
    names: Callable[[Collection[Any]], Mapping[Any, str]] | None = None
    money: bool = False
    restored: bool = True


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows that hang on the thing, shown as one field; `tell` says each row in words."""

    name: str
    label: str | Promise
    tell: Callable[[Rows], Sequence[str]]
    restored: bool = True


@dataclass(frozen=True, kw_only=True)
class Known:
    """The thing as it is called now, its own page, and the unit it belongs to (None: all)."""

    code: str
    name: str
    url: str
    unit_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Restoring:
    """What shall be as it was: the `names` of the fields that differ, and the whole `state`."""

    object_id: int
    state: State
    names: frozenset[str]
    # The person: `pk`, `actor`.
    person: Any


@dataclass(frozen=True, kw_only=True)
class HistoryKind:
    """A kind of things whose history is kept.

    `find` gives the thing when it lies inside the scope. `restore` brings fields back with the
    services that people edit by, so whatever an edit refuses, it refuses too; it raises
    `CannotRestore`. `subject` is how the audit trail names the thing.
    """

    code: str
    name: str | Promise
    # Whoever has one of these sees it; whoever has `edit` may bring a version back.
    see: tuple[str, ...]
    edit: str
    fields: tuple[Field, ...]
    parts: tuple[Part, ...] = ()
    find: Callable[[int, Scope], Known | None]
    subject: Callable[[int], str]
    restore: Callable[[Restoring], None]
    # Holds for the whole company: only who sees all of it brings a version back.
    company_wide: bool = False

    @property
    def shown(self) -> tuple[Field | Part, ...]:
        """Fields and parts, in the order people read them."""
        return (*self.fields, *self.parts)


class CannotRestore(SpokenRefusal):
    """A version cannot be brought back as things are. `code` is stable, the text for people."""


class UnknownHistory(LookupError):
    """No room keeps a history of this kind."""

    code = "unknown_history"


@cache
def _resolve(path: str) -> HistoryKind:
    found: HistoryKind = import_string(path.replace(":", "."))
    return found


def history_kind(code: str) -> HistoryKind:
    """The kind of this code.

    Raises:
        UnknownHistory: not in `settings.HISTORIES`.
    """
    path = settings.HISTORIES.get(code)
    if path is None:
        raise UnknownHistory(code)
    return _resolve(path)
