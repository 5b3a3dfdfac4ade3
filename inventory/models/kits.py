"""Kits: sold as one, kept as their parts. A recipe is never changed, a new version follows it."""

from django.db import models
from django.db.models.functions import Now


class Recipe(models.Model):
    """What one kit is made of; the highest version is the one that sells now."""

    kit = models.ForeignKey("inventory.Sku", on_delete=models.PROTECT, related_name="recipes")
    version = models.PositiveIntegerField()
    written_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kit", "version"], name="recipe_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kit_id} v{self.version}"


class RecipeLine(models.Model):
    """So many base units of a part in one kit."""

    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="lines")
    part = models.ForeignKey("inventory.Sku", on_delete=models.PROTECT, related_name="+")
    qty = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipe", "part"], name="recipe_part_once"),
            models.CheckConstraint(condition=models.Q(qty__gt=0), name="recipe_part_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} x{self.qty}"


class HoldKit(models.Model):
    """A hold was asked for so many kits, by this version of the recipe."""

    hold = models.ForeignKey("inventory.Hold", on_delete=models.PROTECT, related_name="kits")
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="+")
    qty = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "recipe"], name="hold_kit_once"),
            models.CheckConstraint(condition=models.Q(qty__gt=0), name="hold_kit_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.recipe_id} x{self.qty}"


class KitShelf(models.Model):
    """How many of a kit a warehouse could build now: a view over recipes and balances, never kept.

    A row for each warehouse that has, or had, at least one part. Ids lie above those of balances,
    so that a list of both names each row once.
    """

    kit = models.ForeignKey("inventory.Sku", on_delete=models.DO_NOTHING, related_name="+")
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.DO_NOTHING, related_name="+"
    )
    available = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "inventory_kitshelf"

    def __str__(self) -> str:
        return f"{self.kit_id} in {self.warehouse_id}"
