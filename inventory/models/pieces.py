"""Pieces: units with a serial number of their own. A piece is in exactly one place."""

from django.db import models

from inventory.models.books import Outside, Posting, Stock


class Piece(models.Model):
    """One numbered unit; it lies in a cell or is outside. Only piece entries move it."""

    sku = models.ForeignKey("inventory.Sku", on_delete=models.PROTECT, related_name="pieces")
    serial = models.CharField(max_length=64)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, null=True, related_name="pieces")
    outside = models.CharField(max_length=12, choices=Outside.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "serial"], name="piece_once"),
            models.CheckConstraint(
                condition=models.Q(stock__isnull=True) | models.Q(outside=""),
                name="piece_in_one_place",
            ),
        ]
        indexes = [models.Index(fields=["serial"], name="piece_by_serial")]

    def __str__(self) -> str:
        return self.serial


class PieceEntry(models.Model):
    """A piece went from one place to another under a posting. Never changed, never deleted.

    Its target is a cell or an outside code; its source is where the piece was before.
    """

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="piece_entries")
    piece = models.ForeignKey(Piece, on_delete=models.PROTECT, related_name="entries")
    from_stock = models.ForeignKey(Stock, on_delete=models.PROTECT, null=True, related_name="+")
    to_stock = models.ForeignKey(Stock, on_delete=models.PROTECT, null=True, related_name="+")
    outside = models.CharField(max_length=12, choices=Outside.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_stock__isnull=False, outside="")
                | models.Q(to_stock__isnull=True) & ~models.Q(outside=""),
                name="piece_goes_to_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"PE-{self.pk}"
