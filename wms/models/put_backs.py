"""What must go back to the shelf after a fulfilment was stopped."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock
from wms.models.fulfilments import Fulfilment


class PutBack(models.Model):
    """A note for the floor; open while `done_at` is empty."""

    fulfilment = models.OneToOneField(Fulfilment, models.PROTECT, related_name="put_back")
    location = models.ForeignKey("inventory.Location", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), db_default=database_clock(), editable=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("put-back note")
        verbose_name_plural = _("put-back notes")

    def __str__(self) -> str:
        return f"FF-{self.fulfilment_id}"


class PutBackLine(models.Model):
    """So many base units of a SKU and lot lie at the note's location and belong on a shelf."""

    put_back = models.ForeignKey(PutBack, models.PROTECT, related_name="lines")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, blank=True, related_name="+"
    )
    qty = models.IntegerField(_("quantity"))
    returned = models.IntegerField(_("returned"), default=0)

    class Meta:
        verbose_name = _("put-back line")
        verbose_name_plural = _("put-back lines")
        constraints = [
            models.UniqueConstraint(
                name="wms_put_back_line_once",
                fields=["put_back", "sku", "lot"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="wms_put_back_returned_within",
                condition=Q(qty__gt=0) & Q(returned__gte=0) & Q(returned__lte=F("qty")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.put_back_id} {self.sku_id} {self.qty}"
