"""What is announced and not here yet: purchase receipts and transfers on the way."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Incoming(models.Model):
    """So many units of a SKU should arrive in a warehouse by a time; `arrived` counts up."""

    class Kind(models.TextChoices):
        RECEIPT = "RECEIPT", _("Announced receipt")
        TRANSFER = "TRANSFER", _("Transfer")

    document = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.RECEIPT)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="incoming"
    )
    sku = models.ForeignKey("inventory.Sku", on_delete=models.PROTECT, related_name="incoming")
    grade = models.CharField(max_length=2, default="ZP")
    qty = models.BigIntegerField()
    arrived = models.BigIntegerField(default=0)
    # Units that will not come any more: lost on the way, or sent back.
    missed = models.BigIntegerField(default=0)
    due_at = models.DateTimeField()
    announced_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # Set when everything came or nothing more will.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "warehouse", "sku", "grade"], name="incoming_once"
            ),
            models.CheckConstraint(
                condition=models.Q(qty__gt=0, arrived__gte=0, missed__gte=0),
                name="incoming_quantities",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["RECEIPT", "TRANSFER"]), name="incoming_known_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sku", "due_at"],
                name="incoming_open",
                condition=models.Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.sku_id} x{self.qty}"
