"""Who has a claim on stock: reasons, holds and their lines (design section 4)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What kind of claim it is; only a mark takes no units."""

    COMMITMENT = "COMMITMENT", _("Commitment")
    FREEZE = "FREEZE", _("Freeze")
    MARK = "MARK", _("Mark")


class Binding(models.TextChoices):
    """Whether the claim follows the goods or stays at the place."""

    GOODS = "GOODS", _("Goods")
    PLACE = "PLACE", _("Place")


class Effects(models.Model):
    """What a claim forbids for the units and cells it covers; copied from reason to hold."""

    role = models.CharField(max_length=10, choices=Role.choices)
    # Higher rank gets freed units first and is named first in an explanation.
    rank = models.PositiveSmallIntegerField()
    is_safety = models.BooleanField(default=False)
    binds_to = models.CharField(max_length=5, choices=Binding.choices, default=Binding.GOODS)
    blocks_reserve = models.BooleanField(default=True)
    blocks_pick = models.BooleanField(default=True)
    blocks_ship = models.BooleanField(default=True)
    blocks_move = models.BooleanField(default=False)
    blocks_count = models.BooleanField(default=False)
    blocks_publish = models.BooleanField(default=True)

    class Meta:
        abstract = True

    EFFECT_FIELDS = (
        "role", "rank", "is_safety", "binds_to", "blocks_reserve", "blocks_pick",
        "blocks_ship", "blocks_move", "blocks_count", "blocks_publish",
    )  # fmt: skip


class Reason(Effects):
    """Why stock is claimed: data, so a new reason to freeze is a row and no code."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    review_days = models.PositiveSmallIntegerField(null=True, blank=True)
    release_permission = models.CharField(max_length=40, default="stock.release")
    # People choose only these on the screen; the others belong to orders, places and rules.
    by_hand = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["COMMITMENT", "FREEZE", "MARK"]),
                name="reason_known_role",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="MARK") | models.Q(blocks_reserve=False),
                name="reason_mark_takes_no_units",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "").startswith("zh") else self.name_en


class Hold(Effects):
    """One claim on stock. Never deleted; its effects are copies, so the past does not change."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("Pending")
        ACTIVE = "ACTIVE", _("Active")
        PARTIALLY_RELEASED = "PARTIALLY_RELEASED", _("Partly released")
        RELEASE_PENDING = "RELEASE_PENDING", _("Release waits for approval")
        RELEASED = "RELEASED", _("Released")
        CONSUMED = "CONSUMED", _("Consumed")
        DISPOSED = "DISPOSED", _("Disposed of")
        CANCELLED = "CANCELLED", _("Cancelled")
        EXPIRED = "EXPIRED", _("Expired")

    OPEN_STATES = ("PENDING", "ACTIVE", "PARTIALLY_RELEASED", "RELEASE_PENDING")

    # Thousands are written a second: no index that nobody reads by.
    reason = models.ForeignKey(
        Reason, on_delete=models.PROTECT, related_name="holds", db_index=False
    )
    posting = models.ForeignKey("inventory.Posting", on_delete=models.PROTECT, related_name="holds")
    document = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    # The scope: whatever is named must match; what is empty covers everything.
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    zone = models.ForeignKey(
        "inventory.Zone", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    location = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    sku = models.ForeignKey(
        "inventory.Sku", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    supplier = models.CharField(max_length=80, blank=True)
    grade = models.CharField(max_length=2, blank=True)
    owner = models.CharField(max_length=32, blank=True)
    # Quantity asked; empty for a blanket, which covers all there is and all that comes.
    asked = models.BigIntegerField(null=True)
    blanket = models.BooleanField(default=False)
    # A narrowed blanket: lots and cells inside its scope that it no longer covers.
    excluded_lots = ArrayField(models.BigIntegerField(), default=list)
    excluded_cells = ArrayField(models.BigIntegerField(), default=list)
    placed_by = models.CharField(max_length=64)
    rule_version = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=400, blank=True)
    review_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    release_condition = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(blanket=True, asked__isnull=True)
                | models.Q(blanket=False, asked__gt=0),
                name="hold_quantity_or_blanket",
            ),
            models.CheckConstraint(
                condition=models.Q(is_safety=False) | models.Q(expires_at__isnull=True),
                name="hold_safety_never_thaws_by_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "PENDING", "ACTIVE", "PARTIALLY_RELEASED", "RELEASE_PENDING", "RELEASED",
                        "CONSUMED", "DISPOSED", "CANCELLED", "EXPIRED",
                    ]
                ),
                name="hold_known_state",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["document"], name="hold_by_document"),
            models.Index(
                fields=["warehouse", "sku"],
                name="hold_open_blankets",
                condition=models.Q(blanket=True, closed_at__isnull=True),
            ),
            models.Index(
                fields=["-id"],
                name="hold_open_freezes",
                condition=models.Q(role="FREEZE", closed_at__isnull=True),
            ),
            models.Index(
                fields=["expires_at"],
                name="hold_due",
                condition=models.Q(expires_at__isnull=False, closed_at__isnull=True),
            ),
            # What a shop's figure looks at besides balances: few claims are shown although held,
            # few marks hide units that are free.
            models.Index(
                fields=["id"],
                name="hold_open_shown",
                condition=models.Q(blocks_publish=False, closed_at__isnull=True),
            ),
            models.Index(
                fields=["id"],
                name="hold_open_hiding",
                condition=models.Q(
                    blanket=True, blocks_reserve=False, blocks_publish=True, closed_at__isnull=True
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"H-{self.pk}"


class HoldLine(models.Model):
    """Units of one hold in one balance: in one cell (pinned), or not yet in any."""

    # Its unique key starts with the hold.
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lines", db_index=False)
    # The hold's reason again, so that the largest claims of each reason are found without reading
    # a million orders.
    reason = models.ForeignKey(
        Reason, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    balance = models.ForeignKey(
        "inventory.Balance", on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    stock = models.ForeignKey(
        "inventory.Stock", on_delete=models.PROTECT, null=True, related_name="lines", db_index=False
    )
    open = models.BigIntegerField(default=0)
    # Higher is served first and displaced last.
    priority = models.IntegerField(default=0)
    started = models.BooleanField(default=False)
    # Claimed for these very goods (a lot, a place, a shelf life): never becomes bin-less.
    bound = models.BooleanField(default=False)
    # The claim these units were drawn from; they return to it while it is open.
    origin = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="drawn", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(open__gte=0), name="line_open_not_negative"),
            models.UniqueConstraint(
                fields=["hold", "balance", "stock", "origin"],
                name="line_once_per_hold_and_cell",
                nulls_distinct=False,
            ),
            # Targets of the entries' composite keys.
            models.UniqueConstraint(fields=["id", "balance"], name="line_with_its_balance"),
        ]
        indexes = [
            models.Index(
                fields=["balance", "reason", "-open"],
                name="line_open_by_reason",
                condition=models.Q(open__gt=0),
            ),
            # Line ids of one balance are given under its lock: newest first is latest first.
            models.Index(fields=["balance", "id"], name="line_by_balance"),
            # Most lines are an order's: in no cell, drawn from nothing.
            models.Index(
                fields=["stock"], name="line_by_cell", condition=models.Q(stock__isnull=False)
            ),
            models.Index(
                fields=["origin"], name="line_drawn", condition=models.Q(origin__isnull=False)
            ),
            # A picking place has seen a million claims and has a few.
            models.Index(
                fields=["stock"],
                name="line_open_in_cell",
                condition=models.Q(open__gt=0, stock__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"L-{self.pk}"
