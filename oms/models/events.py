"""What happened to an order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from oms.models.orders import Order, OrderState
from outbox.clock import database_clock


class OrderEvent(models.Model):
    """One transition or notable act. Append-only; the chain of states has no gaps (C7).

    `from_state` is empty for the first one; both states are equal when the state did not change.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    from_state = models.CharField(
        _("from"), max_length=20, choices=OrderState.choices, blank=True, default=""
    )
    to_state = models.CharField(_("to"), max_length=20, choices=OrderState.choices)
    who = models.CharField(_("who"), max_length=80)
    # A stable word such as "received", "paid", "held"; the page translates it.
    what = models.CharField(_("what"), max_length=40)
    # A person's own words, or a code.
    why = models.CharField(_("why"), max_length=200, blank=True, default="")
    # Figures and numbers of documents, never receiver data.
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        indexes = [models.Index(name="oms_event_by_order", fields=["order", "id"])]

    def __str__(self) -> str:
        return f"{self.order_id} {self.what} ({self.pk})"
