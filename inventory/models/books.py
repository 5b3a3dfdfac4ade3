"""The books: balances and cells (sums kept by the database), postings and entries (facts)."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClockTimestamp(models.Func):
    """The database's clock at this very statement; now() would stamp the transaction's start."""

    function = "clock_timestamp"
    template = "%(function)s()"
    output_field = models.DateTimeField()


class CurrentTransaction(models.Func):
    """The writing transaction's number; change feeds read up to a horizon of these."""

    template = "(pg_current_xact_id()::text)::bigint"
    output_field = models.BigIntegerField()


class Grade(models.TextChoices):
    """Grades as the trade writes them."""

    ZP = "ZP", _("Good")
    CC = "CC", _("Defective")
    JS = "JS", _("Machine damaged")
    XS = "XS", _("Box damaged")


class Balance(models.Model):
    """All of one SKU, grade and goods owner in one warehouse."""

    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="balances"
    )
    sku = models.ForeignKey("inventory.Sku", on_delete=models.PROTECT, related_name="balances")
    grade = models.CharField(max_length=2, choices=Grade.choices, default=Grade.ZP)
    owner = models.CharField(max_length=32, default="SELF")
    on_hand = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    available = models.GeneratedField(
        expression=models.F("on_hand") - models.F("held"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    # Rises with every entry, also when sums cancel: "publish again" is a comparison.
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "sku", "grade", "owner"], name="balance_once"
            ),
            models.UniqueConstraint(fields=["id", "sku"], name="balance_with_its_sku"),
            models.UniqueConstraint(fields=["id", "warehouse"], name="balance_with_its_warehouse"),
            models.CheckConstraint(
                condition=models.Q(held__gte=0, held__lte=models.F("on_hand")),
                name="balance_held_within_on_hand",
            ),
        ]
        indexes = [models.Index(fields=["sku", "warehouse"], name="balance_by_sku")]

    def __str__(self) -> str:
        return f"B-{self.pk}"


class Stock(models.Model):
    """One cell of a balance: a location, a lot. `on_hand - pinned` is not "available"."""

    # Without an index of its own: `cell_once` begins with it. Where most balances have one cell,
    # PostgreSQL would take the smaller index also for the foreign keys that name cell and balance,
    # and walk through ten thousand cells for each of ten thousand lines.
    balance = models.ForeignKey(
        Balance, on_delete=models.PROTECT, related_name="cells", db_index=False
    )
    location = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="cells"
    )
    lot = models.ForeignKey(
        "inventory.Lot", on_delete=models.PROTECT, null=True, related_name="cells"
    )
    on_hand = models.BigIntegerField(default=0)
    pinned = models.BigIntegerField(default=0)
    # The top-ranked blanket that covers this cell; others may cover it too.
    blanket = models.ForeignKey(
        "inventory.Hold", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["balance", "location", "lot"], name="cell_once", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["id", "balance"], name="cell_with_its_balance"),
            models.CheckConstraint(
                condition=models.Q(pinned__gte=0, pinned__lte=models.F("on_hand")),
                name="cell_pinned_within_on_hand",
            ),
        ]
        indexes = [
            models.Index(
                fields=["balance"],
                name="cell_under_blanket",
                condition=models.Q(blanket__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"C-{self.pk}"


class Posting(models.Model):
    """One command that happened, under the key its caller gave it. Never changed, never deleted."""

    class Kind(models.TextChoices):
        RECEIVE = "RECEIVE", _("Received")
        MOVE = "MOVE", _("Moved")
        HOLD = "HOLD", _("Held")
        PIN = "PIN", _("Pinned to cells")
        RELEASE = "RELEASE", pgettext_lazy("posting", "Released")
        SHIP = "SHIP", _("Shipped")
        ADJUST = "ADJUST", _("Adjusted")
        UNPIN = "UNPIN", _("Taken out of cells")
        SWAP = "SWAP", _("Pin swapped")
        NARROW = "NARROW", _("Freeze narrowed")
        CONVERT = "CONVERT", _("Claim converted")
        DISPLACE = "DISPLACE", _("Displaced")
        REGRADE = "REGRADE", _("Regraded")
        SCRAP = "SCRAP", _("Scrapped")
        RETURN = "RETURN", _("Returned by a customer")
        TRANSFER_OUT = "TRANSFER_OUT", _("Sent to another warehouse")
        TRANSFER_IN = "TRANSFER_IN", _("Arrived from another warehouse")
        REVERSE = "REVERSE", _("Reversed")

    key = models.CharField(max_length=120, unique=True)
    fingerprint = models.CharField(max_length=72)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    document = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    occurred_at = models.DateTimeField(db_default=Now())
    recorded_at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)
    xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    # What entries cannot say: counted figures, the reason given, kits asked for.
    facts = models.JSONField(default=dict)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["document"], name="posting_by_document"),
            models.Index(fields=["xid", "id"], name="posting_by_horizon"),
            # What people did, for the trail; machines, which do most, are not looked up so.
            models.Index(
                fields=["actor", "id"],
                name="posting_by_person",
                condition=models.Q(actor__startswith="person:"),
            ),
            # What came back of a shipment; other postings do not name one.
            models.Index(
                KeyTextTransform("shipped_document", "facts"),
                name="posting_returned",
                condition=models.Q(kind="RETURN"),
            ),
        ]

    def __str__(self) -> str:
        return f"P-{self.pk}"


class Outside(models.TextChoices):
    """Where stock comes from and goes to when it crosses the company's border."""

    SUPPLIER = "SUPPLIER", _("Supplier")
    CUSTOMER = "CUSTOMER", _("Customer")
    LOST = "LOST", _("Lost")
    FOUND = "FOUND", _("Found")
    OPENING = "OPENING", _("Opening balance")
    SCRAPPED = "SCRAPPED", _("Scrapped")


class Entry(models.Model):
    """One signed change: of a balance (and cell, and hold line) or of an outside account.

    Foreign keys to balance, cell and line are composite and live in the migration's SQL.
    """

    id = models.BigAutoField(primary_key=True)
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    # Thousands are written a second: no index that nobody reads by.
    sku = models.ForeignKey(
        "inventory.Sku", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    balance = models.ForeignKey(
        Balance,
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        db_constraint=False,
        db_index=False,
    )
    outside = models.CharField(max_length=12, choices=Outside.choices, blank=True)
    stock = models.ForeignKey(
        Stock,
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        db_constraint=False,
        db_index=False,
    )
    line = models.ForeignKey(
        "inventory.HoldLine",
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        db_constraint=False,
    )
    on_hand = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__isnull=False, outside="")
                | models.Q(
                    balance__isnull=True,
                    stock__isnull=True,
                    line__isnull=True,
                    held=0,
                    outside__in=["SUPPLIER", "CUSTOMER", "LOST", "FOUND", "OPENING", "SCRAPPED"],
                ),
                name="entry_balance_or_outside",
            ),
            models.CheckConstraint(
                condition=~models.Q(on_hand=0, held=0), name="entry_changes_something"
            ),
            models.CheckConstraint(
                condition=models.Q(on_hand=0)
                | models.Q(balance__isnull=True)
                | models.Q(stock__isnull=False),
                name="entry_goods_lie_in_a_cell",
            ),
            models.CheckConstraint(
                condition=models.Q(held=0, line__isnull=True)
                | ~models.Q(held=0) & models.Q(line__isnull=False),
                name="entry_claim_names_its_line",
            ),
        ]
        # With the id, because within a balance ids are in the order of recording: the past and the
        # running sums are ranges of these.
        indexes = [
            models.Index(fields=["balance", "id"], name="entry_by_balance"),
            models.Index(
                fields=["stock", "id"],
                name="entry_by_cell",
                condition=models.Q(stock__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"E-{self.pk}"
