"""What masters and settings were: every version of every row that is kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from org.models.seals import CurrentTransaction
from outbox.clock import database_clock


class Revision(models.Model):
    """A row as it was from one moment on. Written by triggers only, append-only.

    `kind` and `object_id` name the thing ("sku", 17). `part` is empty for the thing itself, else
    what hangs on it ("barcodes"), whose own row is `part_id`. Revisions of one transaction are one
    change; the audit records of that transaction (`xid`) say who did it.
    """

    class Verb(models.TextChoices):
        # It was there when history began to be kept.
        FOUND = "F", _("Found")
        MADE = "I", _("Made")
        CHANGED = "U", _("Changed")
        REMOVED = "D", _("Removed")

    kind = models.CharField(max_length=24)
    object_id = models.BigIntegerField()
    part = models.CharField(max_length=24, blank=True, default="")
    part_id = models.BigIntegerField()
    verb = models.CharField(max_length=1, choices=Verb.choices)
    # Columns without secrets; of a removed row those it had last.
    kept = models.JSONField()
    at = models.DateTimeField(db_default=database_clock(), editable=False)
    xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.CheckConstraint(
                name="org_revision_verb_known", condition=Q(verb__in=["F", "I", "U", "D"])
            )
        ]
        indexes = [models.Index(name="org_revision_of", fields=["kind", "object_id", "id"])]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id} {self.verb}{self.pk}"
