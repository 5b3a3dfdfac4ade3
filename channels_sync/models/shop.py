"""A shop at a platform, its secrets, its warehouses, and how far it has been pulled."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from org.scope import Paths
from org.secrets import EncryptedJSONField
from outbox.clock import database_clock


class Shop(models.Model):
    """One shop. Its code is what the platform and the push address call it."""

    class Platform(models.TextChoices):
        SHOPIFY = "shopify", "Shopify"
        TAOBAO = "taobao", _("Taobao / Tmall")
        # No platform: programs hand the orders in.
        API = "api", _("Own systems (API)")

    scope_paths: ClassVar[Paths] = Paths(shop="pk")

    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices)
    code = models.CharField(_("code"), max_length=120)
    name = models.CharField(_("name"), max_length=120)
    # How the name is typed without a Chinese keyboard; Chinese sorts by it.
    pinyin = models.CharField(max_length=300, blank=True, default="", editable=False)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name=_("unit"))
    base_url = models.URLField(_("address of the API"), max_length=300)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    location_id = models.CharField(_("location"), max_length=40, blank=True, default="")
    credentials: models.Field[Any, Any] = EncryptedJSONField(_("credentials"))
    # Rises with every change of the credentials: a refresh never overwrites a newer token.
    token_version = models.IntegerField(_("token version"), default=1)
    token_expires_at = models.DateTimeField(_("token expires"), null=True)
    refreshing_until = models.DateTimeField(_("being refreshed until"), null=True)
    is_active = models.BooleanField(_("active"), default=True)
    pull_seconds = models.IntegerField(_("seconds between pulls"), default=120)
    # Units that stay out of the shop's figures.
    safety_qty = models.IntegerField(_("safety stock"), default=0)
    # Rises when the way a figure is computed changes (warehouses, safety stock).
    figure_epoch = models.IntegerField(_("figure epoch"), default=1)
    # The platform asked us to wait, or does not answer.
    not_before = models.DateTimeField(_("no calls before"), null=True)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True, default="")
    trouble_since = models.DateTimeField(_("in trouble since"), null=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    created_at = models.DateTimeField(_("created"), db_default=database_clock(), editable=False)
    last_pull_at = models.DateTimeField(_("last pull"), null=True)
    last_stock_at = models.DateTimeField(_("last stock push"), null=True)
    last_catalogue_at = models.DateTimeField(_("last look at the catalogue"), null=True)
    catalogue_due_at = models.DateTimeField(_("catalogue due"), db_default=database_clock())
    catalogue_until = models.DateTimeField(_("catalogue being read until"), null=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        constraints = [
            models.UniqueConstraint(name="channels_shop_code", fields=["platform", "code"]),
            # The freshness promise: three minutes at most between two pulls.
            models.CheckConstraint(
                name="channels_shop_pull_seconds", condition=Q(pull_seconds__range=(1, 180))
            ),
            models.CheckConstraint(name="channels_shop_safety", condition=Q(safety_qty__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pulled(self) -> bool:
        """There is a platform to ask."""
        return self.platform != self.Platform.API


class ShopWarehouse(models.Model):
    """The shop sells what lies free in this warehouse."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="bindings")
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("shop warehouse")
        verbose_name_plural = _("shop warehouses")
        constraints = [
            models.UniqueConstraint(name="channels_binding", fields=["shop", "warehouse"])
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}/{self.warehouse_id}"


class PullCursor(models.Model):
    """Up to when everything the platform changed is safely in the inbox.

    The cursor moves in the transaction that stores the last page of a window. `fence` rises with
    every claim: a puller that lost its lease can store nothing.
    """

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="cursor")
    safe_until = models.DateTimeField(_("complete until"))
    # The window under way and the platform's mark of its next page.
    window_from = models.DateTimeField(_("window from"), null=True)
    window_until = models.DateTimeField(_("window until"), null=True)
    page = models.CharField(_("next page"), max_length=2000, blank=True, default="")
    fence = models.BigIntegerField(_("fence"), default=0)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    due_at = models.DateTimeField(_("next pull"), db_default=database_clock())

    class Meta:
        verbose_name = _("pull cursor")
        verbose_name_plural = _("pull cursors")
        constraints = [
            models.CheckConstraint(
                name="channels_cursor_window",
                condition=Q(window_from__isnull=True, window_until__isnull=True)
                | Q(window_from__lte=F("window_until")),
            ),
        ]
        indexes = [models.Index(name="channels_cursor_due", fields=["due_at"])]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.safe_until:%Y-%m-%d %H:%M:%S}"
