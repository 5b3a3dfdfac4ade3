"""People and their jobs."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from org.models import Assignment, Person, Unit
from org.roles import Role
from org.services.audit import record


class NameTaken(Exception):
    """Somebody else signs in with this name."""

    code = "name_taken"


def create_person(
    *,
    username: str,
    display_name: str,
    password: str | None,
    language: str = "zh-hans",
    actor: str,
) -> Person:
    """Add somebody who can sign in, without any job yet. Joins the caller's transaction.

    Args:
        username: what they type to sign in.
        display_name: what others read.
        password: already judged by the edge; None for somebody who cannot sign in yet.
        language: "zh-hans" or "en".
        actor: who adds them.

    Raises:
        NameTaken: the username exists.
    """
    try:
        with transaction.atomic():
            person = Person.objects.create_user(
                username, password=password, display_name=display_name, language=language
            )
    except IntegrityError as error:
        raise NameTaken(username) from error
    record(
        actor=actor, action="person.created", subject=person.actor,
        after={"username": username, "language": language},
    )  # fmt: skip
    return person


def assign(*, person_id: int, unit_id: int, role: str, actor: str) -> Assignment:
    """Give a person a job at a unit and everything below it; again changes nothing.

    Raises:
        ValueError: no such role.
    """
    job, new = Assignment.objects.get_or_create(
        person_id=person_id, unit_id=unit_id, role=Role(role)
    )
    if new:
        record(
            actor=actor, action="person.assigned", subject=f"person:{person_id}",
            after={"unit": Unit.objects.get(pk=unit_id).code, "role": str(role)},
        )  # fmt: skip
    return job


def unassign(*, person_id: int, unit_id: int, role: str, actor: str) -> None:
    """Take a job away; nothing happens when the person does not have it."""
    gone, _ = Assignment.objects.filter(person_id=person_id, unit_id=unit_id, role=role).delete()
    if gone:
        record(
            actor=actor, action="person.unassigned", subject=f"person:{person_id}",
            before={"unit": Unit.objects.get(pk=unit_id).code, "role": str(role)},
        )  # fmt: skip


def set_language(*, person_id: int, language: str) -> None:
    """Keep the language a person reads; a taste, not an act, so not on the audit trail."""
    Person.objects.filter(pk=person_id).update(language=language)
