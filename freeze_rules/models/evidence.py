"""What a hold waits for, and what has been proved."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class Watch(models.Model):
    """What lets go of one hold: a formula of evidence, and what an event turns it into.

    The goods and the document say which events speak of it. What is empty matches everything.
    """

    hold = models.OneToOneField("inventory.Hold", models.PROTECT, related_name="+")
    version = models.ForeignKey(
        "freeze_rules.RuleVersion", models.PROTECT, null=True, related_name="+"
    )
    formula = models.JSONField(default=dict)
    dispositions = models.JSONField(default=list)
    # The grade the units get when the formula lets go of them; empty: they keep theirs.
    regrade = models.CharField(max_length=2, blank=True, default="")
    # Kinds of events the formula and the dispositions listen to.
    hears = models.JSONField(default=list)
    document = models.CharField(max_length=64, blank=True, default="")
    supplier = models.CharField(max_length=80, blank=True, default="")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+", db_index=False
    )
    location = models.ForeignKey(
        "inventory.Location", models.PROTECT, null=True, related_name="+", db_index=False
    )
    zone = models.ForeignKey(
        "inventory.Zone", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # When to look again although nothing happened: a leaf of the formula is a time.
    look_at = models.DateTimeField(null=True)
    # Dispositions that are tried again then: for each the event's id and its place in the list.
    put_off = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    closed_at = models.DateTimeField(null=True)
    # Its rule was stopped at a limit of releasing before this one: somebody lets it go on.
    held_back_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["document"], name="watch_by_document", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["look_at"],
                name="watch_due",
                condition=Q(closed_at__isnull=True, look_at__isnull=False),
            ),
            models.Index(
                fields=["supplier"],
                name="watch_by_supplier",
                condition=Q(closed_at__isnull=True) & ~Q(supplier=""),
            ),
            models.Index(
                fields=["version"],
                name="watch_held_back",
                condition=Q(closed_at__isnull=True, held_back_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"W-{self.pk}"


class Proof(models.Model):
    """Who or what proved one leaf of a hold's formula, and when. Never edited."""

    watch = models.ForeignKey(Watch, models.PROTECT, related_name="proofs")
    # The leaf: a kind of event ("inspection.passed") or "approval:<permission>".
    leaf = models.CharField(max_length=64)
    event = models.ForeignKey("freeze_rules.Event", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # A report's or an approval's number; files are attached to the document "P-<id>".
    reference = models.CharField(_("reference"), max_length=120, blank=True, default="")
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "leaf", "event"], name="proof_once_per_event"
            ),
            models.CheckConstraint(
                name="proof_by_somebody",
                condition=Q(event__isnull=False) | Q(person__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"P-{self.pk}"


class RuleRelease(models.Model):
    """What a rule with a limit of releasing let go of in one go: counted for the hour after."""

    rule = models.ForeignKey("freeze_rules.Rule", models.CASCADE, related_name="+")
    value = models.DecimalField(max_digits=16, decimal_places=2)
    skus = ArrayField(models.BigIntegerField(), default=list)
    warehouses = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["rule", "-at"], name="rule_release_by_hour")]

    def __str__(self) -> str:
        return f"{self.rule_id} @ {self.at:%Y-%m-%d %H:%M}"
