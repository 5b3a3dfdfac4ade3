"""Promotions: units that are set aside for some shops from one minute to another."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.clock import database_clock


class Promotion(models.Model):
    """A promotion of some shops. Opened and closed at its minute by whoever comes first."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", pgettext_lazy("promotion", "Planned")
        OPEN = "OPEN", pgettext_lazy("promotion", "Running")
        CLOSED = "CLOSED", pgettext_lazy("promotion", "Over")
        CANCELLED = "CANCELLED", pgettext_lazy("promotion", "Called off")

    # One attempt of one person: a resend makes one.
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80)
    # Shops (their ids) that sell it; empty: every shop.
    shops = ArrayField(models.BigIntegerField(), default=list, blank=True)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PLANNED)
    # Who, as the ledger names them: a person or a program.
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            models.CheckConstraint(
                name="promotion_opens_before_it_closes", condition=Q(opens_at__lt=F("closes_at"))
            ),
            models.CheckConstraint(
                name="promotion_known_state",
                condition=Q(state__in=["PLANNED", "OPEN", "CLOSED", "CANCELLED"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_at"], name="promotion_to_open", condition=Q(state="PLANNED")
            ),
            models.Index(
                fields=["closes_at"], name="promotion_to_close", condition=Q(state="OPEN")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document of its events, such as "PR-3"."""
        return f"PR-{self.pk}"


class PromotionLine(models.Model):
    """So many units of a SKU of one warehouse; `reserved` is what was there when it opened."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="lines")
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    qty = models.PositiveBigIntegerField(_("quantity"))
    reserved = models.PositiveBigIntegerField(_("set aside"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promotion", "warehouse", "sku"], name="promotion_line_once"
            ),
            models.CheckConstraint(
                name="promotion_line_quantities", condition=Q(qty__gt=0, reserved__lte=F("qty"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} x{self.qty}"
