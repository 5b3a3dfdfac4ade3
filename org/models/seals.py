"""Seals over what was done: blocks of digests, each chained to the one before."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from org.sealing import Block


class CurrentTransaction(Func):
    """The writing transaction's number; whoever seals reads up to a horizon of these."""

    template = "(pg_current_xact_id()::text)::bigint"
    output_field = models.BigIntegerField()


class AuditBlock(models.Model):
    """One block of a chain (see `org.sealing`). Append-only: a trigger refuses the rest."""

    chain = models.CharField(max_length=20)
    number = models.BigIntegerField(_("block"))
    era = models.IntegerField(default=1)
    floor = models.BigIntegerField(default=0)
    xid_from = models.BigIntegerField()
    xid_to = models.BigIntegerField()
    sealed_at = models.DateTimeField(_("sealed"))
    ids = ArrayField(models.BigIntegerField())
    digests = models.BinaryField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("block of the audit trail")
        verbose_name_plural = _("blocks of the audit trail")
        constraints = [
            models.UniqueConstraint(name="org_block_once", fields=["chain", "number"]),
            models.CheckConstraint(
                name="org_block_counts_up",
                condition=Q(number__gte=1, era__gte=1, xid_to__gt=models.F("xid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"

    @property
    def is_first_of_its_hour(self) -> bool:
        """True when the block before was sealed in an earlier hour, or there is none."""
        rows = AuditBlock.objects.filter(chain=self.chain, number=self.number - 1)
        before = rows.values_list("sealed_at", flat=True).first()
        return before is None or before < self.sealed_at.replace(minute=0, second=0, microsecond=0)

    @property
    def sealed(self) -> Block:
        """What the block says."""
        return Block(
            chain=self.chain,
            number=self.number,
            era=self.era,
            floor=self.floor,
            xid_from=self.xid_from,
            xid_to=self.xid_to,
            sealed_at=self.sealed_at,
            previous=self.previous,
            ids=self.ids,
            digests=bytes(self.digests),
        )


class SealReading(models.Model):
    """How far the chain was read again, and what was found, this round and the last whole one."""

    chain = models.CharField(max_length=20, unique=True)
    # The next block to read; 0 when no round is going on.
    next_block = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    # This round's findings so far: lists of block, kind, row.
    found = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    # The last whole round.
    finished_at = models.DateTimeField(null=True)
    blocks_read = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.chain} at {self.next_block}"
