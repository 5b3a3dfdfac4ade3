"""Programs that use the API: who they are, their secrets, and what they have sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from org.models.units import Unit
from org.secrets import EncryptedTextField
from outbox.clock import database_clock

MOST_PER_MINUTE = 1_000_000
MOST_BURST = 100_000


class ApiClient(models.Model):
    """A program with a key of its own, its permissions and the places it works for.

    Places are units with everything below them, warehouses and shops. The latter two live upstairs,
    so their ids are kept as plain numbers, as in people's assignments.

    `per_minute` requests are refilled each minute into a bucket that holds `burst`.
    """

    key_id = models.CharField(_("key id"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    # Permission codes; unlike a role's they are its own and stay when roles change.
    permissions = models.JSONField(_("permissions"), default=list)
    units = models.ManyToManyField(Unit, related_name="+")
    warehouse_ids = ArrayField(models.BigIntegerField(), verbose_name=_("warehouses"), default=list)
    shop_ids = ArrayField(models.BigIntegerField(), verbose_name=_("shops"), default=list)
    # Networks in CIDR that requests must come from; none: from anywhere.
    networks = models.JSONField(_("networks"), default=list)
    per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    burst = models.PositiveIntegerField(_("at once"), default=100)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), db_default=database_clock(), editable=False)
    created_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    # To the minute.
    last_used_at = models.DateTimeField(_("last used"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        constraints = [
            models.CheckConstraint(
                name="org_client_key_plain", condition=Q(key_id__regex=r"^ak_[0-9a-f]{16}$")
            ),
            models.CheckConstraint(name="org_client_named", condition=~Q(name="")),
            models.UniqueConstraint(
                name="org_client_one_active_of_a_name", fields=["name"], condition=Q(active=True)
            ),
            models.CheckConstraint(
                name="org_client_limits",
                condition=Q(per_minute__range=(1, MOST_PER_MINUTE), burst__range=(1, MOST_BURST)),
            ),
            models.CheckConstraint(
                name="org_client_revoked_for_good",
                condition=Q(active=True, revoked_at__isnull=True)
                | Q(active=False, revoked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """How the audit trail and the ledger name this program."""
        return f"client:{self.key_id}"


class ApiSecret(models.Model):
    """A secret of a client. Two may live at a time, so that it is changed without a pause."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="secrets")
    # Which of the two places it has while it lives.
    slot = models.PositiveSmallIntegerField()
    secret = EncryptedTextField()
    # Its last characters, to tell the two apart on the page.
    ending = models.CharField(max_length=4)
    added_at = models.DateTimeField(_("added"), db_default=database_clock(), editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="org_secret_two_slots", condition=Q(slot__in=[1, 2])),
            models.UniqueConstraint(
                name="org_secret_one_in_a_slot",
                fields=["client", "slot"],
                condition=Q(retired_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.ending}"


class ApiNonce(models.Model):
    """A request that was let in; the same one again is not. Swept once its time stamp is stale.

    No foreign key in the database: checking it would lock, and so write, the client's one row with
    every request.
    """

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+", db_constraint=False)
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=database_clock(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="org_nonce_once", fields=["client", "nonce"])]

    def __str__(self) -> str:
        return self.nonce


class ApiAnswer(models.Model):
    """What a write was answered under an Idempotency-Key, kept so that it is done once.

    Written in the transaction of the effect: neither exists without the other.
    """

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    # SHA-256 of method, address and body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    at = models.DateTimeField(db_default=database_clock(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="org_answer_once", fields=["actor", "key"])]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
