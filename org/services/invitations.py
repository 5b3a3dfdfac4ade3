"""Links with which people set their own password, and the mail that carries them."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from org.models import Invitation, Person
from org.selectors.belonging import unit_of_person
from org.services.audit import record
from org.services.safeguards import check_may_manage
from org.services.sessions import end_sessions
from outbox import services as outbox

log = logging.getLogger("org.invitations")

SALT = "org.invitation"
VALID = {Invitation.Kind.INVITE: timedelta(days=7), Invitation.Kind.RESET: timedelta(days=1)}
# Waits after failed tries to send, in minutes; then it is given up and the page says so.
WAITS_MIN = (1, 5, 15, 60, 240)


class LinkGone(Exception):
    """The link was used, ran out, was replaced by a newer one, or was never ours."""

    code = "link_gone"


class NobodyThere(Exception):
    """The person is not active."""

    code = "not_active"


def invite(*, person: Person, kind: str, actor: str, by: Person | None = None) -> Invitation:
    """Make a link for a person and owe them a mail with it, when they have an address.

    Without one, or without a mail server, whoever makes it hands it over.

    Joins the caller's transaction. Older links of the person end.

    Args:
        person: who sets their password.
        kind: "INVITE" or "RESET".
        actor: who makes it.
        by: the person whose own rights bound it; None for machines.

    Raises:
        NobodyThere: the person is not active.
        NotYours: they may more than the caller.
    """
    assert connection.in_atomic_block, "The link is made with what it is for."
    chosen = Invitation.Kind(kind)
    now = timezone.now()
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not locked.is_active:
        raise NobodyThere
    if by is not None:
        check_may_manage(by=by, person=locked)
    Invitation.objects.filter(person=locked, used_at__isnull=True, ended_at__isnull=True).update(
        ended_at=now, mail_due_at=None
    )
    by_mail = bool(locked.email and settings.EMAIL_HOST)
    made = Invitation.objects.create(
        person=locked, kind=chosen, made_by=actor, expires_at=now + VALID[chosen],
        mail_to=locked.email if by_mail else "", mail_due_at=now if by_mail else None,
    )  # fmt: skip
    record(
        actor=actor, action="person.invited" if chosen == "INVITE" else "person.password_reset",
        subject=locked.actor, after={"by_mail": by_mail}, unit_id=unit_of_person(locked.pk),
    )  # fmt: skip
    if by_mail:
        outbox.ring(topic="invitations.due")
    return made


def token_of(invitation: Invitation) -> str:
    """What stands in the link; signed, and stored nowhere."""
    return signing.dumps({"i": invitation.pk}, salt=SALT)


def invitation_of(token: str, *, locked: bool = False) -> Invitation:
    """The open invitation of a link.

    Raises:
        LinkGone: see there.
    """
    try:
        number = signing.loads(token, salt=SALT)["i"]
    except (signing.BadSignature, KeyError, TypeError):
        raise LinkGone from None
    rows = Invitation.objects.select_related("person")
    if locked:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(
        pk=number, used_at__isnull=True, ended_at__isnull=True, expires_at__gt=timezone.now(),
        person__is_active=True,
    ).first()  # fmt: skip
    if found is None:
        raise LinkGone
    return found


def accept(*, token: str, password: str) -> Person:
    """Set the password of whom the link is for; the link is spent and their sessions end.

    Joins the caller's transaction. The password was judged by the edge.

    Raises:
        LinkGone: see there.
    """
    assert connection.in_atomic_block
    found = invitation_of(token, locked=True)
    found.used_at = timezone.now()
    found.mail_due_at = None
    found.save(update_fields=["used_at", "mail_due_at"])
    person = found.person
    set_password(person=person, password=password, actor=person.actor)
    end_sessions(person=person, actor=person.actor)
    return person


def set_password(*, person: Person, password: str, actor: str) -> None:
    """Set a password that the edge judged. Older sessions carry the old one's hash and end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record(
        actor=actor, action="person.password_set", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip


def send_due(*, most: int = 20) -> int:
    """Send the mails that are due, each outside any transaction; returns how many went out.

    A try is counted before it is made: a crash in between sends a mail twice at worst.
    """
    sent = 0
    for _round in range(most):
        claimed = _claim()
        if claimed is None:
            return sent
        try:
            _mail(claimed).send()
        except OSError as error:
            # smtplib's errors are OSErrors too. They name hosts, never the link.
            log.warning("Invitation %s was not sent: %s", claimed.pk, type(error).__name__)
            _put_off(claimed, f"{type(error).__name__}: {error}"[:300])
            continue
        with transaction.atomic(durable=True):
            Invitation.objects.filter(pk=claimed.pk).update(
                mailed_at=timezone.now(), mail_due_at=None, failure=""
            )
        sent += 1
    return sent


def _claim() -> Invitation | None:
    now = timezone.now()
    with transaction.atomic(durable=True):
        found = (
            Invitation.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("person")
            .filter(mail_due_at__lte=now, expires_at__gt=now)
            .order_by("mail_due_at")
            .first()
        )
        if found is None:
            return None
        found.attempts += 1
        found.mail_due_at = now + timedelta(minutes=WAITS_MIN[min(found.attempts, 5) - 1])
        found.save(update_fields=["attempts", "mail_due_at"])
    return found


def _put_off(invitation: Invitation, why: str) -> None:
    over = invitation.attempts >= len(WAITS_MIN)
    with transaction.atomic(durable=True):
        rows = Invitation.objects.filter(pk=invitation.pk)
        rows.update(failure=why, **({"mail_due_at": None} if over else {}))


def _mail(invitation: Invitation) -> EmailMessage:
    person = invitation.person
    with translation.override(person.language):
        words = {
            "name": person.display_name or person.username,
            "username": person.username,
            "link": f"{settings.PUBLIC_URL}/invitation/{token_of(invitation)}/",
            "until": date_format(timezone.localtime(invitation.expires_at), "DATETIME_FORMAT"),
        }
        if invitation.kind == Invitation.Kind.INVITE:
            subject = _("You are invited to Stock House")
            body = _(
                "Hello %(name)s,\n\nyou have an account at Stock House. Your name to sign in is"
                " %(username)s. Choose your password here:\n\n%(link)s\n\nThe link works once,"
                " until %(until)s."
            )
        else:
            subject = _("Choose a new password for Stock House")
            body = _(
                "Hello %(name)s,\n\nsomebody who may do so asked that you choose a new password"
                " for %(username)s:\n\n%(link)s\n\nThe link works once, until %(until)s. If you"
                " did not expect this, tell your administrator."
            )
        return EmailMessage(
            subject, body % words, settings.DEFAULT_FROM_EMAIL, [invitation.mail_to]
        )
