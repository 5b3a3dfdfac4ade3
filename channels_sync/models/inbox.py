"""What the platforms told us, before we did anything about it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_sync.models.shop import Shop
from org.secrets import EncryptedJSONField
from outbox.clock import database_clock


class InboxOrder(models.Model):
    """The newest version of one platform order as told, encrypted because it names people.

    Three facts say what is owed: `fetch_wanted` (ask the platform for all of it), `taken_at`
    (NULL: not yet handed to the orders), `dead_at` (given up, in plain sight).
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="inbox")
    platform_number = models.CharField(_("platform number"), max_length=80)
    modified_at = models.DateTimeField(_("changed at the platform"), null=True)
    # Digest of what matters: tells two versions of the same second apart.
    mark = models.CharField(_("mark"), max_length=40, blank=True, default="")
    payload: models.Field[Any, Any] = EncryptedJSONField(_("payload"), null=True)
    # Rises with everything that is told; who fetched or took an older telling sees it.
    told = models.BigIntegerField(_("times told"), default=1)
    received_at = models.DateTimeField(_("received"), db_default=database_clock())
    fetch_wanted = models.BooleanField(_("to be fetched"), default=False)
    claimed_until = models.DateTimeField(_("being fetched until"), null=True)
    due_at = models.DateTimeField(_("due"), db_default=database_clock())
    taken_at = models.DateTimeField(_("taken in"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    attempts = models.IntegerField(_("failed attempts"), default=0)
    # A code and a place, never the payload's words: those may name a person.
    error_code = models.CharField(_("error"), max_length=100, blank=True, default="")
    error_where = models.CharField(_("where"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("inbox order")
        verbose_name_plural = _("inbox orders")
        constraints = [
            models.UniqueConstraint(
                name="channels_inbox_number", fields=["shop", "platform_number"]
            )
        ]
        indexes = [
            models.Index(
                name="channels_inbox_waiting",
                fields=["id"],
                condition=Q(taken_at__isnull=True, dead_at__isnull=True, payload__isnull=False),
            ),
            models.Index(
                name="channels_inbox_wanted",
                fields=["shop", "id"],
                condition=Q(fetch_wanted=True, dead_at__isnull=True),
            ),
            models.Index(
                name="channels_inbox_dead", fields=["shop"], condition=Q(dead_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}/{self.platform_number}"


class PushSeen(models.Model):
    """A push we have stored, by the platform's message id, so that a copy changes nothing."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    message_id = models.CharField(_("message id"), max_length=100)
    delivery = models.CharField(_("delivery"), max_length=40, blank=True, default="")
    body_hash = models.CharField(_("digest of the body"), max_length=64)
    at = models.DateTimeField(_("received"), db_default=database_clock())

    class Meta:
        verbose_name = _("seen push")
        verbose_name_plural = _("seen pushes")
        constraints = [
            models.UniqueConstraint(name="channels_push_seen", fields=["shop", "message_id"])
        ]
        indexes = [models.Index(name="channels_push_seen_at", fields=["at"])]

    def __str__(self) -> str:
        return self.message_id


class PushCounter(models.Model):
    """How many pushes of a shop were not stored, per day and reason."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    outcome = models.CharField(_("reason"), max_length=40)
    count = models.BigIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("push counter")
        verbose_name_plural = _("push counters")
        constraints = [
            models.UniqueConstraint(name="channels_push_counter", fields=["shop", "day", "outcome"])
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.day} {self.outcome} {self.count}"


class MalformedPush(models.Model):
    """A correctly signed push that nobody can read, kept for inspection; the newest few."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("received"), db_default=database_clock())
    topic = models.CharField(_("topic"), max_length=100, blank=True, default="")
    body: models.Field[Any, Any] = EncryptedJSONField(_("body"))

    class Meta:
        verbose_name = _("malformed push")
        verbose_name_plural = _("malformed pushes")
        indexes = [models.Index(name="channels_malformed", fields=["shop", "-id"])]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.at}"
