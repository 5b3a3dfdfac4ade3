"""Leases: whose freeze it is, when somebody looks at it again, and what they will do then.

The review date itself stands on the claim (`Hold.review_at`), which every list reads.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class NextStep(models.TextChoices):
    """What is to happen next with frozen goods."""

    DECIDE = "DECIDE", _("Decide")
    INSPECT = "INSPECT", _("Inspect")
    AWAIT = "AWAIT", _("Wait for evidence")
    REWORK = "REWORK", _("Rework")
    CLEAR = "CLEAR", _("Sell off")
    RETURN = "RETURN", _("Return to the supplier")
    SCRAP = "SCRAP", _("Scrap")


class Lease(models.Model):
    """One open freeze is somebody's business."""

    hold = models.OneToOneField("inventory.Hold", models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # A role that its rule names instead of a person: everybody who has it where the goods are.
    owner_role = models.CharField(_("role"), max_length=40, blank=True, default="")
    next_step = models.CharField(
        _("next step"), max_length=8, choices=NextStep.choices, default=NextStep.DECIDE
    )
    # How often its review was put off, each time with a reason on the trail.
    extensions = models.PositiveIntegerField(_("times put off"), default=0)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("lease of a freeze")
        verbose_name_plural = _("leases of freezes")
        constraints = [
            models.CheckConstraint(
                name="freeze_rules_lease_known_step",
                condition=Q(
                    next_step__in=[
                        "DECIDE", "INSPECT", "AWAIT", "REWORK", "CLEAR", "RETURN", "SCRAP",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="freeze_rules_lease_one_owner",
                condition=Q(owner__isnull=True) | Q(owner_role=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"H-{self.hold_id}"
