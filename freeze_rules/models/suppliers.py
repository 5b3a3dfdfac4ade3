"""How much of a supplier's goods may stand frozen before purchasing is told."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class SupplierLimit(models.Model):
    """Units of one supplier that may be frozen for quality; the empty name is for all others."""

    supplier = models.CharField(_("supplier"), max_length=80, unique=True, blank=True)
    units = models.PositiveBigIntegerField(_("limit"))
    changed_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField(db_default=database_clock(), editable=False)

    def __str__(self) -> str:
        return f"{self.supplier or '*'}: {self.units}"


class SupplierAlarm(models.Model):
    """A supplier's frozen units passed the limit; open until they are within it again."""

    supplier = models.CharField(_("supplier"), max_length=80)
    units = models.PositiveBigIntegerField()
    limit = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_default=database_clock(), editable=False)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(over_at__isnull=True),
                name="supplier_alarm_open_once",
            ),
            models.CheckConstraint(
                name="supplier_alarm_is_beyond", condition=Q(units__gt=F("limit"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.units} > {self.limit}"
