"""Corrections that people make: what they found, and why they say it differs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.models.books import ClockTimestamp


class CorrectionReason(models.TextChoices):
    """Why the books were wrong, as people choose it."""

    COUNTED = "COUNTED", _("A count found it")
    DAMAGED = "DAMAGED", _("Broken or spoiled")
    LOST = "LOST", _("Missing")
    FOUND = "FOUND", _("Found again")
    MISBOOKED = "MISBOOKED", _("Booked wrongly")
    USED = "USED", _("Used by ourselves, tasting, display")
    OTHER = "OTHER", _("Something else (say what)")


class Correction(models.Model):
    """One correction of one or several cells of a warehouse, under the number "CO-7".

    `lines` is what was typed, in ids. What was booked, the ledger knows under the number.
    """

    # One attempt of one person: a resend corrects once.
    key = models.CharField(max_length=120, unique=True)
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=CorrectionReason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    lines = models.JSONField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_default=ClockTimestamp(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="correction_known_reason",
                condition=Q(
                    reason__in=[
                        "COUNTED", "DAMAGED", "FOUND", "LOST", "MISBOOKED", "OTHER", "USED",
                    ]
                ),
            )
        ]  # fmt: skip
        indexes = [models.Index(name="correction_of_warehouse", fields=["warehouse", "-id"])]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Its document number."""
        return f"CO-{self.pk}"
