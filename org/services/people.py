"""People and their jobs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from pypinyin import lazy_pinyin

from org.look import CHOICES
from org.models import Assignment, Person, RoleSet
from org.places import Place
from org.selectors.belonging import unit_of_person
from org.services.audit import record
from org.services.roles import UnknownRole
from org.services.safeguards import (
    Ruling,
    check_may_grant,
    check_may_manage,
    known_homes,
    place_of,
)

# Tastes of the screen and what they can be; the first is what it is without a choice.
PREFERENCES: dict[str, tuple[str, ...]] = CHOICES | {"sound": ("on", "off")}


class NameTaken(Exception):
    """Somebody else signs in with this name."""

    code = "name_taken"


class DaysInDisorder(Exception):
    """A role cannot end before it begins."""

    code = "days_in_disorder"


class OwnAccount(Exception):
    """Nobody shuts themselves out."""

    code = "own_account"


class BadPreference(Exception):
    """There is no such taste, or it has no such value."""

    code = "bad_preference"


def spelled(name: str) -> str:
    """A name as it is searched and sorted: pinyin in full, then the first letters, lower case."""
    syllables = lazy_pinyin(name.strip().lower())
    return f"{''.join(syllables)} {''.join(each[:1] for each in syllables)}"[:200]


def create_person(
    *,
    username: str,
    display_name: str,
    password: str | None,
    language: str = "zh-hans",
    email: str = "",
    actor: str,
) -> Person:
    """Add somebody who can sign in, without any job yet. Joins the caller's transaction.

    Args:
        username: what they type to sign in.
        display_name: what others read.
        password: already judged by the edge; None for somebody who cannot sign in yet.
        language: "zh-hans" or "en".
        email: where an invitation goes; empty when they have none.
        actor: who adds them.

    Raises:
        NameTaken: the username exists.
    """
    try:
        with transaction.atomic():
            person = Person.objects.create_user(
                username, email, password, display_name=display_name, language=language,
                pinyin=spelled(display_name),
            )  # fmt: skip
    except IntegrityError as error:
        raise NameTaken(username) from error
    record(
        actor=actor, action="person.created", subject=person.actor,
        after={"username": username, "language": language},
    )  # fmt: skip
    return person


def assign(
    *,
    person_id: int,
    role: str,
    unit_id: int | None = None,
    warehouse_id: int | None = None,
    shop_id: int | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    actor: str,
    by: Person | None = None,
) -> Assignment:
    """Give a person a role at one place; the same role and place again changes its days.

    Args:
        person_id: who gets it.
        role: code of the role.
        unit_id, warehouse_id, shop_id: exactly one; a unit with everything below it.
        valid_from, valid_until: days in the zone of the house, both included; None is open.
        actor: who gives it.
        by: the person whose own rights bound it; None for machines.

    Raises:
        UnknownRole: no such role.
        NoSuchPlace: no place, more than one, or one that does not exist.
        DaysInDisorder: it would end before it begins.
        NotYours: the giver lacks a permission of the role at that place.
        LastAdministrator: the days would leave the head office without one.
    """
    chosen = RoleSet.objects.filter(code=role).first()
    if chosen is None:
        raise UnknownRole(role)
    if valid_from and valid_until and valid_until < valid_from:
        raise DaysInDisorder
    where = {"unit_id": unit_id, "warehouse_id": warehouse_id, "shop_id": shop_id}
    place = place_of(**where)
    if by is not None:
        check_may_grant(by=by, codes=chosen.permissions, place=place)
    ruling = Ruling()
    days = {"valid_from": valid_from, "valid_until": valid_until}
    job, new = Assignment.objects.get_or_create(
        person_id=person_id, role=chosen, **where, defaults=days
    )
    before = _facts(job, place)
    if not new and (job.valid_from, job.valid_until) != (valid_from, valid_until):
        job.valid_from, job.valid_until = valid_from, valid_until
        job.save(update_fields=["valid_from", "valid_until"])
        ruling.check()
    elif not new:
        return job
    record(
        actor=actor, action="person.assigned", subject=f"person:{person_id}",
        before=None if new else before, after=_facts(job, place), unit_id=place.unit_id,
    )  # fmt: skip
    return job


def unassign(
    *,
    person_id: int,
    role: str,
    unit_id: int | None = None,
    warehouse_id: int | None = None,
    shop_id: int | None = None,
    actor: str,
    by: Person | None = None,
) -> None:
    """Take a role away; nothing happens when the person does not have it there.

    Raises:
        NotYours: the taker lacks a permission of the role at that place.
        LastAdministrator: the head office would be left without one.
    """
    ruling = Ruling()
    where = {"unit_id": unit_id, "warehouse_id": warehouse_id, "shop_id": shop_id}
    job = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("role")
        .filter(person_id=person_id, role__code=role, **where)
        .first()
    )
    if job is None:
        return
    place = known_homes([job]).get(job.pk)
    if by is not None and place is not None:
        check_may_grant(by=by, codes=job.role.permissions, place=place)
    before = _facts(job, place)
    job.delete()
    ruling.check()
    record(
        actor=actor, action="person.unassigned", subject=f"person:{person_id}", before=before,
        unit_id=place.unit_id if place else None,
    )  # fmt: skip


def _facts(job: Assignment, place: Place | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        place.kind if place else "place": place.code if place else "",
        "role": job.role_id,
    }
    days = {"from": job.valid_from, "until": job.valid_until}
    return facts | {name: day.isoformat() for name, day in days.items() if day is not None}


def change_person(
    *, person_id: int, display_name: str, email: str, language: str, actor: str
) -> bool:
    """Change what is known of a person; False when nothing differs."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    new = {"display_name": display_name.strip(), "email": email.strip(), "language": language}
    before = {name: getattr(person, name) for name in new if getattr(person, name) != new[name]}
    if not before:
        return False
    for name in before:
        setattr(person, name, new[name])
    person.pinyin = spelled(person.display_name)
    person.save(update_fields=[*before, "pinyin"])
    record(
        actor=actor, action="person.changed", subject=person.actor,
        before=before, after={name: new[name] for name in before},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return True


def set_active(
    *, person_id: int, active: bool, actor: str, by: Person | None = None, why: str = ""
) -> bool:
    """Let somebody in or keep them out; their history stays. False when it is so already.

    Whoever is kept out is out at their next request; `why` stands on the trail.

    Raises:
        OwnAccount: nobody shuts themselves out.
        NotYours: the person may more than the caller.
        LastAdministrator: the head office would be left without one.
    """
    ruling = Ruling()
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    if by is not None:
        if by.pk == person.pk:
            raise OwnAccount
        check_may_manage(by=by, person=person)
    if person.is_active == active:
        return False
    person.is_active = active
    person.save(update_fields=["is_active"])
    ruling.check()
    record(
        actor=actor, action="person.activated" if active else "person.deactivated",
        subject=person.actor, before={"active": not active},
        after={"active": active, **({"why": why} if why else {})},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return True


def set_preferences(*, person_id: int, **tastes: str) -> None:
    """Keep tastes of the screen; those not named stay. No act, so not on the audit trail.

    Raises:
        BadPreference: no such taste, or not one of its values.
    """
    for name, value in tastes.items():
        if value not in PREFERENCES.get(name, ()):
            raise BadPreference(name)
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    person.preferences = person.preferences | tastes
    person.save(update_fields=["preferences"])


def set_language(*, person_id: int, language: str) -> None:
    """Keep the language a person reads; a taste, not an act, so not on the audit trail."""
    Person.objects.filter(pk=person_id).update(language=language)
