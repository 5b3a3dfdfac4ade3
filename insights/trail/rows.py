"""Two sources merged into one list: records of `org`, postings of the ledger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from insights.trail.families import FAMILIES
from insights.trail.fields import field
from inventory.selectors import posting_trail as ledger
from org import selectors as org
from org.addresses import day_in, words_in
from org.deeds import deed
from org.lists.days import begin_of
from org.lists.specs import Part, Question

POSTING = "posting."
STOCK = "stock"


@dataclass(frozen=True, kw_only=True)
class TrailRow:
    """One line of the trail. `is_posting` says which source it is from."""

    id: int
    is_posting: bool
    at: datetime
    actor: str
    who: str
    action: str
    what: str
    subject: str
    unit: str
    change: str


def read(question: Question, cursor: str, limit: int) -> Part[TrailRow]:
    """One page, newest first.

    The cursor says how far each source was read: "<r120p4711", a source that is exhausted as 0.
    """
    below = _read_cursor(cursor)
    narrowed = _narrowed(question)
    rows: list[TrailRow] = []
    more = {"r": False, "p": False}
    if narrowed.records and below["r"] != 0:
        found = org.records(
            scope=question.scope, actors=narrowed.actors, actions=narrowed.actions,
            subject=narrowed.subject, since=narrowed.since, until=narrowed.until,
            before=below["r"], limit=limit + 1,
        )  # fmt: skip
        rows += map(_of_record, found)
        more["r"] = len(found) > limit
    part = ledger.PostingPart(rows=(), after=None)
    if narrowed.postings and below["p"] != 0:
        part = ledger.posting_trail(
            scope=question.scope, actors=narrowed.actors, kind=narrowed.kind,
            document=narrowed.subject, since=narrowed.since, until=narrowed.until,
            before=below["p"], limit=limit + 1,
        )  # fmt: skip
        rows += map(of_posting, part.rows)
        more["p"] = part.after is not None
    rows.sort(key=lambda row: (row.at, row.id), reverse=True)
    shown = [
        row
        for row in rows
        # The search of the ledger may stop short: older records wait until it has come as far.
        if row.is_posting or part.searched_to is None or row.at >= part.searched_to
    ][:limit]
    after = _next_cursor(shown, rows, below, more, part)
    return Part(named(shown), after=after, before="top" if cursor else "")


def _next_cursor(
    shown: Sequence[TrailRow],
    rows: Sequence[TrailRow],
    below: dict[str, int | None],
    more: dict[str, bool],
    part: ledger.PostingPart,
) -> str:
    """Where the next page begins in each source; empty when both are at their end."""
    if len(shown) == len(rows) and not any(more.values()):
        return ""
    told: dict[str, int | None] = {}
    for letter, postings in (("r", False), ("p", True)):
        ids = [row.id for row in shown if row.is_posting == postings]
        all_shown = len(ids) == sum(row.is_posting == postings for row in rows)
        if all_shown and not more[letter]:
            told[letter] = 0
        elif postings and all_shown:
            told[letter] = part.after
        else:
            told[letter] = min(ids, default=below[letter])
    return "<" + "".join(f"{letter}{'' if at is None else at}" for letter, at in told.items())


def _read_cursor(cursor: str) -> dict[str, int | None]:
    found = re.fullmatch(r"<r(\d{0,18})p(\d{0,18})", cursor, re.ASCII)
    if found is None:
        return {"r": None, "p": None}
    return {
        letter: int(text) if text else None
        for letter, text in zip("rp", found.groups(), strict=True)
    }


@dataclass(frozen=True, kw_only=True)
class _Narrowed:
    """What the address asks of both sources."""

    actors: Sequence[str]
    actions: Sequence[str]
    kind: str
    subject: str
    since: datetime | None
    until: datetime | None
    records: bool
    postings: bool


def _narrowed(question: Question) -> _Narrowed:
    asked = question.asked
    words = words_in(asked, "q")
    actors = org.actors_named(words) if words else []
    family, action = asked.get("tab", ""), asked.get("action", "")
    actions = FAMILIES[family][1] if family in FAMILIES else ()
    since, until = day_in(asked, "since"), day_in(asked, "until")
    return _Narrowed(
        actors=actors,
        actions=[action] if action else actions,
        kind=action.removeprefix(POSTING) if action.startswith(POSTING) else "",
        # Whoever types a name means a person; whatever nobody is called is a document or thing.
        subject="" if actors else words,
        since=begin_of(since) if since else None,
        until=begin_of(until + timedelta(days=1)) if until else None,
        records=family != STOCK and not action.startswith(POSTING),
        postings=family in ("", STOCK) and (not action or action.startswith(POSTING)),
    )


def _of_record(row: org.AuditView) -> TrailRow:
    return TrailRow(
        id=row.id, is_posting=False, at=row.at, actor=row.actor, who="", action=row.action,
        what=deed(row.action), subject=row.subject, unit=row.unit,
        change=change_text(row.before, row.after),
    )  # fmt: skip


def of_posting(row: ledger.PostingLine) -> TrailRow:
    """A posting as a line of the trail; `named` says who."""
    said = [
        f"{line.sku_code} {line.on_hand:+d}" if line.on_hand
        else _("%(sku)s claimed %(units)s") % {"sku": line.sku_code, "units": f"{line.held:+d}"}
        for line in row.lines
    ]  # fmt: skip
    if row.more:
        said.append(_("and %(count)s more") % {"count": row.more})
    return TrailRow(
        id=row.id, is_posting=True, at=row.at, actor=row.actor, who="",
        action=f"{POSTING}{row.kind}", what=row.kind_label, subject=row.document,
        unit=", ".join(dict.fromkeys(line.warehouse_code for line in row.lines)),
        change=", ".join(said),
    )  # fmt: skip


def named(rows: Sequence[TrailRow]) -> list[TrailRow]:
    """The lines with the names of whoever acted. One statement."""
    names = org.names_of_actors([row.actor for row in rows])
    return [TrailRow(**{**row.__dict__, "who": names[row.actor]}) for row in rows]


def change_text(before: Any, after: Any) -> str:
    """What changed in one line: "name: Old → New"."""
    parts = []
    for name, was, now in changes(before, after):
        parts.append(f"{name}: {was} → {now}" if was and now else f"{name}: {was or now}")
    return "; ".join(parts)


def changes(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """Field, value before, value after; a field that is the same on both sides is left out."""
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    return [
        (field(name), _shown(old.get(name)), _shown(new.get(name)))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{field(name)} {_shown(each)}" for name, each in value.items())
    return str(value)
