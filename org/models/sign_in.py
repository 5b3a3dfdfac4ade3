"""What signing in leaves behind: sessions, second factors, invitations."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from org.models.people import Person
from org.secrets import EncryptedTextField
from outbox.clock import database_clock


class Session(AbstractBaseSession):
    """A browser that is signed in, or about to: whose, from where, when seen last.

    `handle` names it on pages: the key itself would let a reader of the page be that browser.
    """

    handle = models.CharField(max_length=16, unique=True, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="sessions")
    address = models.CharField(_("address"), max_length=45, blank=True, default="")
    agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    began_at = models.DateTimeField(_("signed in"), null=True)
    # To the minute.
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(
                name="org_session_of_person", fields=["person", "-seen_at"],
                condition=Q(person__isnull=False),
            ),
        ]  # fmt: skip


def handle_of(session_key: str) -> str:
    """How pages name a session."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16]


class Authenticator(models.Model):
    """An app that shows six digits (TOTP, RFC 6238): the second factor of a person.

    Unconfirmed until its first code was typed. The key is encrypted at rest. `last_step` is the
    step of the last code taken, so that none is taken twice; `drift` how many steps its clock is
    off; `failures` the wrong codes since the last right one.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="authenticators")
    confirmed = models.BooleanField(default=False)
    key: models.Field[Any, Any] = EncryptedTextField()
    last_step = models.BigIntegerField(default=-1)
    drift = models.SmallIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(_("added"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        constraints = [
            models.UniqueConstraint(
                name="org_authenticator_one_of_a_kind", fields=["person", "confirmed"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} #{self.pk}"


class RecoveryCode(models.Model):
    """A code that stands in for the second factor once, kept as a keyed digest only."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(name="org_recovery_code_once", fields=["person", "digest"])
        ]

    def __str__(self) -> str:
        return f"{self.person_id} #{self.pk}"


class Invitation(models.Model):
    """A link with which somebody sets their own password, once, and the mail that carries it.

    The link is signed, not stored. A newer one of the same person ends the older ones.
    """

    class Kind(models.TextChoices):
        INVITE = "INVITE", _("Invitation")
        RESET = "RESET", _("New password")

    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(_("made"), db_default=database_clock(), editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("used"), null=True)
    ended_at = models.DateTimeField(null=True)
    # Empty: somebody hands the link over by other means.
    mail_to = models.EmailField(blank=True, default="")
    # When the mail is tried next; NULL: sent, given up or never meant to be.
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(_("sent"), null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(_("failure"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="org_invitation_kind_known", condition=Q(kind__in=["INVITE", "RESET"])
            ),
            models.UniqueConstraint(
                name="org_invitation_one_open",
                fields=["person"],
                condition=Q(used_at__isnull=True, ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="org_invitation_due", fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"
