"""What the floor has been asked to send, and where each request stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from outbox.clock import database_clock


class FulfilmentState(models.TextChoices):
    """Names of features.md B2."""

    RELEASED = "RELEASED", _("Waits to be picked")
    PICKING = "PICKING", _("Being picked")
    PICKED = "PICKED", _("Picked")
    CHECKED = "CHECKED", _("Checked")
    PACKED = "PACKED", _("Packed")
    SHIPPED = "SHIPPED", _("Shipped")
    SHORT = "SHORT", _("Short")
    INTERCEPTING = "INTERCEPTING", _("Being stopped")
    INTERCEPTED = "INTERCEPTED", _("Stopped")
    CANCELLED = "CANCELLED", _("Cancelled")


S = FulfilmentState


class Fulfilment(models.Model):
    """One request to send goods from one warehouse; one per document of the floors above."""

    # The name of the asker, such as "SO-1042"; the floor never looks up.
    document = models.CharField(_("document"), max_length=40, unique=True)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    state = FSMField(
        _("state"), max_length=20, default=S.RELEASED, choices=S.choices, protected=True
    )
    # Larger is served first.
    priority = models.IntegerField(_("priority"), default=0)
    deadline = models.DateTimeField(_("ship by"), null=True, blank=True)
    # What may stand on a label, already masked by the asker; never a full phone or address.
    ship_to = models.JSONField(_("ship to"), default=dict)
    # Empty: the pack bench chooses.
    carrier_code = models.CharField(_("carrier"), max_length=20, blank=True, default="")
    requested_at = models.DateTimeField(_("requested"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        constraints = [
            models.CheckConstraint(
                name="wms_fulfilment_state_known", condition=Q(state__in=sorted(S.values))
            ),
        ]
        indexes = [
            # The claim of the next pick list.
            models.Index(
                F("warehouse"), F("priority").desc(), F("id"),
                name="wms_fulfilment_waiting", condition=Q(state="RELEASED"),
            ),
            # Boards count and list what is still on the floor; history does not slow them.
            models.Index(
                F("warehouse"), F("state"), F("id"),
                name="wms_fulfilment_on_floor",
                condition=~Q(state__in=["CANCELLED", "INTERCEPTED", "SHIPPED"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What is printed and scanned, such as "FF-12"."""
        return f"FF-{self.pk}"

    @transition(field=state, source=S.RELEASED, target=S.PICKING)
    def start_picking(self) -> None:
        """Its units are pinned to cells and stand on a pick list."""

    @transition(field=state, source=S.PICKING, target=S.PICKED)
    def finish_picking(self) -> None:
        """Everything asked for lies at the packing location."""

    @transition(field=state, source=S.PICKED, target=S.CHECKED)
    def pass_check(self) -> None:
        """Every piece was scanned at the pack bench."""

    @transition(field=state, source=S.CHECKED, target=S.PACKED)
    def pack(self) -> None:
        """The parcel is closed and has a waybill."""

    @transition(field=state, source=S.PACKED, target=S.SHIPPED)
    def ship(self) -> None:
        """The parcel has left the house."""

    @transition(field=state, source=[S.RELEASED, S.PICKING], target=S.SHORT)
    def run_short(self) -> None:
        """The shelf does not give what was promised."""

    @transition(field=state, source=S.SHORT, target=S.RELEASED)
    def release_again(self) -> None:
        """Worth another try; nothing has been taken from the shelf for it."""

    @transition(field=state, source=[S.RELEASED, S.PICKING, S.SHORT], target=S.CANCELLED)
    def cancel(self) -> None:
        """Nothing was taken from the shelf, nothing has to go back."""

    @transition(
        field=state,
        source=[S.PICKING, S.PICKED, S.CHECKED, S.PACKED, S.SHORT],
        target=S.INTERCEPTING,
    )
    def intercept(self) -> None:
        """Stopped, but goods still lie at the packing location."""

    @transition(field=state, source=S.INTERCEPTING, target=S.INTERCEPTED)
    def finish_interception(self) -> None:
        """Everything is back on the shelf."""


class FulfilmentLine(models.Model):
    """How much of one SKU, and how far it has come. Quantities are base units."""

    fulfilment = models.ForeignKey(Fulfilment, models.PROTECT, related_name="lines")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    qty = models.IntegerField(_("quantity"))
    picked = models.IntegerField(_("picked"), default=0)
    checked = models.IntegerField(_("checked"), default=0)

    class Meta:
        verbose_name = _("fulfilment line")
        verbose_name_plural = _("fulfilment lines")
        constraints = [
            models.UniqueConstraint(name="wms_line_once", fields=["fulfilment", "sku"]),
            models.CheckConstraint(name="wms_line_qty_positive", condition=Q(qty__gt=0)),
            models.CheckConstraint(
                name="wms_line_picked_within",
                condition=Q(picked__gte=0) & Q(picked__lte=F("qty")),
            ),
            models.CheckConstraint(
                name="wms_line_checked_within",
                condition=Q(checked__gte=0) & Q(checked__lte=F("picked")),
            ),
        ]

    def __str__(self) -> str:
        return f"FF-{self.fulfilment_id} {self.sku_id} {self.qty}"


class FulfilmentEvent(models.Model):
    """One transition that happened."""

    fulfilment = models.ForeignKey(Fulfilment, models.PROTECT, related_name="events")
    # Empty for the request itself.
    from_state = models.CharField(_("from"), max_length=20, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=20)
    who = models.CharField(_("who"), max_length=80)
    why = models.CharField(_("why"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("fulfilment event")
        verbose_name_plural = _("fulfilment events")
        indexes = [models.Index(name="wms_fulfilment_event", fields=["fulfilment", "id"])]

    def __str__(self) -> str:
        return f"FF-{self.fulfilment_id} {self.from_state} > {self.to_state} ({self.pk})"


class Check(models.Model):
    """One confirmed scan at the pack bench: who checked how much of a line."""

    line = models.ForeignKey(FulfilmentLine, models.PROTECT, related_name="checks")
    key = models.CharField(_("key"), max_length=100, unique=True)
    qty = models.IntegerField(_("quantity"))
    who = models.CharField(_("who"), max_length=80)
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [
            models.CheckConstraint(name="wms_check_qty_positive", condition=Q(qty__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.line_id} {self.qty}"
