"""The audit's own books: sweeps that ran, and what they found."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Sweep(models.Model):
    """One run of the audit: over everything, over what changed, or over a slice of the rest.

    One of everything may be asked for: then the row is there before the run, without an end.
    """

    class Kind(models.TextChoices):
        COMPLETE = "COMPLETE", _("Everything")
        CHANGED = "CHANGED", _("What changed")
        ROLLING = "ROLLING", _("A slice of the rest")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    asked_by = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    # How long it looked; a float would do, but whole milliseconds are what is shown.
    milliseconds = models.PositiveIntegerField(default=0)
    balances = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    laws = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    # Where the next one of this kind goes on: a transaction horizon or a balance id.
    reached = models.BigIntegerField(default=0)
    # The highest entry that was there: a stray entry under an old posting is above it.
    last_entry = models.BigIntegerField(default=0)
    # A digest of all entries recorded below the horizon `reached`; the next replay must find it.
    seal = models.CharField(max_length=64, blank=True)
    # Per law: [differences, milliseconds].
    by_law = models.JSONField(default=dict)

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
    # Whose page shows it and whose next sweep looks again; empty where no balance is concerned.
    balance = models.ForeignKey(
        "inventory.Balance", on_delete=models.PROTECT, null=True, related_name="+",
        db_constraint=False,
    )  # fmt: skip
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
