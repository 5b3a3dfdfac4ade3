"""One request for consent: its steps, decisions, events and talk."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from org.models.approval_policies import StepColumns
from org.scope import Paths
from outbox.clock import database_clock


class ApprovalState(models.TextChoices):
    """Where a request stands."""

    SUBMITTED = "SUBMITTED", _("Waiting for approval")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    VOIDED = "VOIDED", _("Void, the facts changed")
    EXPIRED = "EXPIRED", _("Expired")
    APPLIED = "APPLIED", _("Done")
    APPLY_FAILED = "APPLY_FAILED", _("Approved, could not be done")


S = ApprovalState


class ApprovalRequest(models.Model):
    """Somebody asks for consent to one action; `payload` is all that its kind needs to do it.

    `fingerprint` hashes what the action would do to the world of the submission. `step` is the
    position of the step that is open. `again_allowed` is copied from the policy. When all of it is
    about one warehouse or one shop of the unit, it says which: whoever has a job just there is
    asked and sees it too.
    """

    scope_paths: ClassVar[Paths] = Paths(warehouse="warehouse_id", shop="shop_id")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+")
    # Warehouses and shops live upstairs: plain numbers, as in `Assignment`.
    warehouse_id = models.BigIntegerField(_("warehouse"), null=True, blank=True)
    shop_id = models.BigIntegerField(_("shop"), null=True, blank=True)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    policy = models.ForeignKey("org.ApprovalPolicy", models.PROTECT, related_name="+")
    again_allowed = models.BooleanField(default=False)
    state = FSMField(
        _("state"), max_length=12, default=S.SUBMITTED, choices=S.choices, protected=True
    )
    step = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    facts = models.JSONField()
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    qty = models.BigIntegerField(_("quantity"))
    why = models.CharField(_("why"), max_length=400, blank=True, default="")
    # The document of the room that asks, such as "CO-17"; its photos are shown with the request.
    document = models.CharField(_("document"), max_length=64, blank=True, default="")
    # Somebody wants to know more before deciding.
    question_open = models.BooleanField(default=False)
    failure = models.CharField(_("failure"), max_length=400, blank=True, default="")
    created_at = models.DateTimeField(_("asked"), db_default=database_clock(), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("approval request")
        verbose_name_plural = _("approval requests")
        constraints = [
            models.CheckConstraint(
                name="org_approval_state_known", condition=Q(state__in=sorted(S.values))
            ),
            # Closed means that nothing more can happen to it.
            models.CheckConstraint(
                name="org_approval_closed_or_open",
                condition=Q(
                    state__in=["SUBMITTED", "APPROVED", "APPLY_FAILED"], closed_at__isnull=True
                )
                | Q(
                    state__in=["APPLIED", "EXPIRED", "REJECTED", "VOIDED", "WITHDRAWN"],
                    closed_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="org_approval_one_place",
                condition=Q(warehouse_id__isnull=True) | Q(shop_id__isnull=True),
            ),
            # The target of a composite key: decisions carry the maker, so the database itself
            # sees that nobody decides on their own request.
            models.UniqueConstraint(
                name="org_approval_with_its_maker", fields=["id", "maker", "again_allowed"]
            ),
        ]
        indexes = [
            models.Index(name="org_approval_open", fields=["-id"], condition=Q(state="SUBMITTED")),
            models.Index(name="org_approval_of_maker", fields=["maker", "-id"]),
            models.Index(name="org_approval_of_unit", fields=["unit", "-id"]),
            models.Index(
                name="org_approval_of_warehouse",
                fields=["warehouse_id", "-id"],
                condition=Q(warehouse_id__isnull=False),
            ),
            models.Index(
                name="org_approval_of_shop",
                fields=["shop_id", "-id"],
                condition=Q(shop_id__isnull=False),
            ),
            models.Index(name="org_approval_document", fields=["document"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Its document number, such as "AP-17"."""
        return f"AP-{self.pk}"

    @transition(field=state, source=S.SUBMITTED, target=S.APPROVED)
    def approve(self) -> None:
        """The last step agreed."""

    @transition(field=state, source=S.SUBMITTED, target=S.REJECTED)
    def reject(self) -> None:
        """Somebody who was asked said no."""

    @transition(field=state, source=[S.SUBMITTED, S.APPLY_FAILED], target=S.WITHDRAWN)
    def withdraw(self) -> None:
        """Whoever asked takes it back."""

    @transition(field=state, source=[S.SUBMITTED, S.APPLY_FAILED], target=S.VOIDED)
    def void(self) -> None:
        """What was asked is no longer what would happen."""

    @transition(field=state, source=S.SUBMITTED, target=S.EXPIRED)
    def expire(self) -> None:
        """Nobody decided in time."""

    @transition(field=state, source=[S.APPROVED, S.APPLY_FAILED], target=S.APPLIED)
    def finish(self) -> None:
        """It was done."""

    @transition(field=state, source=[S.APPROVED, S.APPLY_FAILED], target=S.APPLY_FAILED)
    def fail(self) -> None:
        """It could not be done; it may be tried again."""


class RequestStep(StepColumns):
    """A step of a request as it was when the request was made; `unit` is where it asks."""

    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="steps")
    # Whose manager was found; empty: the unit of the request and those above it.
    manager_unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(StepColumns.Meta):
        constraints = [
            *StepColumns.Meta.constraints,
            models.UniqueConstraint(
                name="org_requeststep_in_order", fields=["request", "position"]
            ),
            models.UniqueConstraint(name="org_requeststep_of_request", fields=["id", "request"]),
            models.UniqueConstraint(
                name="org_requeststep_one_open",
                fields=["request"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="org_requeststep_due",
                fields=["due_at"],
                condition=Q(closed_at__isnull=True, due_at__isnull=False),
            ),
            models.Index(
                name="org_requeststep_open",
                fields=["request"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"AP-{self.request_id}/{self.position}"


class ApprovalDecision(models.Model):
    """Somebody's yes or no in one step. Append-only.

    `person` pressed the button, `principal` is who was asked; they differ when somebody stands
    in. `maker` and `again_allowed` are the request's, tied to it by a composite key.
    """

    class Verdict(models.TextChoices):
        APPROVE = "APPROVE", _("Approved")
        REJECT = "REJECT", _("Rejected")

    # One attempt: a resend decides once.
    key = models.CharField(max_length=120, unique=True)
    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="decisions")
    step = models.ForeignKey(RequestStep, models.PROTECT, related_name="decisions")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    again_allowed = models.BooleanField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    principal = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    why = models.CharField(max_length=400, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="org_decision_maker_is_not_checker",
                condition=~Q(person=F("maker")) & ~Q(principal=F("maker")),
            ),
            models.CheckConstraint(
                name="org_decision_verdict_known", condition=Q(verdict__in=["APPROVE", "REJECT"])
            ),
            models.UniqueConstraint(
                name="org_decision_once_per_step", fields=["step", "principal"]
            ),
            models.UniqueConstraint(
                name="org_decision_one_hand_per_step", fields=["step", "person"]
            ),
            # The same person never decides two steps unless the policy allows it.
            models.UniqueConstraint(
                name="org_decision_one_step_each",
                fields=["request", "person"],
                condition=Q(again_allowed=False),
            ),
            models.UniqueConstraint(
                name="org_decision_one_step_for_each",
                fields=["request", "principal"],
                condition=Q(again_allowed=False),
            ),
        ]
        indexes = [models.Index(name="org_decision_of_person", fields=["person", "-id"])]

    def __str__(self) -> str:
        return f"{self.verdict} {self.request_id}"


class ApprovalEvent(models.Model):
    """What happened to a request. Append-only; one row per change of its state, and more."""

    class What(models.TextChoices):
        SUBMITTED = "SUBMITTED", _("Asked for approval")
        AGREED = "AGREED", _("Agreed")
        STEP_DONE = "STEP_DONE", _("Step complete")
        APPROVED = "APPROVED", _("Approved")
        REJECTED = "REJECTED", _("Rejected")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        VOIDED = "VOIDED", _("Void: the facts changed")
        EXPIRED = "EXPIRED", _("Expired: nobody decided in time")
        ESCALATED = "ESCALATED", _("Escalated: the deadline passed")
        APPLIED = "APPLIED", _("Done")
        APPLY_FAILED = "APPLY_FAILED", _("Could not be done")
        HANDED_OVER = "HANDED_OVER", _("Handed over")
        ASKED_BACK = "ASKED_BACK", _("Asked back")
        COMMENTED = "COMMENTED", _("Commented")
        ATTACHED = "ATTACHED", _("Attached a file")

    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="events")
    at = models.DateTimeField(db_default=database_clock(), editable=False)
    what = models.CharField(max_length=12, choices=What.choices)
    # Empty when the state stays.
    from_state = models.CharField(max_length=12, blank=True, default="")
    to_state = models.CharField(max_length=12, blank=True, default="")
    actor = models.CharField(max_length=80)
    # In whose place, when somebody stands in.
    principal = models.CharField(max_length=80, blank=True, default="")
    position = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="org_approvalevent_known",
                condition=Q(
                    what__in=[
                        "AGREED", "APPLIED", "APPLY_FAILED", "APPROVED", "ASKED_BACK", "ATTACHED",
                        "COMMENTED", "ESCALATED", "EXPIRED", "HANDED_OVER", "REJECTED",
                        "STEP_DONE", "SUBMITTED", "VOIDED", "WITHDRAWN",
                    ]
                ),
            )
        ]  # fmt: skip
        indexes = [models.Index(name="org_approvalevent_of", fields=["request", "id"])]

    def __str__(self) -> str:
        return f"{self.what} AP-{self.request_id}"


class Attachment(models.Model):
    """A photo or paper that belongs to a document, such as "AP-17" or "CO-3"."""

    document = models.CharField(_("document"), max_length=64)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size"))
    content = models.BinaryField()
    # The same file twice is one file.
    sha256 = models.CharField(max_length=64)
    # Who, as the ledger names them: a person or a program.
    actor = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=database_clock(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="org_attachment_once", fields=["document", "sha256"]),
            models.CheckConstraint(
                name="org_attachment_kind_known",
                condition=Q(
                    content_type__in=["application/pdf", "image/jpeg", "image/png", "image/webp"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
