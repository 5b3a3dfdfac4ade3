"""The first company and its first person, on an empty database."""

from __future__ import annotations

from django.db import connection

from org.models import Person, Unit
from org.roles import Role
from org.services.people import assign, create_person
from org.services.units import create_unit

HEAD_OFFICE_CODE = "HQ"


class AlreadyFounded(Exception):
    """Somebody can sign in already: they invite the others."""

    code = "already_founded"


def is_founded() -> bool:
    """True once anybody can sign in."""
    return Person.objects.filter(is_active=True).exists()


def found_company(
    *, company: str, username: str, display_name: str, password: str, language: str
) -> Person:
    """The head office, and a first person who works there and may do everything.

    Joins the caller's transaction. Of two who come at once one is refused.

    Args:
        password: already judged by the edge.

    Raises:
        AlreadyFounded: there is somebody already.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE org_person IN SHARE ROW EXCLUSIVE MODE")
    if is_founded():
        raise AlreadyFounded
    office = Unit.objects.filter(kind=Unit.Kind.HEAD_OFFICE).first() or create_unit(
        code=HEAD_OFFICE_CODE, name=company, kind=Unit.Kind.HEAD_OFFICE, actor="system:setup"
    )
    person = create_person(
        username=username,
        display_name=display_name,
        password=password,
        language=language,
        actor="system:setup",
    )
    assign(person_id=person.pk, unit_id=office.pk, role=Role.HEAD_OFFICE, actor="system:setup")
    return person
