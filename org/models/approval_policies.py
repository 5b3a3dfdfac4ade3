"""Who must agree to what: policies with their steps, and who stands in for whom."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class Asked(models.TextChoices):
    """Who is asked in a step."""

    MANAGER = "MANAGER", _("The manager of the unit")
    PERMISSION = "PERMISSION", _("Whoever has a permission there")
    ROLE = "ROLE", _("Whoever has a role there")
    PERSONS = "PERSONS", _("Certain people")


class Agreement(models.TextChoices):
    """How many of those asked must agree."""

    ANY = "ANY", _("One of them is enough")
    ALL = "ALL", _("All of them must agree")


class StepColumns(models.Model):
    """What a policy's step says; a request keeps a copy of it, the past must not change."""

    position = models.PositiveSmallIntegerField(_("step"))
    agreement = models.CharField(
        _("how many"), max_length=3, choices=Agreement.choices, default=Agreement.ANY
    )
    asked = models.CharField(_("who"), max_length=10, choices=Asked.choices)
    permission = models.CharField(_("permission"), max_length=60, blank=True, default="")
    role = models.CharField(_("role"), max_length=40, blank=True, default="")
    person_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # Hours until it escalates; empty: it waits for ever.
    deadline_hours = models.PositiveIntegerField(_("deadline in hours"), null=True, blank=True)
    # Who may decide too once the deadline has passed; empty: the request expires instead.
    escalate_role = models.CharField(_("escalates to"), max_length=40, blank=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_asks_somebody",
                condition=Q(asked="MANAGER")
                | (Q(asked="PERMISSION") & ~Q(permission=""))
                | (Q(asked="ROLE") & ~Q(role=""))
                | (Q(asked="PERSONS") & Q(person_ids__len__gte=1)),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_agreement_known",
                condition=Q(agreement__in=sorted(Agreement.values)),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_escalates_in_time",
                condition=(Q(escalate_role="") | Q(deadline_hours__isnull=False))
                & (Q(deadline_hours__isnull=True) | Q(deadline_hours__gte=1)),
            ),
        ]


class ApprovalPolicy(models.Model):
    """When an action of a kind needs consent, and whose.

    It applies from one of its lower limits on and up to both upper ones, at its unit and below,
    and to actions with its trait. Of several that apply, the one with the highest rank counts.
    """

    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    # Such as SAFETY; empty applies to all.
    trait = models.CharField(_("only if"), max_length=24, blank=True, default="")
    min_amount = models.DecimalField(
        _("from this amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    max_amount = models.DecimalField(
        _("up to this amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    min_qty = models.BigIntegerField(_("from this quantity"), null=True, blank=True)
    max_qty = models.BigIntegerField(_("up to this quantity"), null=True, blank=True)
    # How far it reaches, together with what the person did of the kind in the hour before.
    min_share_pct = models.DecimalField(
        _("from this share of one SKU"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    min_skus = models.PositiveIntegerField(_("from so many SKUs in an hour"), null=True, blank=True)
    min_places = models.PositiveIntegerField(
        _("from so many warehouses in an hour"), null=True, blank=True
    )
    rank = models.IntegerField(_("rank"), default=0)
    # Small teams: the same person may decide several steps, never their own request.
    again_allowed = models.BooleanField(_("one person may decide several steps"), default=False)
    is_active = models.BooleanField(_("in force"), default=True)
    # Raised with every change; an editor who saw an older one is told.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        constraints = [
            models.CheckConstraint(
                name="org_approvalpolicy_limits_in_order",
                condition=(
                    Q(min_amount__isnull=True)
                    | Q(max_amount__isnull=True)
                    | Q(max_amount__gte=F("min_amount"))
                )
                & (
                    Q(min_qty__isnull=True) | Q(max_qty__isnull=True) | Q(max_qty__gte=F("min_qty"))
                ),
            ),
            models.CheckConstraint(
                name="org_approvalpolicy_limits_not_negative",
                condition=(Q(min_amount__isnull=True) | Q(min_amount__gte=0))
                & (Q(max_amount__isnull=True) | Q(max_amount__gte=0))
                & (Q(min_qty__isnull=True) | Q(min_qty__gte=0))
                & (Q(max_qty__isnull=True) | Q(max_qty__gte=0)),
            ),
            models.CheckConstraint(
                name="org_approvalpolicy_share_is_one",
                condition=Q(min_share_pct__isnull=True)
                | Q(min_share_pct__gt=0, min_share_pct__lte=100),
            ),
        ]
        indexes = [
            models.Index(
                name="org_approvalpolicy_in_force",
                fields=["kind", "-rank", "id"],
                condition=Q(is_active=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApprovalStep(StepColumns):
    """One step of a policy; steps are asked one after the other."""

    policy = models.ForeignKey(ApprovalPolicy, models.CASCADE, related_name="steps")

    class Meta(StepColumns.Meta):
        constraints = [
            *StepColumns.Meta.constraints,
            models.UniqueConstraint(
                name="org_approvalstep_in_order", fields=["policy", "position"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}/{self.position}"


class Delegation(models.Model):
    """Somebody decides in somebody's place: for a time, or for one request that was handed over.

    Whoever is away may still decide; the first decision counts.
    """

    from_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("from")
    )
    to_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("to")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # Empty: every kind.
    kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    request = models.ForeignKey(
        "org.ApprovalRequest", models.PROTECT, null=True, blank=True, related_name="handovers"
    )
    why = models.CharField(_("why"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=database_clock(), editable=False)
    ended_early = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.CheckConstraint(
                name="org_delegation_to_somebody_else",
                condition=~Q(from_person=F("to_person")),
            ),
            # A hand-over ends with its request, an absence on a day.
            models.CheckConstraint(
                name="org_delegation_ends",
                condition=Q(request__isnull=False) | Q(ends_at__gt=F("starts_at")),
            ),
        ]
        indexes = [
            models.Index(name="org_delegation_to", fields=["to_person", "ends_at"]),
            models.Index(name="org_delegation_from", fields=["from_person", "ends_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.from_person_id} -> {self.to_person_id}"
