"""See and end what is signed in."""

from __future__ import annotations

from django.utils import timezone

from org.models import Person, Session
from org.selectors.belonging import unit_of_person
from org.services.audit import record
from org.services.safeguards import check_may_manage


def end_session(*, person: Person, handle: str, actor: str, by: Person | None = None) -> bool:
    """End one session of a person; it is out at its next request. False when it is gone already.

    Raises:
        NotYours: it is somebody's who may more than the caller.
    """
    if by is not None and by.pk != person.pk:
        check_may_manage(by=by, person=person)
    gone, _ = Session.objects.filter(person=person, handle=handle).delete()
    if gone:
        record(
            actor=actor, action="session.ended", subject=person.actor, after={"ended": 1},
            unit_id=unit_of_person(person.pk),
        )  # fmt: skip
    return bool(gone)


def end_sessions(*, person: Person, keep: str = "", actor: str, by: Person | None = None) -> int:
    """End all sessions of a person but the one whose key is `keep`; returns how many.

    Raises:
        NotYours: they are somebody's who may more than the caller.
    """
    if by is not None and by.pk != person.pk:
        check_may_manage(by=by, person=person)
    gone, _ = Session.objects.filter(person=person).exclude(session_key=keep).delete()
    if gone:
        record(
            actor=actor, action="session.ended", subject=person.actor, after={"ended": gone},
            unit_id=unit_of_person(person.pk),
        )  # fmt: skip
    return gone


def forget_sessions() -> int:
    """Delete sessions that ran out; returns how many."""
    gone, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return gone
