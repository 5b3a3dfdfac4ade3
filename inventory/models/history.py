"""Marks and snapshots: sums of entries up to a point, so that any past is read quickly.

A mark says what a balance was after a certain entry of it. Entries of one balance are written
under that balance's lock and take their ids there, so what can be seen of them is always their
beginning: a mark never misses an entry that commits late. Marks of cells and reasons are kept only
where something changed since the balance's mark before; the newest one at or below a balance's
mark is the figure. Nothing here is trusted blindly: a law compares every mark with the entries.
"""

from django.db import models
from django.db.models.functions import Now


class Snapshot(models.Model):
    """Every balance has a mark at its last entry recorded before `taken_for`; never changed."""

    taken_for = models.DateTimeField(unique=True)
    taken_at = models.DateTimeField(db_default=Now(), editable=False)
    # Balances that had moved since the snapshot before.
    balances = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.taken_for:%Y-%m-%d %H:%M}"


class BalanceMark(models.Model):
    """What a balance was after its entry `last_entry`, recorded at `recorded_at`."""

    id = models.BigAutoField(primary_key=True)
    balance = models.ForeignKey(
        "inventory.Balance", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    last_entry = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    on_hand = models.BigIntegerField()
    held = models.BigIntegerField()
    # The newest hold line any of these entries names, 0 for none: lists of past claims start here.
    last_line = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["balance", "last_entry"], name="balance_mark_once"),
        ]
        indexes = [
            models.Index(fields=["balance", "recorded_at", "last_entry"], name="balance_mark_at"),
        ]

    def __str__(self) -> str:
        return f"{self.balance_id}@{self.last_entry}"


class CellMark(models.Model):
    """What a cell was at its balance's mark of the same `last_entry`."""

    id = models.BigAutoField(primary_key=True)
    stock = models.ForeignKey(
        "inventory.Stock", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    last_entry = models.BigIntegerField()
    on_hand = models.BigIntegerField()
    pinned = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stock", "last_entry"], name="cell_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_id}@{self.last_entry}"


class ReasonMark(models.Model):
    """What one reason held of a balance at the balance's mark of the same `last_entry`."""

    id = models.BigAutoField(primary_key=True)
    balance = models.ForeignKey(
        "inventory.Balance", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.ForeignKey(
        "inventory.Reason", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    last_entry = models.BigIntegerField()
    units = models.BigIntegerField()
    # Hold lines with open units.
    positions = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["balance", "reason", "last_entry"], name="reason_mark_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.balance_id}/{self.reason_id}@{self.last_entry}"


class Reach(models.Model):
    """How far a piece of work over the books has come: an entry id, or a balance id."""

    name = models.CharField(max_length=60, unique=True)
    reached = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.reached}"
