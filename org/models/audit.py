"""The trail of what was done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from org.models.seals import CurrentTransaction
from outbox.clock import database_clock


class AuditRecord(models.Model):
    """Who did what to which thing. Append-only: a trigger refuses UPDATE and DELETE.

    Holds no secrets and no receiver data: `before` and `after` name what changed, not whom.
    """

    # The database clock at the moment of writing, not the start of the transaction.
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)
    actor = models.CharField(_("who"), max_length=80)
    action = models.CharField(_("what"), max_length=80)
    subject = models.CharField(_("to which"), max_length=120)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    # Whose part of the company it concerns; records without one are for the whole house.
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+")
    xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        indexes = [
            models.Index(name="org_audit_subject", fields=["subject", "id"]),
            models.Index(name="org_audit_actor", fields=["actor", "id"]),
            models.Index(name="org_audit_action", fields=["action", "id"]),
            models.Index(name="org_audit_at", fields=["at", "id"]),
            models.Index(name="org_audit_by_horizon", fields=["xid", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
