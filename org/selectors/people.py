"""Questions about units and people: who sees what, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from org import machines
from org.models import ApiClient, Assignment, Person, Unit
from org.roles import roles_with
from org.scope import Scope


@dataclass(frozen=True)
class UnitView:
    """A unit as others see it; `path` is the codes from the root down, "HQ/EAST/S01/"."""

    id: int
    kind: str
    code: str
    name: str
    parent_id: int | None
    path: str


def scope_of(person: Person, *, permission: str | Collection[str] | None = None) -> Scope:
    """The units the person works at, with everything below them. At most two queries.

    Args:
        person: who asks.
        permission: only units where a role of theirs carries this code, or one of these; None
            takes any role.

    Raises:
        UnknownPermission: no such code.
    """
    wanted = [permission] if isinstance(permission, str) else permission
    carrying = None if wanted is None else frozenset().union(*map(roles_with, wanted))
    if not person.is_active:
        return Scope.nothing()
    if person.is_superuser:
        return Scope.everything()
    jobs = Assignment.objects.filter(person=person)
    if carrying is not None:
        jobs = jobs.filter(role__in=carrying)
    places = set(jobs.values_list("unit__kind", "unit__path"))
    if any(kind == Unit.Kind.HEAD_OFFICE for kind, _ in places):
        return Scope.everything()
    if not places:
        return Scope.nothing()
    below = Q()
    for _, path in sorted(places):
        below |= Q(path__startswith=path)
    return Scope.of(Unit.objects.filter(below).values_list("id", flat=True))


def units(*, scope: Scope) -> list[UnitView]:
    """The tree inside the scope, parents before children."""
    rows = scope.limit(Unit.objects.all(), "pk").order_by("path")
    return [
        UnitView(*row)
        for row in rows.values_list("id", "kind", "code", "name", "parent_id", "path")
    ]


def unit_ids_by_code(codes: Sequence[str]) -> dict[str, int]:
    """Ids of the units with these codes; unknown codes are missing in the answer."""
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "id"))


def names_of_actors(actors: Sequence[str]) -> dict[str, str]:
    """What to show for actor strings: a person's name, or the machine's in the reader's language.

    One statement for people and one for programs, however many.
    """
    ids = {actor: int(actor[7:]) for actor in set(actors) if actor[:7] == "person:"}
    keys = {actor: actor[7:] for actor in set(actors) if actor[:7] == "client:"}
    names = dict(Person.objects.filter(pk__in=set(ids.values())).values_list("pk", "display_name"))
    programs: dict[str, str] = {}
    if keys:
        known = ApiClient.objects.filter(key_id__in=set(keys.values()))
        programs = dict(known.values_list("key_id", "name"))
    return {
        actor: names.get(ids.get(actor, 0))
        or programs.get(keys.get(actor, ""))
        or machines.name_of(actor)
        for actor in set(actors)
    }
