"""Walks through the aisles: lists, their tasks, and what was taken."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from outbox.clock import database_clock
from wms.models.fulfilments import FulfilmentLine


class PickListState(models.TextChoices):
    """Names of features.md B3."""

    DRAFT = "DRAFT", _("Draft")
    RELEASED = "RELEASED", _("Ready to walk")
    PICKING = "PICKING", _("Being picked")
    PICKED = "PICKED", _("Picked")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Cancelled")


class TaskState(models.TextChoices):
    """Names of features.md B3."""

    OPEN = "OPEN", _("Open")
    PICKED = "PICKED", _("Picked")
    SHORT = "SHORT", _("Short")
    DROPPED = "DROPPED", _("Dropped")


L = PickListState


class PickList(models.Model):
    """One walk for one or more fulfilments of one warehouse."""

    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    # Where the goods are brought, remembered: another bench may be set up while people walk.
    bench = models.ForeignKey("inventory.Location", models.PROTECT, related_name="+")
    # Empty: whoever takes it first.
    picker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = FSMField(_("state"), max_length=20, default=L.DRAFT, choices=L.choices, protected=True)
    created_at = models.DateTimeField(_("created"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("pick list")
        verbose_name_plural = _("pick lists")
        constraints = [
            models.CheckConstraint(
                name="wms_pick_list_state_known", condition=Q(state__in=sorted(L.values))
            ),
        ]
        indexes = [
            models.Index(
                name="wms_pick_list_active",
                fields=["warehouse", "id"],
                condition=Q(state__in=["DRAFT", "PICKING", "RELEASED"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What is printed and scanned, such as "PL-7"."""
        return f"PL-{self.pk}"

    @transition(field=state, source=L.DRAFT, target=L.RELEASED)
    def release(self) -> None:
        """Its tasks stand; somebody may walk."""

    @transition(field=state, source=L.RELEASED, target=L.PICKING)
    def start(self) -> None:
        """The first piece was taken."""

    @transition(field=state, source=[L.RELEASED, L.PICKING], target=L.PICKED)
    def finish(self) -> None:
        """No task is open any more and something was taken."""

    @transition(field=state, source=L.PICKED, target=L.COMPLETED)
    def complete(self) -> None:
        """Everything taken on this walk was packed or stopped."""

    @transition(field=state, source=[L.DRAFT, L.RELEASED, L.PICKING], target=L.CANCELLED)
    def cancel(self) -> None:
        """No task is open any more and nothing was taken."""


class PickListEvent(models.Model):
    """One transition that happened."""

    pick_list = models.ForeignKey(PickList, models.PROTECT, related_name="events")
    from_state = models.CharField(_("from"), max_length=20, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=20)
    who = models.CharField(_("who"), max_length=80)
    why = models.CharField(_("why"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("pick list event")
        verbose_name_plural = _("pick list events")

    def __str__(self) -> str:
        return f"PL-{self.pick_list_id} {self.from_state} > {self.to_state} ({self.pk})"


T = TaskState


class PickTask(models.Model):
    """Take so much from this cell for this line. One task per pin."""

    pick_list = models.ForeignKey(PickList, models.PROTECT, related_name="tasks")
    line = models.ForeignKey(FulfilmentLine, models.PROTECT, related_name="tasks")
    location = models.ForeignKey("inventory.Location", models.PROTECT, related_name="+")
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, blank=True, related_name="+"
    )
    qty = models.IntegerField(_("quantity"))
    picked = models.IntegerField(_("picked"), default=0)
    state = FSMField(_("state"), max_length=20, default=T.OPEN, choices=T.choices, protected=True)
    # Place in the walk, from 1.
    sequence = models.IntegerField(_("step"))

    class Meta:
        verbose_name = _("pick task")
        verbose_name_plural = _("pick tasks")
        constraints = [
            models.UniqueConstraint(name="wms_task_step_once", fields=["pick_list", "sequence"]),
            models.CheckConstraint(
                name="wms_task_state_known", condition=Q(state__in=sorted(T.values))
            ),
            models.CheckConstraint(
                name="wms_task_picked_within",
                condition=Q(qty__gt=0) & Q(picked__gte=0) & Q(picked__lte=F("qty")),
            ),
            models.CheckConstraint(
                name="wms_task_picked_is_full",
                condition=~Q(state="PICKED") | Q(picked=F("qty")),
            ),
        ]

    def __str__(self) -> str:
        return f"PL-{self.pick_list_id}/{self.sequence}"

    @property
    def left(self) -> int:
        """Base units still to take."""
        return self.qty - self.picked

    @transition(field=state, source=T.OPEN, target=T.PICKED)
    def confirm(self) -> None:
        """All of it was taken."""

    @transition(field=state, source=T.OPEN, target=T.SHORT)
    def run_short(self) -> None:
        """The cell holds less than the books say."""

    @transition(field=state, source=T.OPEN, target=T.DROPPED)
    def drop(self) -> None:
        """Not needed any more: its fulfilment was stopped or ran short elsewhere."""


class Pick(models.Model):
    """One confirmed taking: who took how much for a task. A scan may fill several tasks."""

    task = models.ForeignKey(PickTask, models.PROTECT, related_name="picks")
    key = models.CharField(_("key"), max_length=100)
    qty = models.IntegerField(_("quantity"))
    who = models.CharField(_("who"), max_length=80)
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("pick")
        verbose_name_plural = _("picks")
        constraints = [
            models.UniqueConstraint(name="wms_pick_once", fields=["key", "task"]),
            models.CheckConstraint(name="wms_pick_qty_positive", condition=Q(qty__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.task_id} {self.qty}"
