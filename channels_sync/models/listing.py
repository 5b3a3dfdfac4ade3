"""What a shop offers, which SKU it is, and the stock figure it shows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_sync.models.shop import Shop
from outbox.clock import database_clock


class Listing(models.Model):
    """One thing on offer. `computed_*` is what the platform is being told, `acked_*` what it has.

    A basis is `figure epoch x 10^12 + sum of the balances' versions`: it rises with every change
    that can move the figure, so "must be published again" is a comparison.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="listings")
    platform_item_id = models.CharField(_("item"), max_length=64, blank=True, default="")
    platform_sku_id = models.CharField(_("platform SKU"), max_length=64, blank=True, default="")
    inventory_item_id = models.CharField(_("inventory item"), max_length=64, blank=True, default="")
    outer_code = models.CharField(_("merchant code"), max_length=64, blank=True, default="")
    title = models.CharField(_("title"), max_length=300, blank=True, default="")
    sku = models.ForeignKey(
        "inventory.Sku", models.PROTECT, null=True, related_name="+", verbose_name=_("SKU")
    )
    # False: only seen in orders, the catalogue has not shown it.
    is_offered = models.BooleanField(_("on offer"), default=True)
    # Says "look again"; rises so that an ack for an older look does not clear it.
    stale_count = models.BigIntegerField(_("stale count"), default=0)
    stale_since = models.DateTimeField(_("stale since"), null=True)
    # Goods of it came under a safety freeze: this figure goes before all others.
    is_urgent = models.BooleanField(_("safety first"), default=False)
    claimed_until = models.DateTimeField(_("being published until"), null=True)
    claimed_stale_count = models.BigIntegerField(_("stale count when claimed"), default=0)
    due_at = models.DateTimeField(_("due"), db_default=database_clock())
    attempts = models.IntegerField(_("failed attempts"), default=0)
    dead_at = models.DateTimeField(_("given up"), null=True)
    error_code = models.CharField(_("error"), max_length=100, blank=True, default="")
    error_text = models.CharField(_("the platform's words"), max_length=300, blank=True, default="")
    computed_qty = models.BigIntegerField(_("computed figure"), null=True)
    computed_basis = models.BigIntegerField(_("computed from"), default=0)
    # The platform lowers its figure itself when it sells: this is what we set, at that time.
    acked_qty = models.BigIntegerField(_("published figure"), null=True)
    acked_basis = models.BigIntegerField(_("published from"), default=0)
    acked_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(
                name="channels_listing_ids",
                fields=["shop", "platform_item_id", "platform_sku_id", "outer_code"],
            ),
            models.CheckConstraint(
                name="channels_listing_figure",
                condition=Q(computed_qty__isnull=True) | Q(computed_qty__gte=0),
            ),
            models.CheckConstraint(
                name="channels_listing_order",
                condition=Q(acked_basis__lte=models.F("computed_basis")),
            ),
        ]
        indexes = [
            models.Index(
                name="channels_listing_sku", fields=["sku"], condition=Q(sku__isnull=False)
            ),
            models.Index(
                name="channels_listing_stale",
                fields=["-is_urgent", "stale_since", "id"],
                condition=Q(stale_since__isnull=False, dead_at__isnull=True),
            ),
            models.Index(
                name="channels_listing_unmatched",
                fields=["shop", "id"],
                condition=Q(sku__isnull=True),
            ),
            models.Index(
                name="channels_listing_dead",
                fields=["shop", "id"],
                condition=Q(dead_at__isnull=False),
            ),
            models.Index(name="channels_listing_outer", fields=["shop", "outer_code"]),
        ]

    def __str__(self) -> str:
        return self.outer_code or self.platform_sku_id or self.platform_item_id
