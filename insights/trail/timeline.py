"""What happened to one thing: who, when, why; from the trail and from what was booked about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from insights.trail.rows import change_text, named, of_posting
from inventory import selectors as stock
from inventory.selectors import posting_trail as ledger
from org import roles
from org import selectors as org
from org.deeds import deed
from org.models import Person

LONGEST = 40


def timeline(
    *,
    person: Person,
    subject: str,
    document: str = "",
    lot_id: int | None = None,
    cell_id: int | None = None,
    location_id: int | None = None,
    more: Sequence[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Events for `components/timeline.html`, newest first, at most forty.

    Who may open the page of a thing may read what was done to it; of things that the whole
    company shares only what was done inside of their own scope. A constant number of statements.

    Args:
        person: whose scope.
        subject: as the trail names it, such as "lot:7" or "RC-3".
        document: what was booked under this number too.
        lot_id, cell_id, location_id: what was booked there, or of it, too; one of them.
        more: events that the thing itself knows of.
    """
    records = org.records_about(subject, scope=org.scope_of(person), limit=LONGEST)
    names = org.names_of_actors([row.actor for row in records])
    events = [
        {
            "at": row.at,
            "title": deed(row.action),
            "who": names[row.actor],
            "note": (row.after or {}).get("why") or change_text(row.before, row.after),
            "tone": "muted",
        }
        for row in records
    ]
    if person.may(roles.STOCK_VIEW):
        scope = org.scope_of(person, permission=roles.STOCK_VIEW)
        if document:
            part = ledger.posting_trail(scope=scope, document=document, limit=LONGEST)
            events += [
                {"at": row.at, "title": row.what, "who": row.who, "note": row.change}
                for row in named([of_posting(line) for line in part.rows])
            ]
        if any(each is not None for each in (lot_id, cell_id, location_id)):
            page = stock.journal(
                lot_id=lot_id, stock_id=cell_id, location_id=location_id, scope=scope,
                limit=LONGEST,
            )  # fmt: skip
            events += _booked(page.rows)
    events = sorted([*events, *more], key=lambda event: event["at"], reverse=True)
    return events[:LONGEST]


def _booked(rows: Sequence[stock.JournalRow]) -> list[dict[str, Any]]:
    names = org.names_of_actors([row.posting.actor for row in rows])
    return [
        {
            "at": row.posting.recorded_at,
            "title": f"{row.posting.kind_label} {row.on_hand or row.held:+,}",
            "who": names[row.posting.actor],
            "note": " · ".join(
                each for each in (row.posting.document, row.facts.get("why")) if each
            ),
            "tone": "hold" if row.held and not row.on_hand else "",
        }
        for row in rows
    ]
