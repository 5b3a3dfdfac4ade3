"""Who wants to be told, and what is still to be told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from org.secrets import EncryptedJSONField
from outbox.clock import database_clock


class Subscription(models.Model):
    """A program's wish to be told of some topics at an address of its own.

    It hears of what lies in the places of its client, and nothing else.
    """

    client = models.ForeignKey("org.ApiClient", models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    topics = ArrayField(models.CharField(max_length=60), verbose_name=_("topics"))
    # Newest first; two live while one takes the other's place.
    secrets: models.Field[list[str], list[str]] = EncryptedJSONField()
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), db_default=database_clock(), editable=False)
    created_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(_("ended"), null=True)
    # Since when nothing has got through; empty while the last attempt did.
    failing_since = models.DateTimeField(_("failing since"), null=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(name="webhook_named", condition=~Q(name="")),
            models.CheckConstraint(name="webhook_of_something", condition=Q(topics__len__gt=0)),
            models.CheckConstraint(
                name="webhook_ended_for_good",
                condition=Q(active=True, ended_at__isnull=True) | Q(active=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One thing to tell one subscription. Delivered, or dead after three days, it stays to be seen.

    `next_at` is when it is tried; a worker that takes it moves it into the future first, so that
    a killed worker's message is tried again and two workers never send it at the same time.
    """

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="messages")
    # "msg_" and random letters: what the receiver knows it by, the same with every attempt.
    name = models.CharField(max_length=40, unique=True)
    topic = models.CharField(_("topic"), max_length=60)
    # Exactly what is sent.
    body = models.TextField()
    happened_at = models.DateTimeField(_("happened"), db_default=database_clock())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, db_default=database_clock())
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    # HTTP status of the last answer, or a word such as "timeout".
    last_answer = models.CharField(_("last answer"), max_length=40, default="")
    last_ms = models.PositiveIntegerField(_("took"), null=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.CheckConstraint(
                name="webhook_message_waits_or_is_over",
                condition=Q(next_at__isnull=False, delivered_at__isnull=True, dead_at__isnull=True)
                | Q(next_at__isnull=True, delivered_at__isnull=False, dead_at__isnull=True)
                | Q(next_at__isnull=True, delivered_at__isnull=True, dead_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(F("next_at"), name="webhook_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["subscription", "-id"], name="webhook_messages"),
            models.Index(
                fields=["subscription", "-id"],
                name="webhook_dead",
                condition=Q(dead_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
