"""Questions about units and people: who sees what, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from org import machines
from org.models import ApiClient, Assignment, Person, RoleSet, Unit, in_force
from org.places import SHOP, WAREHOUSE, Place
from org.roles import PERMISSIONS, carried, known
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
    """Where the person works: units with everything below them, warehouses, shops.

    At most two queries. The only place that answers this question.

    Args:
        person: who asks.
        permission: only places where a role of theirs carries this code, or one of these; None
            takes any role.

    Raises:
        UnknownPermission: no such code.
    """
    wanted = [permission] if isinstance(permission, str) else permission
    codes = None if wanted is None else frozenset(map(known, wanted))
    if not person.is_active:
        return Scope.nothing()
    if person.is_superuser:
        return Scope.everything()
    held = [job for job in jobs_held(person) if codes is None or not codes.isdisjoint(job.codes)]
    if any(job.unit_kind == Unit.Kind.HEAD_OFFICE for job in held):
        return Scope.everything()
    paths = sorted({job.unit_path for job in held if job.unit_path})
    below = Q()
    for path in paths:
        below |= Q(path__startswith=path)
    units = Unit.objects.filter(below).values_list("id", flat=True) if paths else ()
    return Scope.of(
        units,
        warehouse_ids=(job.warehouse_id for job in held if job.warehouse_id),
        shop_ids=(job.shop_id for job in held if job.shop_id),
    )


@dataclass(frozen=True)
class JobHeld:
    """A role that somebody has today: what it carries and at which one place."""

    role: str
    codes: frozenset[str]
    unit_kind: str | None
    unit_path: str | None
    warehouse_id: int | None
    shop_id: int | None


@dataclass(frozen=True)
class Login:
    """Somebody by the name they sign in with, which stays the same in files and other houses."""

    id: int
    login: str
    name: str


def jobs_in_force() -> QuerySet[Assignment]:
    """The assignments that count today."""
    return Assignment.objects.filter(in_force(timezone.localdate()))


def jobs_held(person: Person) -> list[JobHeld]:
    """The roles in force today. One query."""
    rows = jobs_in_force().filter(person=person)
    found = rows.values_list(
        "role__code", "role__added", "role__removed", "unit__kind", "unit__path",
        "warehouse_id", "shop_id",
    )  # fmt: skip
    return [
        JobHeld(role, carried(role, added, removed), kind, path, house, shop)
        for role, added, removed, kind, path, house, shop in found
    ]


def roles_carrying(permission: str) -> list[str]:
    """Codes of the roles that carry a permission in this company. One query.

    Raises:
        UnknownPermission: no such code.
    """
    known(permission)
    return [role.code for role in RoleSet.objects.all() if permission in role.permissions]


def people_in_role(
    role: str, *, unit_id: int | None = None, warehouse_id: int | None = None
) -> list[int]:
    """Ids of active people who have a role at a unit or above it, or at just this warehouse.

    Args:
        role: the code of a role; nobody has one that there is not.
        unit_id: where. None: anywhere in the house.
        warehouse_id: the one warehouse of that unit.
    """
    jobs = jobs_in_force().filter(role__code=role, person__is_active=True)
    if unit_id is not None:
        path = Unit.objects.values_list("path", flat=True).get(pk=unit_id)
        above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        there = Q(unit__path__in=above)
        if warehouse_id is not None:
            there |= Q(warehouse_id=warehouse_id)
        jobs = jobs.filter(there)
    return sorted(set(jobs.values_list("person_id", flat=True)))


def logins_with(permission: str, *, logins: Collection[str] | None = None) -> list[Login]:
    """Active people who have a permission anywhere, by name; of these sign-in names, or of all.

    Raises:
        UnknownPermission: no such code.
    """
    rows = Person.objects.filter(
        Q(is_superuser=True)
        | Q(assignments__in=jobs_in_force().filter(role__code__in=roles_carrying(permission))),
        is_active=True,
    ).distinct()
    if logins is not None:
        rows = rows.filter(username__in=logins)
    return [Login(row.pk, row.username, str(row)) for row in rows.order_by("display_name", "pk")]


def permissions_at(person: Person, place: Place) -> frozenset[str]:
    """Every code that the person has at a place. Two queries."""
    if not person.is_active:
        return frozenset()
    if person.is_superuser:
        return frozenset(PERMISSIONS)
    path = Unit.objects.values_list("path", flat=True).get(pk=place.unit_id)
    here = [
        job.codes
        for job in jobs_held(person)
        if (job.unit_path and path.startswith(job.unit_path))
        or (place.kind == WAREHOUSE and job.warehouse_id == place.id)
        or (place.kind == SHOP and job.shop_id == place.id)
    ]
    return frozenset().union(*here)


def units(*, scope: Scope) -> list[UnitView]:
    """The tree inside the scope, parents before children."""
    rows = scope.limit(Unit.objects.all(), "pk").order_by("path")
    return [
        UnitView(*row)
        for row in rows.values_list("id", "kind", "code", "name", "parent_id", "path")
    ]


def head_office_id() -> int:
    """The unit that everything belongs to."""
    return Unit.objects.values_list("id", flat=True).get(kind=Unit.Kind.HEAD_OFFICE)


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
