"""The audit's own books: sweeps that ran, and what they found."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Sweep(models.Model):
    """One run of the audit: over everything, over what changed, or over a slice of the rest."""

    class Kind(models.TextChoices):
        COMPLETE = "COMPLETE", _("Everything")
        CHANGED = "CHANGED", _("What changed")
        ROLLING = "ROLLING", _("A slice of the rest")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    seconds = models.FloatField(default=0)
    balances = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    laws = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    # Where the next one of this kind goes on: a transaction horizon or a balance id.
    reached = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="sweep_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Finding(models.Model):
    """A difference: which law, where, what stands there and what should. For people to solve."""

    law = models.CharField(max_length=120)
    where = models.CharField(max_length=120)
    found = models.CharField(max_length=200)
    expected = models.CharField(max_length=200)
    first_seen = models.DateTimeField(db_default=Now(), editable=False)
    last_seen = models.DateTimeField(db_default=Now())
    # Set by the sweep that looked again and found nothing.
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["law", "where"],
                name="finding_open_once",
                condition=models.Q(gone_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}: {self.where}"
