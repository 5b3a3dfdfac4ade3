"""Rules that freeze and unfreeze: what they are, their versions, states and tests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from outbox.clock import database_clock


class RuleState(models.TextChoices):
    """Where a rule stands."""

    DRAFT = "DRAFT", _("Draft")
    SHADOW = "SHADOW", _("Shadow")
    PENDING_APPROVAL = "PENDING_APPROVAL", _("Waiting for approval")
    ENABLED = "ENABLED", _("Enabled")
    PAUSED = "PAUSED", _("Paused")
    RETIRED = "RETIRED", _("Retired")


S = RuleState
# States in which events are judged: in the shadow only on paper.
LIVE = (S.SHADOW, S.ENABLED)


class Rule(models.Model):
    """When stock must not be sold and how it comes back. What it says lives in its versions.

    `parameters` are the values its conditions refer to by name: they are tuned without a new
    version. `review_on` is the day on which somebody looks whether it still does good.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    # The preset it was made from; empty for a rule of one's own.
    preset = models.CharField(_("preset"), max_length=40, blank=True, default="")
    state = FSMField(_("state"), max_length=16, default=S.DRAFT, choices=S.choices, protected=True)
    version = models.ForeignKey(
        "freeze_rules.RuleVersion", models.PROTECT, null=True, related_name="+"
    )
    # A change of a rule that runs, until a second person lets it take over.
    next_version = models.ForeignKey(
        "freeze_rules.RuleVersion", models.PROTECT, null=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The kind of event the current version listens to; kept here so that a batch of events finds
    # its rules without reading definitions.
    trigger = models.CharField(_("trigger"), max_length=32, blank=True, default="")
    priority = models.IntegerField(_("priority"), default=0)
    parameters = models.JSONField(_("parameters"), default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    review_on = models.DateField(_("review"), null=True, blank=True)
    # Why it is paused, for people.
    paused_why = models.CharField(max_length=400, blank=True, default="")
    # When a rule of a schedule is to look next.
    due_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("freeze rule")
        verbose_name_plural = _("freeze rules")
        constraints = [
            models.CheckConstraint(name="rule_known_state", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="rule_live_has_a_version",
                condition=Q(state__in=[S.DRAFT, S.RETIRED]) | Q(version__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["trigger"],
                name="rule_live_by_trigger",
                condition=Q(state__in=[S.SHADOW, S.ENABLED]),
            ),
            models.Index(fields=["due_at"], name="rule_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it, such as "FR-12"."""
        return f"FR-{self.pk}"

    @transition(field=state, source=[S.DRAFT, S.PENDING_APPROVAL, S.PAUSED], target=S.SHADOW)
    def watch(self) -> None:
        """It runs live and only notes what it would freeze."""
        self.paused_why = ""

    @transition(field=state, source=[S.DRAFT, S.SHADOW, S.PAUSED], target=S.PENDING_APPROVAL)
    def ask(self) -> None:
        """A second person is asked to enable it."""

    @transition(field=state, source=[S.PENDING_APPROVAL], target=S.ENABLED)
    def enable(self) -> None:
        """It freezes."""
        self.paused_why = ""

    @transition(field=state, source=[S.PENDING_APPROVAL], target=S.DRAFT)
    def send_back(self) -> None:
        """The second person said no."""

    @transition(field=state, source=[S.ENABLED, S.SHADOW], target=S.PAUSED)
    def pause(self) -> None:
        """It judges nothing; its events are kept."""

    @transition(field=state, source=[S.PAUSED], target=S.ENABLED)
    def resume(self) -> None:
        """It goes on with what was kept. Only a version that was enabled before."""
        self.paused_why = ""

    @transition(
        field=state,
        source=[S.DRAFT, S.SHADOW, S.PENDING_APPROVAL, S.ENABLED, S.PAUSED],
        target=S.RETIRED,
    )
    def retire(self) -> None:
        """It never runs again; its holds stay until they are released."""
        self.due_at = None


class RuleVersion(models.Model):
    """What a rule said from one change to the next. Never edited: old holds keep theirs."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=database_clock(), editable=False)
    # Who let it freeze, never its maker.
    enabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    enabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.CheckConstraint(
                name="rule_version_second_person",
                condition=Q(enabled_by__isnull=True)
                | Q(made_by__isnull=True)
                | ~Q(enabled_by=F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What stands on the holds it laid, such as "FR-12/3"."""
        return f"FR-{self.rule_id}/{self.number}"


class RuleMove(models.Model):
    """A rule went from one state to another."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="moves")
    version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    why = models.CharField(max_length=400, blank=True, default="")
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"


class RuleCase(models.Model):
    """A test stored with a rule: given these facts, when this happens, then this is frozen."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="cases")
    name = models.CharField(_("name"), max_length=120)
    # Facts by code, those of the goods and those of the event.
    given = models.JSONField(default=dict)
    # Base units the event speaks of.
    qty = models.BigIntegerField(default=1)
    # Units that must be frozen; zero: nothing may be. Empty: everything (a blanket).
    expected = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "name"], name="rule_case_name_once"),
            models.CheckConstraint(name="rule_case_qty", condition=Q(qty__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
