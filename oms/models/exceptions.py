"""What stands between an order and the doorstep."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from oms.models.orders import Order
from org.scope import Paths
from outbox.clock import database_clock


class OrderException(models.Model):
    """One problem of one order, with its class, deadline, owner and what became of it.

    Open at most once per order, code and field. Never deleted.
    """

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        RESOLVED = "RESOLVED", _("Resolved")

    class Resolution(models.TextChoices):
        CLEARED = "CLEARED", _("The problem is gone")
        ACCEPTED = "ACCEPTED", _("Accepted as it is")
        CLOSED = "CLOSED", _("Dealt with")
        OVERTAKEN = "OVERTAKEN", _("The order ended")

    scope_paths: ClassVar[Paths] = Paths(warehouse="order__warehouse", shop="order__shop_id")

    order = models.ForeignKey(Order, models.PROTECT, related_name="exceptions")
    # Copied for the scope of lists.
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    # The step that found it: intake, complete, mapped, routed...
    step = models.CharField(_("step"), max_length=24)
    # Which field is meant, such as "lines[2].qty"; empty for the order as a whole.
    field = models.CharField(_("field"), max_length=80, blank=True, default="")
    # Figures, codes, ids; never receiver data.
    detail = models.JSONField(_("detail"), default=dict)
    blocks = models.BooleanField(_("stops the order"), default=True)
    # The machine tries again by itself; else a person is needed.
    retryable = models.BooleanField(_("tried again"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True, default="")
    attempts = models.IntegerField(_("attempts"), default=1)
    retry_at = models.DateTimeField(_("next try"), null=True)
    deadline = models.DateTimeField(_("deadline"))
    owner = models.CharField(_("owner"), max_length=80, blank=True, default="")
    opened_at = models.DateTimeField(_("opened"), db_default=database_clock(), editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.CharField(_("resolved by"), max_length=80, blank=True, default="")
    why = models.CharField(_("why"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        constraints = [
            models.UniqueConstraint(
                name="oms_exception_open_once",
                fields=["order", "code", "field"],
                condition=Q(state="OPEN"),
            ),
            models.CheckConstraint(
                name="oms_exception_state_known", condition=Q(state__in=["OPEN", "RESOLVED"])
            ),
            models.CheckConstraint(
                name="oms_exception_resolved_how",
                condition=Q(state="OPEN", resolution="", resolved_at__isnull=True)
                | Q(
                    state="RESOLVED",
                    resolution__in=["CLEARED", "ACCEPTED", "CLOSED", "OVERTAKEN"],
                    resolved_at__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(name="oms_exception_of_order", fields=["order", "state"]),
            models.Index(
                F("code"), F("id").desc(), name="oms_exception_open", condition=Q(state="OPEN")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.code} {self.field} ({self.pk})"
