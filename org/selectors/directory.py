"""Questions about people, roles and places for the pages that manage them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from org import places
from org.models import Assignment, Authenticator, Person, RoleSet, Unit
from org.roles import Role
from org.scope import Scope
from org.selectors.people import jobs_in_force


@dataclass(frozen=True)
class JobView:
    """A role of somebody at a place, and whether it counts today."""

    id: int
    role: str
    role_label: str
    place: str
    place_kind: str
    valid_from: date | None
    valid_until: date | None
    counts: bool


@dataclass(frozen=True)
class PersonView:
    """Somebody, as the list and their page show them."""

    id: int
    username: str
    name: str
    email: str
    is_active: bool
    last_login: datetime | None
    jobs: tuple[JobView, ...]
    language: str
    has_factor: bool


@dataclass(frozen=True)
class PeopleWanted:
    """What the list is narrowed to; `words` in name, pinyin, sign-in name or e-mail.

    `state`: "" (active), "new" (active, never signed in), "idle" (active, no role today), "gone".
    """

    words: str = ""
    role: str = ""
    unit_id: int | None = None
    state: str = ""


def _seen(scope: Scope) -> QuerySet[Person]:
    """People with a role somewhere inside; who sees everything sees those without one too."""
    rows = Person.objects.all()
    if scope.is_everything:
        return rows
    inside = Assignment.objects.filter(scope.inside(Assignment, "unit"))
    return rows.filter(pk__in=inside.values("person_id"))


def people_of(*, scope: Scope, wanted: PeopleWanted) -> QuerySet[Person]:
    """The people of a filter, unordered."""
    rows = _seen(scope).filter(is_active=wanted.state != "gone")
    words = " ".join(wanted.words.split()).lower()
    if words:
        rows = rows.filter(
            Q(display_name__icontains=words)
            | Q(pinyin__contains=words.replace(" ", ""))
            | Q(username__icontains=words)
            | Q(email__icontains=words)
        )
    if wanted.state == "new":
        rows = rows.filter(last_login__isnull=True)
    if wanted.state == "idle":
        rows = rows.exclude(pk__in=jobs_in_force().values("person_id"))
    if wanted.role:
        jobs = Assignment.objects.filter(role__code=wanted.role)
        rows = rows.filter(pk__in=jobs.values("person_id"))
    if wanted.unit_id is not None:
        path = Unit.objects.filter(pk=wanted.unit_id).values_list("path", flat=True).first()
        jobs = Assignment.objects.filter(unit__path__startswith=path or "/")
        rows = rows.filter(pk__in=jobs.values("person_id"))
    return rows


def people_by_id(*, ids: Collection[int], scope: Scope) -> dict[int, PersonView]:
    """These people, as far as they are inside the scope. A constant number of queries."""
    return {view.id: view for view in _views(_seen(scope).filter(pk__in=ids))}


def person(person_id: int, *, scope: Scope) -> PersonView | None:
    """Somebody inside the scope."""
    found = _views(_seen(scope).filter(pk=person_id))
    return found[0] if found else None


def _views(rows: QuerySet[Person]) -> list[PersonView]:
    jobs = Assignment.objects.select_related("role", "unit").order_by("id")
    found = list(rows.prefetch_related(Prefetch("assignments", jobs)))
    names = _place_names(job for row in found for job in row.assignments.all())
    shown = Authenticator.objects.filter(person__in=found, confirmed=True)
    factors = set(shown.values_list("person_id", flat=True))
    today = timezone.localdate()
    return [
        PersonView(
            id=row.pk,
            username=row.username,
            name=row.display_name or row.username,
            email=row.email,
            is_active=row.is_active,
            last_login=row.last_login,
            jobs=tuple(_job(job, names, today) for job in row.assignments.all()),
            language=str(row.get_language_display()),
            has_factor=row.pk in factors,
        )
        for row in found
    ]


def _job(job: Assignment, names: dict[tuple[str, int], str], today: date) -> JobView:
    kind, place_id = _where(job)
    begun = job.valid_from is None or job.valid_from <= today
    return JobView(
        id=job.pk,
        role=job.role.code,
        role_label=job.role.label,
        place=job.unit.name if job.unit else names.get((kind, place_id), f"#{place_id}"),
        place_kind=kind,
        valid_from=job.valid_from,
        valid_until=job.valid_until,
        counts=begun and (job.valid_until is None or job.valid_until >= today),
    )


def _where(job: Assignment) -> tuple[str, int]:
    if job.unit_id:
        return places.UNIT, job.unit_id
    if job.warehouse_id:
        return places.WAREHOUSE, job.warehouse_id
    return places.SHOP, job.shop_id or 0


def _place_names(jobs: Iterable[Assignment]) -> dict[tuple[str, int], str]:
    kinds = {_where(job)[0] for job in jobs} - {places.UNIT}
    return {
        (kind, place.id): place.name for kind in sorted(kinds) for place in places.of_kind(kind)
    }


def places_inside(scope: Scope) -> list[places.Place]:
    """Units as a tree, then warehouses, then shops, as far as the scope covers them whole."""
    rows = scope.limit(Unit.objects.all(), "pk").order_by("path")
    units = [
        places.Place(places.UNIT, row.pk, row.code, f"{'　' * (row.path.count('/') - 1)}{row.name}",
                     row.pk)
        for row in rows
    ]  # fmt: skip
    inside = units
    for kind in (places.WAREHOUSE, places.SHOP):
        inside = inside + [
            place
            for place in places.of_kind(kind)
            if scope.covers(
                place.unit_id,
                warehouse_id=place.id if kind == places.WAREHOUSE else None,
                shop_id=place.id if kind == places.SHOP else None,
            )
        ]
    return inside


@dataclass(frozen=True)
class RoleView:
    """A role with what it carries and how many people have it."""

    id: int
    code: str
    label: str
    note: str
    is_shipped: bool
    is_changed: bool
    permissions: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    people: int


def roles() -> list[RoleView]:
    """Shipped roles in their order, then the company's own by name. One query."""
    rows = RoleSet.objects.annotate(n=Count("assignments__person", distinct=True))
    return sorted((_role(row, row.n) for row in rows), key=_standing)


def role(code: str) -> RoleView | None:
    """One role."""
    row = RoleSet.objects.filter(code=code).first()
    if row is None:
        return None
    return _role(row, Assignment.objects.filter(role=row).values("person").distinct().count())


def _role(row: RoleSet, people_count: int) -> RoleView:
    return RoleView(
        id=row.pk,
        code=row.code,
        label=row.label,
        note=row.note,
        is_shipped=row.is_shipped,
        is_changed=row.is_changed,
        permissions=row.permissions,
        added=frozenset(row.added) if row.is_shipped else frozenset(),
        removed=frozenset(row.removed),
        people=people_count,
    )


def _standing(view: RoleView) -> tuple[int, str]:
    shipped = list(Role.values)
    return (shipped.index(view.code), "") if view.is_shipped else (len(shipped), view.label)
