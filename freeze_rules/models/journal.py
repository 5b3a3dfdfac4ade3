"""The journal of freezes: what was frozen and released, by whom, and what was known then."""

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.clock import database_clock


class JournalLine(models.Model):
    """One posting changed one freeze in one warehouse. Only added to; sealed by the chain.

    The ledger has the units, this has the reasons: rows copy what was true at that moment, so
    renaming a reason or a rule changes nothing here.
    """

    class Cause(models.TextChoices):
        HAND = "HAND", _("By hand")
        RULE = "RULE", pgettext_lazy("cause of a freeze", "Rule")
        SENSOR = "SENSOR", _("Sensor")
        SYSTEM = "SYSTEM", _("System")

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(
        "inventory.Posting", models.PROTECT, related_name="+", db_index=False
    )
    hold = models.ForeignKey("inventory.Hold", models.PROTECT, related_name="+")
    # Empty for a freeze of every warehouse that found nothing to take.
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("at"))
    # The ledger's kind of posting: HOLD, RELEASE, CONVERT, RECEIVE (under a blanket) ...
    kind = models.CharField(_("what"), max_length=12)
    # More under the freeze is above nought; a freeze that found nothing yet is 0.
    units = models.BigIntegerField(_("units"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=24)
    is_safety = models.BooleanField()
    document = models.CharField(_("document"), max_length=64)
    actor = models.CharField(_("who"), max_length=64)
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    rule_version = models.CharField(_("rule"), max_length=64, blank=True, default="")
    why = models.CharField(_("why"), max_length=400, blank=True, default="")
    # Goods (the first twenty), what the rule read, which proofs there were.
    facts = models.JSONField(default=dict)
    written_at = models.DateTimeField(db_default=database_clock(), editable=False)
    xid = models.BigIntegerField(
        db_default=Func(
            template="(pg_current_xact_id()::text)::bigint", output_field=models.BigIntegerField()
        ),
        editable=False,
    )

    class Meta:
        verbose_name = _("line of the freeze journal")
        verbose_name_plural = _("lines of the freeze journal")
        constraints = [
            models.UniqueConstraint(
                fields=["posting", "hold", "warehouse"],
                name="freeze_journal_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="freeze_journal_known_cause",
                condition=Q(cause__in=["HAND", "RULE", "SENSOR", "SYSTEM"]),
            ),
        ]
        indexes = [
            models.Index(fields=["at", "id"], name="freeze_journal_at"),
            models.Index(fields=["document", "id"], name="freeze_journal_document"),
            models.Index(fields=["warehouse", "id"], name="freeze_journal_warehouse"),
            models.Index(fields=["reason", "id"], name="freeze_journal_reason"),
            models.Index(fields=["xid", "id"], name="freeze_journal_horizon"),
        ]

    def __str__(self) -> str:
        return f"J-{self.pk}"
