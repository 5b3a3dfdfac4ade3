"""Blind counts: what somebody found at a place, before anybody tells them what should be there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from outbox.clock import database_clock


class CountState(models.TextChoices):
    """How far a count is."""

    OPEN = "OPEN", _("Being counted")
    HANDED_IN = "HANDED_IN", _("Waits for the lead")
    BOOKED = "BOOKED", _("Booked")
    DROPPED = "DROPPED", _("Not booked")


C = CountState


class CountSheet(models.Model):
    """One place, counted by one person. Its number is "CN-" and the id."""

    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    location = models.ForeignKey("inventory.Location", models.PROTECT, related_name="+")
    counter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = FSMField(_("state"), max_length=10, choices=C.choices, default=C.OPEN, protected=True)
    # The mark in the ledger that keeps picks and moves away while it is counted.
    mark_id = models.BigIntegerField(_("mark"), null=True)
    opened_at = models.DateTimeField(_("opened"), db_default=database_clock(), editable=False)
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            models.UniqueConstraint(
                name="wms_count_open_once",
                fields=["location"],
                condition=Q(state__in=["OPEN", "HANDED_IN"]),
            ),
            models.CheckConstraint(
                name="wms_count_state_known", condition=Q(state__in=sorted(C.values))
            ),
        ]
        indexes = [
            models.Index(
                name="wms_count_waiting",
                fields=["warehouse", "id"],
                condition=Q(state__in=["OPEN", "HANDED_IN"]),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What stock and people call it."""
        return f"CN-{self.pk}"

    @transition(field=state, source=C.OPEN, target=C.HANDED_IN)
    def hand_in(self) -> None:
        """Counted; the difference is a lead's to judge."""

    @transition(field=state, source=[C.OPEN, C.HANDED_IN], target=C.BOOKED)
    def book(self) -> None:
        """What was counted is what the books say now."""

    @transition(field=state, source=[C.OPEN, C.HANDED_IN], target=C.DROPPED)
    def drop(self) -> None:
        """Not believed, or given up: the books stay."""


class CountEvent(models.Model):
    """One transition of a count."""

    sheet = models.ForeignKey(CountSheet, models.PROTECT, related_name="events")
    from_state = models.CharField(_("from"), max_length=10, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=10)
    who = models.CharField(_("who"), max_length=80)
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("count event")
        verbose_name_plural = _("count events")
        indexes = [models.Index(name="wms_count_event", fields=["sheet", "id"])]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.to_state}"


class CountLine(models.Model):
    """So many base units of a SKU, lot and grade were found."""

    sheet = models.ForeignKey(CountSheet, models.CASCADE, related_name="lines")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    grade = models.CharField(_("grade"), max_length=2, default="ZP")
    counted = models.IntegerField(_("counted"), default=0)
    # What the books said when it was handed in; nobody who counts sees it.
    expected = models.IntegerField(_("by the books"), null=True)
    serials = models.JSONField(_("serial numbers"), default=list)

    class Meta:
        verbose_name = _("count line")
        verbose_name_plural = _("count lines")
        constraints = [
            models.UniqueConstraint(
                name="wms_count_line_once",
                fields=["sheet", "sku", "lot", "grade"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="wms_count_not_negative", condition=Q(counted__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.sku_id} {self.counted}"
