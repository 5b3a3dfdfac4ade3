"""What people report and rules listen to: inspections, customs, suppliers, damage and leaks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.clock import database_clock


class Inspection(models.Model):
    """A sample of goods is looked at; the result is written once. Files belong to "QI-<id>"."""

    class Result(models.TextChoices):
        ASKED = "ASKED", pgettext_lazy("inspection", "Under way")
        PASSED = "PASSED", pgettext_lazy("inspection", "Passed")
        FAILED = "FAILED", pgettext_lazy("inspection", "Failed")
        PARTIAL = "PARTIAL", pgettext_lazy("inspection", "Passed in part")

    # One attempt of one person: a resend asks once.
    key = models.CharField(max_length=64, unique=True)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    # The delivery, where only that is meant.
    document = models.CharField(_("document"), max_length=64, blank=True, default="")
    # Base units that the result is about, and how many of them are looked at.
    qty = models.PositiveBigIntegerField(_("quantity"))
    sample = models.PositiveBigIntegerField(_("sample"), default=0)
    result = models.CharField(
        _("result"), max_length=8, choices=Result.choices, default=Result.ASKED
    )
    passed = models.PositiveBigIntegerField(_("passed"), default=0)
    failed = models.PositiveBigIntegerField(_("failed"), default=0)
    # The report's number.
    reference = models.CharField(_("report"), max_length=120, blank=True, default="")
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    # Who, as the ledger names them: a person or a program.
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(db_default=database_clock(), editable=False)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        constraints = [
            models.CheckConstraint(
                name="inspection_decided_by_somebody",
                condition=Q(result="ASKED", decided_by="", decided_at__isnull=True)
                | (~Q(result="ASKED") & ~Q(decided_by="") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="inspection_parts_make_the_whole",
                condition=Q(result="ASKED", passed=0, failed=0)
                | (~Q(result="ASKED") & Q(qty=F("passed") + F("failed"))),
            ),
            models.CheckConstraint(
                name="inspection_quantities", condition=Q(qty__gt=0, sample__lte=F("qty"))
            ),
            models.CheckConstraint(
                name="inspection_known_result",
                condition=Q(result__in=["ASKED", "PASSED", "FAILED", "PARTIAL"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it, such as "QI-12"."""
        return f"QI-{self.pk}"


class CustomsStep(models.Model):
    """Customs said something of a lot. Never edited; the last one is what counts."""

    lot = models.ForeignKey("inventory.Lot", models.PROTECT, related_name="+")
    before = models.CharField(max_length=12)
    state = models.CharField(_("customs"), max_length=12)
    declaration = models.CharField(_("declaration"), max_length=64)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    actor = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["lot", "id"], name="customs_step_by_lot")]

    def __str__(self) -> str:
        return f"{self.declaration} {self.state}"


class SupplierBlock(models.Model):
    """A supplier is not trusted from one day to another; one block at a time."""

    supplier = models.CharField(_("supplier"), max_length=80)
    why = models.CharField(_("reason"), max_length=400)
    blocked_by = models.CharField(max_length=64)
    blocked_at = models.DateTimeField(db_default=database_clock(), editable=False)
    cleared_by = models.CharField(max_length=64, blank=True, default="")
    cleared_why = models.CharField(max_length=400, blank=True, default="")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(cleared_at__isnull=True),
                name="supplier_blocked_once",
            ),
            models.CheckConstraint(
                name="supplier_cleared_by_somebody",
                condition=Q(cleared_at__isnull=True, cleared_by="")
                | (Q(cleared_at__isnull=False) & ~Q(cleared_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"SB-{self.pk}"


class Incident(models.Model):
    """Somebody saw damage or a leak, or has repaired something. Files belong to "IN-<id>"."""

    class Kind(models.TextChoices):
        DAMAGE = "DAMAGE", _("Damage")
        LEAK = "LEAK", _("Leak")
        REPAIR = "REPAIR", _("Repair done")

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    location = models.ForeignKey("inventory.Location", models.PROTECT, null=True, related_name="+")
    zone = models.ForeignKey("inventory.Zone", models.PROTECT, null=True, related_name="+")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    qty = models.PositiveBigIntegerField(_("quantity"), default=0)
    note = models.CharField(_("note"), max_length=400)
    reported_by = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=database_clock(), editable=False)
    # A leak, until it is mended.
    mended_by = models.CharField(max_length=64, blank=True, default="")
    mended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                name="incident_says_what_and_where",
                condition=Q(kind="LEAK", location__isnull=False)
                | Q(kind="DAMAGE", location__isnull=False, sku__isnull=False, qty__gt=0)
                | Q(kind="REPAIR", sku__isnull=False, qty__gt=0),
            ),
            models.CheckConstraint(
                name="incident_only_leaks_are_mended",
                condition=Q(mended_at__isnull=True, mended_by="")
                | (Q(kind="LEAK", mended_at__isnull=False) & ~Q(mended_by="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it, such as "IN-3"."""
        return f"IN-{self.pk}"
