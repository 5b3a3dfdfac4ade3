"""Parcels, who carries them, and the numbers they travel under."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock
from wms.models.fulfilments import Fulfilment, FulfilmentLine


class Carrier(models.Model):
    """A company that carries parcels."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    # What each platform calls this company: {"taobao": "SF", "shopify": "SF Express"}.
    platform_codes = models.JSONField(_("names at the platforms"), default=dict, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class WaybillRange(models.Model):
    """Numbers the carrier gave us, handed out in order under this row's lock."""

    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="ranges")
    prefix = models.CharField(_("prefix"), max_length=12, blank=True, default="")
    # Digits after the prefix, padded with zeros.
    digits = models.IntegerField(_("digits"))
    first = models.BigIntegerField(_("first"))
    next = models.BigIntegerField(_("next"))
    last = models.BigIntegerField(_("last"))

    class Meta:
        verbose_name = _("waybill range")
        verbose_name_plural = _("waybill ranges")
        constraints = [
            # next = last + 1 is an empty range.
            models.CheckConstraint(
                name="wms_range_next_within",
                condition=Q(first__gte=0) & Q(next__gte=F("first")) & Q(next__lte=F("last") + 1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.next}-{self.last} ({self.pk})"


class Parcel(models.Model):
    """A closed box with a waybill."""

    fulfilment = models.ForeignKey(Fulfilment, models.PROTECT, related_name="parcels")
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="parcels")
    waybill = models.CharField(_("waybill"), max_length=40)
    weight_g = models.IntegerField(_("weight in grams"), null=True, blank=True)
    packed_at = models.DateTimeField(_("packed"), db_default=database_clock(), editable=False)
    packed_by = models.CharField(_("packed by"), max_length=80)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    shipped_by = models.CharField(_("shipped by"), max_length=80, blank=True, default="")
    # Stopped after packing: the box is opened again, the waybill is never used twice.
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.UniqueConstraint(name="wms_waybill_once", fields=["carrier", "waybill"]),
            models.CheckConstraint(
                name="wms_parcel_weight_positive",
                condition=Q(weight_g__isnull=True) | Q(weight_g__gt=0),
            ),
            models.CheckConstraint(
                name="wms_parcel_shipped_or_voided",
                condition=Q(shipped_at__isnull=True) | Q(voided_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="wms_parcel_waybill", fields=["waybill"]),
            models.Index(
                name="wms_parcel_shipped",
                fields=["shipped_at"],
                condition=Q(shipped_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What is printed and scanned, such as "PC-5"."""
        return f"PC-{self.pk}"


class ParcelLine(models.Model):
    """What lies in the box, in base units."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="lines")
    line = models.ForeignKey(FulfilmentLine, models.PROTECT, related_name="parcel_lines")
    qty = models.IntegerField(_("quantity"))

    class Meta:
        verbose_name = _("parcel line")
        verbose_name_plural = _("parcel lines")
        constraints = [
            models.UniqueConstraint(name="wms_parcel_line_once", fields=["parcel", "line"]),
            models.CheckConstraint(name="wms_parcel_line_qty_positive", condition=Q(qty__gt=0)),
        ]

    def __str__(self) -> str:
        return f"PC-{self.parcel_id} {self.line_id} {self.qty}"
