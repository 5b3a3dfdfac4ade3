"""Each night: yesterday's orders at the platform against ours."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels_sync.models.shop import Shop
from outbox.clock import database_clock


class NightlyComparison(models.Model):
    """One shop, one day: how many orders were placed there and how many of them we lacked."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="comparisons")
    day = models.DateField(_("day"))
    placed = models.IntegerField(_("placed at the platform"))
    missing = models.IntegerField(_("missing here"))
    compared_at = models.DateTimeField(_("compared"), db_default=database_clock())

    class Meta:
        verbose_name = _("nightly comparison")
        verbose_name_plural = _("nightly comparisons")
        constraints = [
            models.UniqueConstraint(name="channels_comparison", fields=["shop", "day"]),
            models.CheckConstraint(
                name="channels_comparison_counts",
                condition=Q(missing__gte=0) & Q(placed__gte=F("missing")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.day} {self.missing}/{self.placed}"


class MissingOrder(models.Model):
    """An order the comparison found missing; it is fetched by the inbox like any other."""

    comparison = models.ForeignKey(NightlyComparison, models.CASCADE, related_name="orders")
    platform_number = models.CharField(_("platform number"), max_length=80)

    class Meta:
        verbose_name = _("missing order")
        verbose_name_plural = _("missing orders")
        constraints = [
            models.UniqueConstraint(
                name="channels_missing", fields=["comparison", "platform_number"]
            )
        ]

    def __str__(self) -> str:
        return self.platform_number
