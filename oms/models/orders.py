"""The order and the states it walks through."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from org.scope import Paths
from outbox.clock import database_clock


class OrderState(models.TextChoices):
    """Names of features.md B1. Exceptions and holds are not states, they lie beside the order."""

    PENDING_PAYMENT = "PENDING_PAYMENT", _("Awaiting payment")
    AWAIT_BALANCE = "AWAIT_BALANCE", _("Awaiting balance")
    PREPROCESS = "PREPROCESS", pgettext_lazy("order", "Being checked")
    SUBMITTED = "SUBMITTED", _("With the warehouse")
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED", _("Partly shipped")
    SHIPPED = "SHIPPED", _("Shipped")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Cancelled")
    CLOSED = "CLOSED", _("Closed")


S = OrderState
FINAL = (S.SHIPPED, S.COMPLETED, S.CANCELLED, S.CLOSED)
_UNSENT = [S.PENDING_PAYMENT, S.AWAIT_BALANCE, S.PREPROCESS, S.SUBMITTED]


class OrderNumber(Func):
    """ "SO-" and the id; written by the database, so it can never disagree with the id."""

    template = "('SO-' || %(expressions)s::text)"
    output_field = models.CharField()


class Order(models.Model):
    """One order of one shop, in the newest version the platform told us.

    The shop lives upstairs (channels_sync): its id, name and unit are kept as copies.
    """

    scope_paths: ClassVar[Paths] = Paths(warehouse="warehouse", shop="shop_id")

    number = models.GeneratedField(
        expression=OrderNumber(F("id")),
        output_field=models.CharField(max_length=24),
        db_persist=True,
        unique=True,
        verbose_name=_("number"),
    )
    shop_id = models.BigIntegerField(_("shop"))
    shop_name = models.CharField(_("shop"), max_length=120, blank=True, default="")
    platform = models.CharField(_("platform"), max_length=20)
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, related_name="+", verbose_name=_("unit")
    )
    platform_number = models.CharField(_("platform number"), max_length=80)
    platform_state = models.CharField(_("state at the platform"), max_length=24)
    # Platform time and version of what we know; a trigger refuses to go back (invariant C8).
    modified_at = models.DateTimeField(_("changed at the platform"))
    version = models.CharField(_("platform version"), max_length=80, blank=True, default="")

    state = FSMField(_("state"), max_length=20, choices=S.choices, protected=True)
    # When the pipeline looks at it next; NULL: something else has the next move.
    due_at = models.DateTimeField(_("due"), null=True)
    # Unexpected errors in a row; counted before the work, so a crash counts too.
    attempts = models.IntegerField(_("attempts"), default=0)
    # Each handing over to the floor has its own document: SO-7, then SO-7/2, SO-7/3...
    round = models.IntegerField(_("round"), default=1)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+",
        verbose_name=_("warehouse"),
    )  # fmt: skip
    # The shop's bindings at intake; empty: any warehouse.
    allowed_warehouses = ArrayField(models.BigIntegerField(), default=list, blank=True)

    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    goods_amount = models.DecimalField(_("goods"), max_digits=12, decimal_places=2, default=0)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=0)
    freight = models.DecimalField(_("freight"), max_digits=12, decimal_places=2, default=0)
    tax = models.DecimalField(_("tax"), max_digits=12, decimal_places=2, default=0)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)
    paid = models.DecimalField(_("paid"), max_digits=12, decimal_places=2, default=0)
    buyer = models.CharField(_("buyer"), max_length=120, blank=True, default="")
    buyer_note = models.TextField(_("buyer's note"), blank=True, default="")
    seller_note = models.TextField(_("our note"), blank=True, default="")
    waybill = models.CharField(_("waybill"), max_length=40, blank=True, default="")

    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid"), null=True)
    # The database clock; the last three are set by the trigger when the state says so.
    received_at = models.DateTimeField(_("received"), db_default=database_clock())
    held_at = models.DateTimeField(_("stock held"), null=True, editable=False)
    shipped_at = models.DateTimeField(_("shipped"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(name="oms_order_once", fields=["shop_id", "platform_number"]),
            models.CheckConstraint(
                name="oms_order_state_known", condition=Q(state__in=sorted(S.values))
            ),
            # Only what the pipeline can move may be due in it.
            models.CheckConstraint(
                name="oms_order_due_only_in_preprocess",
                condition=Q(due_at__isnull=True) | Q(state="PREPROCESS"),
            ),
            models.CheckConstraint(
                name="oms_order_submitted_has_warehouse",
                condition=~Q(state="SUBMITTED") | Q(warehouse__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="oms_order_due", fields=["due_at", "id"], condition=Q(due_at__isnull=False)
            ),
            # Lists are read newest first, a page at a time, by what people filter on.
            models.Index(F("state"), F("id").desc(), name="oms_order_by_state"),
            models.Index(F("shop_id"), F("id").desc(), name="oms_order_by_shop"),
            models.Index(F("unit"), F("state"), F("id").desc(), name="oms_order_by_unit"),
            models.Index(F("warehouse"), F("id").desc(), name="oms_order_by_warehouse"),
            models.Index(name="oms_order_by_day", fields=["received_at", "id"]),
            models.Index(name="oms_order_by_total", fields=["total", "id"]),
            models.Index(name="oms_order_by_placed", fields=["placed_at", "id"]),
            # Which shops a unit has orders of.
            models.Index(name="oms_order_unit_shop", fields=["unit", "shop_id"]),
            # Found whole and by their beginning, whatever the database's collation.
            models.Index(
                name="oms_order_by_platform_no",
                fields=["platform_number"],
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(name="oms_order_by_waybill", fields=["waybill"], condition=~Q(waybill="")),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def document(self) -> str:
        """What stock and floor know this round by."""
        return str(self.number) if self.round == 1 else f"{self.number}/{self.round}"

    @transition(field=state, source=S.PENDING_PAYMENT, target=S.AWAIT_BALANCE)
    def take_deposit(self) -> None:
        """The deposit is there, the rest is not."""

    @transition(field=state, source=[S.PENDING_PAYMENT, S.AWAIT_BALANCE], target=S.PREPROCESS)
    def pay(self) -> None:
        """Paid in full: the pipeline looks at it."""

    @transition(field=state, source=S.PREPROCESS, target=S.SUBMITTED)
    def submit(self) -> None:
        """Stock is held and the floor has been asked to send it."""

    @transition(field=state, source=S.SUBMITTED, target=S.PREPROCESS)
    def recall(self) -> None:
        """Back from the floor, its stock released; it is looked at again."""

    @transition(field=state, source=[S.SUBMITTED, S.PARTIALLY_SHIPPED], target=S.PARTIALLY_SHIPPED)
    def ship_part(self) -> None:
        """Some of it has left the house."""

    @transition(field=state, source=[S.SUBMITTED, S.PARTIALLY_SHIPPED], target=S.SHIPPED)
    def ship(self) -> None:
        """Everything that was still wanted has left the house."""

    @transition(field=state, source=S.SHIPPED, target=S.COMPLETED)
    def complete(self) -> None:
        """The buyer confirmed."""

    @transition(field=state, source=_UNSENT, target=S.CANCELLED)
    def cancel(self) -> None:
        """Nothing of it will be sent."""

    @transition(
        field=state, source=[S.PENDING_PAYMENT, S.AWAIT_BALANCE, S.PREPROCESS], target=S.CLOSED
    )
    def close(self) -> None:
        """It is dealt with outside this house, for instance shipped before we knew it."""


def _moves() -> frozenset[tuple[str, str]]:
    field: Any = Order._meta.get_field("state")
    return frozenset(
        (str(move.source), str(move.target)) for move in field.get_all_transitions(Order)
    )


# Every move that a transition allows; the trigger knows the same list.
MOVES = _moves()
