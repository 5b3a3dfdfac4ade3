"""Questions about saved views, chosen columns and batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from org.models import Batch, ListSetup, Person, SavedView
from org.selectors.people import jobs_in_force

FEWEST_ROWS = 50


@dataclass(frozen=True)
class ViewOfList:
    """A saved view; `mine` may be changed and deleted by its reader."""

    id: int
    name: str
    query: str
    columns: tuple[str, ...]
    role: str
    mine: bool


@dataclass(frozen=True)
class SetupOfList:
    """How a person has a list; no columns means the list's own."""

    columns: tuple[str, ...] = ()
    rows: int = FEWEST_ROWS


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """What was asked for with many rows, and what became of it."""

    id: int
    list_key: str
    action: str
    person_id: int
    person_name: str
    query: str
    sort: str
    ids: tuple[int, ...]
    everything: bool
    why: str
    choice: str
    done: int
    refused: int
    answers: Sequence[dict[str, Any]]
    job_id: int | None
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None

    @property
    def number(self) -> str:
        """How people call it."""
        return f"BA-{self.id}"


def views_of_list(*, person: Person, list_key: str) -> list[ViewOfList]:
    """A person's own views of a list, then those shown to a role of theirs. One statement."""
    roles = jobs_in_force().filter(person=person).values("role__code")
    rows = SavedView.objects.filter(
        Q(owner=person) | (Q(role__in=roles) & ~Q(role="")), list_key=list_key
    )
    found = [
        ViewOfList(
            row.pk, row.name, row.query, tuple(row.columns), row.role, row.owner_id == person.pk
        )
        for row in rows.order_by("id")
    ]
    return sorted(found, key=lambda view: not view.mine)


def setup_of_list(*, person: Person, list_key: str) -> SetupOfList:
    """The columns and page size a person chose for a list."""
    row = ListSetup.objects.filter(person=person, list_key=list_key).first()
    return SetupOfList() if row is None else SetupOfList(tuple(row.columns), row.rows)


def roles_of(person: Person) -> list[tuple[str, str]]:
    """The jobs somebody does: code and name, to share a view with."""
    rows = jobs_in_force().filter(person=person).select_related("role").order_by("role__code")
    found = {row.role.code: row.role.label for row in rows}
    return list(found.items())


def batch(batch_id: int, *, person: Person) -> BatchView | None:
    """A batch of one's own."""
    row = Batch.objects.select_related("person").filter(pk=batch_id, person=person).first()
    if row is None:
        return None
    return BatchView(
        id=row.pk,
        list_key=row.list_key,
        action=row.action,
        person_id=row.person_id,
        person_name=row.person.display_name,
        query=row.query,
        sort=row.sort,
        ids=tuple(row.ids),
        everything=row.everything,
        why=row.why,
        choice=row.choice,
        done=row.done,
        refused=row.refused,
        answers=row.answers,
        job_id=row.job_id,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        finished_at=row.finished_at,
    )
