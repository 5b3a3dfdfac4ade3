"""Which pieces with a serial number were taken for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wms.models.fulfilments import Check
from wms.models.pick_lists import Pick


class PickedPiece(models.Model):
    """One piece that a pick took: it serves the pick's line and no other until `ended_at`.

    Where the piece lies, only the ledger knows. The pieces of a parcel are those of its
    fulfilment that were `seen` at the pack bench.
    """

    pick = models.ForeignKey(Pick, models.PROTECT, related_name="pieces")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    serial = models.CharField(_("serial number"), max_length=64)
    # The check that put it into the box; empty until then.
    seen = models.ForeignKey(Check, models.PROTECT, null=True, blank=True, related_name="pieces")
    # It left with its parcel, went back to the shelf, or was taken at the bench for another order.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("picked piece")
        verbose_name_plural = _("picked pieces")
        constraints = [
            # Two benches that scan one piece at once: the second one's row does not get in.
            models.UniqueConstraint(
                name="wms_piece_taken_once",
                fields=["sku", "serial"],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.serial} ({self.pick_id})"
