"""Parcels the platforms have to hear of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_sync.models.shop import Shop
from outbox.clock import database_clock


class ShipmentUpload(models.Model):
    """One waybill of one order that the platform has to be told.

    `outcome_unknown` says that the last call may have had its effect: look before calling again.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="uploads")
    order_number = models.CharField(_("order"), max_length=24)
    platform_number = models.CharField(_("platform number"), max_length=80)
    parcel = models.CharField(_("parcel"), max_length=40, blank=True, default="")
    waybill = models.CharField(_("waybill"), max_length=60)
    carrier_code = models.CharField(_("carrier"), max_length=40)
    # [[platform line id, quantity], ...]; empty means the whole order.
    lines = models.JSONField(_("lines"), default=list)
    is_partial = models.BooleanField(_("part of the order"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=database_clock())
    due_at = models.DateTimeField(_("due"), db_default=database_clock())
    claimed_until = models.DateTimeField(_("being uploaded until"), null=True)
    outcome_unknown = models.BooleanField(_("outcome unknown"), default=False)
    done_at = models.DateTimeField(_("uploaded"), null=True)
    dead_at = models.DateTimeField(_("given up"), null=True)
    attempts = models.IntegerField(_("failed attempts"), default=0)
    error_code = models.CharField(_("error"), max_length=100, blank=True, default="")
    error_text = models.CharField(_("the platform's words"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("shipment upload")
        verbose_name_plural = _("shipment uploads")
        constraints = [
            models.UniqueConstraint(name="channels_upload", fields=["order_number", "waybill"])
        ]
        indexes = [
            models.Index(
                name="channels_upload_owed",
                fields=["due_at"],
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                name="channels_upload_dead", fields=["shop"], condition=Q(dead_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} {self.waybill}"
