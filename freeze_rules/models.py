"""Freezes that people decide by hand; rules come to stand beside them."""

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _


class ManualFreeze(models.Model):
    """Somebody froze n units of a cell. The claim itself lives in the ledger, under `number`."""

    # One attempt of one person: a resend freezes once.
    key = models.CharField(_("key"), max_length=64, unique=True)
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    location = models.ForeignKey("inventory.Location", models.PROTECT, related_name="+")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Base units asked for; what is still frozen, the ledger knows.
    qty = models.BigIntegerField(_("quantity"))
    reason_code = models.CharField(_("reason"), max_length=24)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(
        _("at"),
        db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()),
        editable=False,
    )

    class Meta:
        verbose_name = _("freeze by hand")
        verbose_name_plural = _("freezes by hand")
        constraints = [
            models.CheckConstraint(name="freeze_rules_manual_qty_positive", condition=Q(qty__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document that stands behind the units, such as "FZ-9"."""
        return f"FZ-{self.pk}"
