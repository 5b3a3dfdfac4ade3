"""What is kept: SKUs, their barcodes and packs, their lots."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class LotStrategy(models.TextChoices):
    """Which of several eligible cells is picked first."""

    FEFO = "FEFO", _("First expiry first")
    FIFO = "FIFO", _("First in, first out")
    LIFO = "LIFO", _("Last in, first out")
    NEAREST = "NEAREST", _("Nearest place first")


class Sku(models.Model):
    """One sellable thing; quantities everywhere are whole base units of it (pieces, or grams)."""

    class Temperature(models.TextChoices):
        AMBIENT = "AMBIENT", _("Ambient")
        COOL = "COOL", _("Cool (8-15 °C)")
        CHILLED = "CHILLED", _("Chilled (0-8 °C)")
        FROZEN = "FROZEN", _("Frozen (below -18 °C)")

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    # PostgreSQL here has no ICU: Chinese sorts and searches by this column, never by collation.
    pinyin = models.CharField(max_length=400, blank=True, editable=False)
    category = models.CharField(max_length=80, blank=True)
    brand = models.CharField(max_length=80, blank=True)
    unit_name = models.CharField(max_length=16, default="件")
    weight_g = models.PositiveIntegerField(default=0, help_text=_("grams per base unit"))
    volume_ml = models.PositiveIntegerField(default=0, help_text=_("millilitres per base unit"))
    unit_cost = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    list_price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="CNY")
    temperature = models.CharField(
        max_length=8, choices=Temperature.choices, default=Temperature.AMBIENT
    )
    light_sensitive = models.BooleanField(default=False)
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    lot_tracked = models.BooleanField(default=False)
    # Every piece has a number of its own (electronics); goods then name their pieces.
    serial_tracked = models.BooleanField(default=False)
    # Sold as one, kept as its parts: has recipes and no stock of its own.
    is_kit = models.BooleanField(default=False)
    lot_strategy = models.CharField(
        max_length=8, choices=LotStrategy.choices, default=LotStrategy.FEFO
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(code=""), name="sku_has_a_code"),
            models.CheckConstraint(
                condition=models.Q(unit_cost__gte=0, list_price__gte=0),
                name="sku_prices_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(temperature__in=["AMBIENT", "COOL", "CHILLED", "FROZEN"]),
                name="sku_known_temperature",
            ),
            models.CheckConstraint(
                condition=models.Q(lot_strategy__in=["FEFO", "FIFO", "LIFO", "NEAREST"]),
                name="sku_known_lot_strategy",
            ),
            models.CheckConstraint(
                condition=models.Q(is_kit=False)
                | models.Q(serial_tracked=False, lot_tracked=False),
                name="sku_kit_is_not_tracked",
            ),
        ]
        indexes = [
            models.Index(fields=["pinyin"], name="sku_by_pinyin"),
            # Kits are few; whoever asks which SKUs are kits reads only them.
            models.Index(fields=["id"], name="sku_kits", condition=models.Q(is_kit=True)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Barcode(models.Model):
    """A code on the goods; `qty` base units in the pack that carries it (1 for the piece)."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="barcodes")
    code = models.CharField(max_length=64, unique=True)
    pack_name = models.CharField(max_length=32, blank=True)
    qty = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(qty__gt=0), name="pack_not_empty")]

    def __str__(self) -> str:
        return f"{self.code} x{self.qty}"


class Lot(models.Model):
    """One batch of a SKU: its dates, where it came from, what customs say of it."""

    class Customs(models.TextChoices):
        NONE = "NONE", _("Not imported")
        NOT_CLEARED = "NOT_CLEARED", _("Arrived, not cleared")
        INSPECTING = "INSPECTING", _("Under inspection")
        CLEARED = "CLEARED", _("Cleared")
        REFUSED = "REFUSED", _("Refused")

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="lots")
    code = models.CharField(max_length=64)
    produced_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    supplier = models.CharField(max_length=80, blank=True)
    origin = models.CharField(max_length=80, blank=True)
    customs = models.CharField(max_length=12, choices=Customs.choices, default=Customs.NONE)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "code"], name="lot_once_per_sku"),
            # The target of composite keys: a cell's lot belongs to the cell's SKU.
            models.UniqueConstraint(fields=["id", "sku"], name="lot_with_its_sku"),
            models.CheckConstraint(
                condition=models.Q(produced_on__isnull=True)
                | models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gte=models.F("produced_on")),
                name="lot_expires_after_production",
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="lot_by_expiry")]

    def __str__(self) -> str:
        return f"{self.code}"
