"""What happened in the world, and what the rules made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock

# Neither judged nor given up.
WAITING = Q(judged_at__isnull=True, failed_at__isnull=True)


class Event(models.Model):
    """Something happened. The same key happens once; rows wait until they are judged.

    `facts` are the event's own facts by code, `goods` the goods it speaks of: a list of
    {"sku", "qty", "lot", "location", "grade"} with ids; quantities in base units.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=32)
    key = models.CharField(max_length=120, unique=True)
    document = models.CharField(_("document"), max_length=64, blank=True, default="")
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+", db_index=False
    )
    facts = models.JSONField(default=dict)
    goods = models.JSONField(default=list)
    told_by = models.CharField(max_length=64)
    occurred_at = models.DateTimeField(_("occurred"), db_default=database_clock())
    recorded_at = models.DateTimeField(db_default=database_clock(), editable=False)
    # It waits until one of these is known.
    judged_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                name="event_judged_or_failed",
                condition=Q(judged_at__isnull=True) | Q(failed_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="event_waiting", condition=WAITING),
            models.Index(
                fields=["failed_at"], name="event_given_up", condition=Q(failed_at__isnull=False)
            ),
            models.Index(fields=["document", "kind"], name="event_by_document"),
            models.Index(fields=["kind", "occurred_at"], name="event_by_kind"),
        ]

    def __str__(self) -> str:
        return f"E-{self.pk}"


class Outcome(models.TextChoices):
    """What a rule made of an event that met its condition."""

    FROZEN = "FROZEN", _("Frozen")
    WOULD_FREEZE = "WOULD_FREEZE", _("Would freeze")
    STOPPED = "STOPPED", _("Stopped at its limit")
    REFUSED = "REFUSED", _("Refused")


class Verdict(models.Model):
    """One version of one rule met one event (or one scan's find): what it did or would have done.

    `facts` are those the condition read, as they were at that moment. Events that did not meet
    the condition leave no row.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="verdicts")
    version = models.ForeignKey(
        "freeze_rules.RuleVersion", models.PROTECT, related_name="verdicts", db_index=False
    )
    # The document of its hold; for a scan it names the lot or cell it found.
    document = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    hold = models.ForeignKey(
        "inventory.Hold", models.PROTECT, null=True, related_name="+", db_constraint=True
    )
    sku = models.ForeignKey(
        "inventory.Sku", models.PROTECT, null=True, related_name="+", db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, related_name="+", db_index=False
    )
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Units it claimed, or would have; a blanket counts what it covered at that moment.
    qty = models.BigIntegerField(default=0)
    value = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    facts = models.JSONField(default=dict)
    # Why it was refused or stopped: a code.
    code = models.CharField(max_length=40, blank=True, default="")
    # What people said about it afterwards: a false alarm or not. Empty: nobody has.
    false_alarm = models.BooleanField(null=True)
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="verdict_known_outcome", condition=Q(outcome__in=Outcome.values)
            ),
            models.CheckConstraint(
                name="verdict_frozen_has_a_hold",
                condition=~Q(outcome="FROZEN") | Q(hold__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["version", "-id"], name="verdict_by_version"),
            models.Index(fields=["-at"], name="verdict_by_time"),
        ]

    def __str__(self) -> str:
        return f"V-{self.pk}"


class KeptEvent(models.Model):
    """An event that a paused rule has not seen; judged when the rule goes on.

    `for_release`: it freezes nothing, it was to change freezes that the rule laid before.
    """

    rule = models.ForeignKey("freeze_rules.Rule", models.CASCADE, related_name="kept")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    for_release = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "event", "for_release"], name="kept_event_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}:{self.event_id}"
