"""Which people and jobs somebody means by a few letters."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from org.models import Assignment, Job, Person
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonFound:
    """Somebody who works at a unit inside the scope."""

    id: int
    username: str
    name: str
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFound:
    """A job of one's own."""

    id: int
    title: str
    state_label: str


def find_people(*, scope: Scope, words: str, limit: int) -> list[PersonFound]:
    """People by sign-in name or by part of their name, also as it is spelled in pinyin."""
    rows = Person.objects.filter(
        Q(username__istartswith=words)
        | Q(display_name__icontains=words)
        | Q(pinyin__contains=words.lower().replace(" ", "")),
        is_active=True,
    )
    if scope.unit_ids is not None:
        inside = Assignment.objects.filter(unit__in=sorted(scope.unit_ids))
        rows = rows.filter(pk__in=inside.values("person_id"))
    return [
        PersonFound(
            id=row.pk,
            username=row.username,
            name=row.display_name,
            exact=row.username == words.lower(),
        )
        for row in rows.order_by("username")[:limit]
    ]


def find_jobs(*, person: Person, words: str, limit: int) -> list[JobFound]:
    """The person's own jobs whose title contains the words, newest first."""
    rows = Job.objects.filter(person=person, title__icontains=words)
    return [
        JobFound(id=row.pk, title=row.title, state_label=str(row.get_state_display()))
        for row in rows.order_by("-id")[:limit]
    ]
