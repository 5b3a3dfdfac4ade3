"""Snapshots: the sums of all entries up to a point, so that the past is read quickly."""

from django.db import models
from django.db.models.functions import Now


class Snapshot(models.Model):
    """All sums as recorded before `taken_for`; never changed."""

    taken_for = models.DateTimeField(unique=True)
    taken_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.taken_for:%Y-%m-%d %H:%M}"


class SnapshotBalance(models.Model):
    """What a balance was."""

    id = models.BigAutoField(primary_key=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="balances")
    balance = models.ForeignKey("inventory.Balance", on_delete=models.PROTECT, related_name="+")
    # The last entry it contains: the rest is added from there.
    last_entry = models.BigIntegerField()
    on_hand = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["balance", "snapshot"], name="snapshot_balance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.balance_id}@{self.snapshot_id}"
