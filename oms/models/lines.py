"""What was ordered, and for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from oms.models.orders import Order
from org.secrets import EncryptedTextField


class OrderLine(models.Model):
    """One line of the platform's order. Quantities are base units of the SKU."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    # Counts from 0 in the order we first saw them; exceptions name it, so it never changes.
    position = models.IntegerField(_("position"))
    platform_line_id = models.CharField(_("platform line"), max_length=80)
    # 2 when the platform sent the same line twice in one version.
    occurrence = models.IntegerField(_("occurrence"), default=1)
    platform_item_id = models.CharField(max_length=80, blank=True, default="")
    platform_sku_id = models.CharField(max_length=80, blank=True, default="")
    outer_code = models.CharField(_("merchant code"), max_length=80, blank=True, default="")
    sku = models.ForeignKey(
        "inventory.Sku", models.PROTECT, null=True, related_name="+", verbose_name=_("SKU")
    )
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    qty = models.BigIntegerField(_("ordered"))
    # The platform's figure when it was impossible; `qty` is 0 then.
    told_qty = models.CharField(_("told quantity"), max_length=40, blank=True, default="")
    cancelled = models.BigIntegerField(_("cancelled"), default=0)
    shipped = models.BigIntegerField(_("shipped"), default=0)
    unit_price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, default=0)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=0)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2, default=0)
    refund = models.CharField(_("refund"), max_length=20, default="none")

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(name="oms_line_position", fields=["order", "position"]),
            models.UniqueConstraint(
                name="oms_line_once", fields=["order", "platform_line_id", "occurrence"]
            ),
            # Invariant C2.
            models.CheckConstraint(
                name="oms_line_adds_up",
                condition=Q(cancelled__gte=0)
                & Q(shipped__gte=0)
                & Q(qty__gte=F("cancelled") + F("shipped")),
            ),
            models.CheckConstraint(name="oms_line_qty_sane", condition=Q(qty__lte=1_000_000)),
        ]
        indexes = [
            models.Index(F("sku"), F("order").desc(), name="oms_line_by_sku"),
            # Remapping looks for what waits for a SKU.
            models.Index(
                name="oms_line_unmapped",
                fields=["platform_sku_id", "outer_code"],
                condition=Q(sku__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}[{self.position}] {self.qty} ({self.pk})"

    @property
    def live(self) -> int:
        """Units still to be sent."""
        return self.qty - self.cancelled - self.shipped


class Receiver(models.Model):
    """Who gets the goods: encrypted in full, masked for lists, plain only what routing needs."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="receiver", primary_key=True)
    name = EncryptedTextField(_("name"), default="")
    phone = EncryptedTextField(_("phone"), default="")
    town = EncryptedTextField(_("town"), default="")
    address = EncryptedTextField(_("address"), default="")
    # The platform's opaque id (oaid and the like); merging compares it, labels are printed with it.
    token = EncryptedTextField(_("token"), default="")
    masked_name = models.CharField(max_length=80, blank=True, default="")
    masked_phone = models.CharField(max_length=40, blank=True, default="")
    masked_address = models.CharField(max_length=120, blank=True, default="")
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    province = models.CharField(_("province"), max_length=60, blank=True, default="")
    city = models.CharField(_("city"), max_length=60, blank=True, default="")
    district = models.CharField(_("district"), max_length=60, blank=True, default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="")
    # The platform itself sent stars.
    is_masked = models.BooleanField(_("masked by the platform"), default=False)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # Nothing but country, province and city is left: the time to keep a receiver was over.
    blanked_at = models.DateTimeField(_("removed"), null=True, editable=False)

    class Meta:
        verbose_name = _("receiver")
        verbose_name_plural = _("receivers")

    def __str__(self) -> str:
        return f"{self.order_id} {self.masked_name}"
