"""Where it is kept: warehouses (a store's floor is one too), zones, locations."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from org.scope import Paths


class Warehouse(models.Model):
    """A place that holds stock of its own and belongs to one unit of the company."""

    class Kind(models.TextChoices):
        CENTRAL = "CENTRAL", _("Central")
        REGIONAL = "REGIONAL", _("Regional")
        FORWARD = "FORWARD", _("Forward")
        STORE = "STORE", _("Store")
        VIRTUAL = "VIRTUAL", _("Virtual")
        BONDED = "BONDED", _("Bonded")
        THIRD_PARTY = "THIRD_PARTY", _("Third party")
        TRANSIT = "TRANSIT", _("In transit")

    scope_paths: ClassVar[Paths] = Paths(warehouse="pk")

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    # How the name is typed without a Chinese keyboard, as with SKUs.
    pinyin = models.CharField(max_length=200, blank=True, default="", editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CENTRAL)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+")
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    # Lower goes first when two warehouses are as near.
    priority = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "CENTRAL", "REGIONAL", "FORWARD", "STORE",
                        "VIRTUAL", "BONDED", "THIRD_PARTY", "TRANSIT",
                    ]
                ),
                name="warehouse_known_kind",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Zone(models.Model):
    """A part of a warehouse with one climate."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="zones")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80, blank=True)
    temperature = models.CharField(max_length=8, blank=True)
    dark = models.BooleanField(default=False, help_text=_("kept away from light"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "code"], name="zone_once_per_warehouse"),
            models.UniqueConstraint(fields=["id", "warehouse"], name="zone_with_its_warehouse"),
        ]

    def __str__(self) -> str:
        return f"{self.code}"


class Location(models.Model):
    """One bin, bench, tote or pallet; totes and pallets are locations that move."""

    class Kind(models.TextChoices):
        STORAGE = "STORAGE", _("Storage")
        RECEIVING = "RECEIVING", _("Receiving")
        PICKING = "PICKING", _("Picking")
        PACKING = "PACKING", _("Packing")
        STAGING = "STAGING", _("Staging")
        DEFECT = "DEFECT", _("Defect")
        QUARANTINE = "QUARANTINE", _("Quarantine")
        TOTE = "TOTE", _("Tote")
        PALLET = "PALLET", _("Pallet")
        # What a transfer travels in: one such place per transfer, in a transit warehouse.
        TRUCK = "TRUCK", _("On the way")

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="locations")
    zone = models.ForeignKey(
        Zone, on_delete=models.PROTECT, null=True, blank=True, related_name="locations"
    )
    code = models.CharField(max_length=32)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STORAGE)
    # The walk through the warehouse: pickers meet locations in this order.
    sequence = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "code"], name="location_once_per_warehouse"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "STORAGE", "RECEIVING", "PICKING", "PACKING", "STAGING",
                        "DEFECT", "QUARANTINE", "TOTE", "PALLET", "TRUCK",
                    ]
                ),
                name="location_known_kind",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code}"
