"""Questions about what masters and settings were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from org.history import Field, HistoryKind, Part, State
from org.models import AuditRecord, Revision
from org.selectors.people import names_of_actors

# Numbers of transactions begin anew in a restored database: a record belongs to a revision when
# the clock agrees as well.
SAME_TRANSACTION = timedelta(hours=1)
# So many rows of one thing are read; older ones stay in the table.
MOST_REVISIONS = 5000


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field before and after, in words; empty where there was nothing."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One change: all that a transaction did to the thing. `state` is None once it was removed."""

    # Of the last revision of the transaction.
    id: int
    at: datetime
    verb: str
    actor: str
    who: str
    action: str
    state: State | None
    changes: tuple[FieldChange, ...]


def moments(kind: HistoryKind, object_id: int) -> list[Moment]:
    """The whole history of a thing, oldest first.

    Two statements, two for the names of actors, and one for each field whose values have names.
    """
    newest = Revision.objects.filter(kind=kind.code, object_id=object_id).order_by("-id")
    rows = list(newest[:MOST_REVISIONS])[::-1]
    steps = list(_fold(rows))
    acts = _acts(rows, kind.subject(object_id))
    names = names_of_actors([actor for actor, _action in acts.values()])
    words = Words(kind, [state for _row, state in steps])
    found: list[Moment] = []
    before: State | None = None
    for row, state in steps:
        actor, action = acts.get(row.xid, ("", ""))
        found.append(
            Moment(
                id=row.pk, at=row.at, verb=row.verb, actor=actor, who=names.get(actor, ""),
                action=action, state=state, changes=words.changes(before, state),
            )
        )  # fmt: skip
        before = state
    # What is the same in every field that people are shown is no change for them.
    return [each for each in found if each.changes or each is found[0] or each.state is None]


def compared(
    kind: HistoryKind, before: State | None, after: State | None
) -> tuple[FieldChange, ...]:
    """What differs between two versions, field by field."""
    return Words(kind, [before, after]).changes(before, after)


def differing(kind: HistoryKind, now: State, then: State) -> frozenset[str]:
    """Names of the fields that bringing `then` back would change."""
    return frozenset(
        each.name for each in kind.shown if each.restored and _raw(each, now) != _raw(each, then)
    )


def _fold(rows: Sequence[Revision]) -> Iterable[tuple[Revision, State | None]]:
    """The state after each transaction, with its last revision."""
    own: dict[str, Any] | None = None
    parts: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for place, row in enumerate(rows):
        gone = row.verb == Revision.Verb.REMOVED
        if not row.part:
            own = None if gone else dict(row.kept)
        elif gone:
            parts[row.part].pop(row.part_id, None)
        else:
            parts[row.part][row.part_id] = row.kept
        last = place + 1 == len(rows) or rows[place + 1].xid != row.xid
        if last:
            told = {name: [held[each] for each in sorted(held)] for name, held in parts.items()}
            yield row, None if own is None else {**own, **told}


def _acts(rows: Sequence[Revision], subject: str) -> dict[int, tuple[str, str]]:
    """Who did what in each transaction: its record about this thing, else any of its records."""
    at = {row.xid: row.at for row in rows}
    told = AuditRecord.objects.filter(xid__in=sorted(at)).order_by("id")
    found: dict[int, tuple[str, str]] = {}
    for record in told.only("xid", "at", "actor", "action", "subject"):
        if abs(record.at - at[record.xid]) > SAME_TRANSACTION:
            continue
        if record.subject == subject or record.xid not in found:
            found[record.xid] = (record.actor, record.action)
    return found


class Words:
    """Values of fields in the reader's language; asks for names once for all states given."""

    def __init__(self, kind: HistoryKind, states: Sequence[State | None]) -> None:
        self._kind = kind
        self._names: dict[str, Any] = {}
        for each in kind.fields:
            if each.names is None:
                continue
            values: set[Any] = set()
            for state in states:
                value = (state or {}).get(each.name)
                values.update(value if isinstance(value, list) else [value])
            self._names[each.name] = each.names(values - {None})

    def changes(self, before: State | None, after: State | None) -> tuple[FieldChange, ...]:
        """What differs, in words."""
        return tuple(
            FieldChange(
                name=each.name,
                label=str(each.label),
                before="" if before is None else self.said(each, before),
                after="" if after is None else self.said(each, after),
            )
            for each in self._kind.shown
            if _raw(each, before or {}) != _raw(each, after or {})
        )

    def said(self, shown: Field | Part, state: State) -> str:
        """One field of a state in words; empty for nothing."""
        value = state.get(shown.name)
        if isinstance(shown, Part):
            return "; ".join(shown.tell(value or []))
        if isinstance(value, list):
            return ", ".join(self._one(shown, each) for each in value)
        return self._one(shown, value)

    def _one(self, shown: Field, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if shown.name in self._names:
            return str(self._names[shown.name].get(value, value))
        if shown.money:
            return f"{Decimal(str(value)):.2f}"
        return str(shown.choices.get(value, value))


def _raw(shown: Field | Part, state: State) -> Any:
    """A field as it is compared; parts without the ids of their rows, which come and go."""
    value = state.get(shown.name)
    if isinstance(shown, Part):
        told = [{name: row[name] for name in row if name != "id"} for row in value or []]
        return sorted(told, key=str)
    return None if value == "" else value
