"""Bring a former version of a master or setting back."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from org.history import CannotRestore, HistoryKind, Known, Restoring
from org.models import Person, Revision
from org.selectors.history import compared, differing, moments
from org.selectors.people import scope_of
from org.services.audit import record

ACTION = "version.restored"


def restore_version(
    *, kind: HistoryKind, object_id: int, moment_id: int, seen: int, why: str, person: Person
) -> None:
    """Make a thing what it was after a change of its history. Joins the caller's transaction.

    The kind's own services do it, so that whatever an edit refuses is refused here.

    Args:
        kind: what the thing is.
        object_id: which one.
        moment_id: the change after which it was as it shall be.
        seen: the newest change that the person was shown.
        why: kept on the audit trail.
        person: who does it, with the kind's `edit`.

    Raises:
        CannotRestore: not_allowed, no_reason, unknown_version, moved_on, nothing_differs, and what
            the kind's services refuse.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    thing = check_may_restore(kind=kind, object_id=object_id, person=person)
    if not why.strip():
        raise CannotRestore("no_reason", _("Say why; it is kept on the audit trail."))
    known = {each.id: each for each in moments(kind, object_id)}
    now, then = known[max(known)] if known else None, known.get(moment_id)
    if now is None or now.state is None or then is None or then.state is None:
        raise CannotRestore("unknown_version", _("There is no such version any more."))
    if now.id != seen:
        raise _moved_on()
    names = differing(kind, now.state, then.state)
    if not names:
        raise CannotRestore("nothing_differs", _("It is like that already."))
    kind.restore(Restoring(object_id=object_id, state=then.state, names=names, person=person))
    _check_alone(kind, object_id, seen)
    changes = [each for each in compared(kind, now.state, then.state) if each.name in names]
    before: dict[str, Any] = {each.name: each.before for each in changes}
    after: dict[str, Any] = {each.name: each.after for each in changes}
    record(
        actor=person.actor, action=ACTION, subject=kind.subject(object_id), before=before,
        after=after | {"version_of": then.at.isoformat(), "why": why.strip()[:300]},
        unit_id=thing.unit_id,
    )  # fmt: skip


def check_may_restore(*, kind: HistoryKind, object_id: int, person: Person) -> Known:
    """The thing, if the person may bring a version of it back.

    Raises:
        CannotRestore: not_allowed.
    """
    scope = scope_of(person, permission=kind.edit)
    allowed = person.may(kind.edit) and (scope.is_everything or not kind.company_wide)
    thing = kind.find(object_id, scope) if allowed else None
    if thing is None:
        raise CannotRestore("not_allowed", _("You may read this history, not change the thing."))
    return thing


def _check_alone(kind: HistoryKind, object_id: int, seen: int) -> None:
    """Nobody changed it between what was shown and the moment its row was locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (pg_current_xact_id()::text)::bigint")
        (mine,) = cursor.fetchone()
    later = Revision.objects.filter(kind=kind.code, object_id=object_id, id__gt=seen)
    if later.exclude(xid=mine).exists():
        raise _moved_on()


def _moved_on() -> CannotRestore:
    text = _("It was changed meanwhile. Look at the newest version first.")
    return CannotRestore("moved_on", text)
