"""Nobody grants what they lack, and the head office always keeps somebody who can grant."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from org import places
from org.models import Assignment, Person, RoleSet, Unit
from org.roles import PEOPLE_EDIT, ROLES_EDIT
from org.selectors import jobs_in_force, permissions_at, scope_of

RULING = frozenset({PEOPLE_EDIT, ROLES_EDIT})


class NotYours(Exception):
    """The caller lacks what they would grant, or the place or person is beyond their reach.

    `codes` are the permissions they lack, empty when it is about the place.
    """

    code = "not_yours"

    def __init__(self, codes: Iterable[str] = ()) -> None:
        super().__init__(", ".join(sorted(codes)))
        self.codes = tuple(sorted(codes))


class LastAdministrator(Exception):
    """Without this person, role or day nobody of the head office could give rights any more."""

    code = "last_administrator"


class Ruling:
    """Held while rights are taken away: one at a time, and never the last administrator's.

    Two who take each other's rights wait for each other at the head office's row; the second one
    then sees what the first one did.
    """

    def __init__(self) -> None:
        assert connection.in_atomic_block, "The lock is the transaction's."
        head = Unit.objects.select_for_update(no_key=True).filter(kind=Unit.Kind.HEAD_OFFICE)
        list(head.values_list("pk"))
        self._there_was_one = somebody_rules()

    def check(self) -> None:
        """Call when the rights are taken.

        Raises:
            LastAdministrator: there was an administrator and there is none left.
        """
        if self._there_was_one and not somebody_rules():
            raise LastAdministrator


def somebody_rules() -> bool:
    """True when an active person of the head office may manage people and roles for good."""
    ruling = [role.code for role in RoleSet.objects.all() if role.permissions >= RULING]
    return (
        jobs_in_force()
        .filter(
            valid_until__isnull=True,
            role__code__in=ruling,
            unit__kind=Unit.Kind.HEAD_OFFICE,
            person__is_active=True,
        )
        .exists()
    )


def check_may_grant(*, by: Person, codes: Iterable[str], place: places.Place) -> None:
    """Every code is the granter's own at that place, and so is the right to manage people.

    Raises:
        NotYours: something is missing; names what.
    """
    own = permissions_at(by, place)
    lacking = (frozenset(codes) | {PEOPLE_EDIT}) - own
    if lacking:
        raise NotYours(lacking)


def check_may_shape(*, by: Person, codes: Iterable[str]) -> None:
    """A role works wherever it is given, so who shapes it has the right and the codes everywhere.

    Raises:
        NotYours: something is missing; names what.
    """
    wanted = frozenset(codes) | {ROLES_EDIT}
    lacking = {code for code in wanted if not scope_of(by, permission=code).is_everything}
    if lacking:
        raise NotYours(lacking)


def check_may_manage(*, by: Person, person: Person) -> None:
    """Who sets somebody's password could act as them, so they must have all that one has.

    Raises:
        NotYours: the person may something somewhere that the caller may not.
    """
    if by.is_superuser:
        return
    if person.is_superuser:
        raise NotYours()
    jobs = list(Assignment.objects.filter(person=person).select_related("role", "unit"))
    homes = known_homes(jobs)
    reach = scope_of(by, permission=PEOPLE_EDIT)
    if reach.is_nothing:
        raise NotYours({PEOPLE_EDIT})
    for job in jobs:
        place = homes.get(job.pk)
        if place is None:
            if not reach.is_everything:
                raise NotYours()
            continue
        check_may_grant(by=by, codes=job.role.permissions, place=place)


def known_homes(jobs: Iterable[Assignment]) -> dict[int, places.Place]:
    """The place of each assignment by its id; a place that is gone is missing."""
    found: dict[int, places.Place] = {}
    listed: dict[str, dict[int, places.Place]] = {}
    for job in jobs:
        if job.unit is not None:
            unit = job.unit
            found[job.pk] = places.Place(places.UNIT, unit.pk, unit.code, unit.name, unit.pk)
            continue
        kind = places.WAREHOUSE if job.warehouse_id else places.SHOP
        if kind not in listed:
            listed[kind] = {place.id: place for place in places.of_kind(kind)}
        place = listed[kind].get(job.warehouse_id or job.shop_id or 0)
        if place is not None:
            found[job.pk] = place
    return found


def place_of(*, unit_id: int | None, warehouse_id: int | None, shop_id: int | None) -> places.Place:
    """The one place that is named.

    Raises:
        NoSuchPlace: none, more than one, or one that does not exist.
    """
    named = [each for each in (unit_id, warehouse_id, shop_id) if each is not None]
    if len(named) != 1:
        raise NoSuchPlace
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id).first()
        if unit is None:
            raise NoSuchPlace
        return places.Place(places.UNIT, unit.pk, unit.code, unit.name, unit.pk)
    kind = places.WAREHOUSE if warehouse_id is not None else places.SHOP
    for place in places.of_kind(kind):
        if place.id == named[0]:
            return place
    raise NoSuchPlace


class NoSuchPlace(Exception):
    """A role is given at exactly one unit, warehouse or shop that exists."""

    code = "no_such_place"
