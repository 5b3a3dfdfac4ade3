"""Excursions: how long a bound was broken and how badly, and which goods were there then."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from freeze_rules.models.sensors import SensorBound, SensorDevice, SensorPlace


class Excursion(models.Model):
    """One stretch beyond one bound at one place. Late readings revise it, nothing deletes it.

    `started_at` is the first reading beyond the bound, `ended_at` the first one back inside by the
    hysteresis; empty while it lasts. Values are thousandths, the dose as in `SensorBound`.
    """

    class Side(models.TextChoices):
        HIGH = "HIGH", _("Too high")
        LOW = "LOW", _("Too low")

    device = models.ForeignKey(SensorDevice, models.PROTECT, related_name="excursions")
    place = models.ForeignKey(SensorPlace, models.PROTECT, related_name="+")
    bound = models.ForeignKey(SensorBound, models.PROTECT, related_name="+")
    side = models.CharField(_("side"), max_length=4, choices=Side.choices)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True)
    # The last reading inside it.
    last_at = models.DateTimeField()
    peak = models.IntegerField(_("peak"))
    dose = models.BigIntegerField(_("dose"), default=0)
    # Seconds of it in which the device was silent.
    gap_s = models.PositiveIntegerField(_("seconds without readings"), default=0)
    readings = models.PositiveIntegerField(_("readings"), default=1)
    # When grace or dose ran out, by the readings; empty while it is forgiven.
    breached_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(db_default=Now(), editable=False)
    revision = models.PositiveIntegerField(default=1)
    # Late readings or another calibration showed that it was none.
    withdrawn_at = models.DateTimeField(null=True)
    # Goods were frozen and people told.
    acted_at = models.DateTimeField(null=True)
    # Up to which reading the doses of its goods were added up with those of other places.
    goods_looked = models.DateTimeField(null=True)
    # When to look again for goods that were on the way, or moved in that very moment.
    chase_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="excursion_known_side", condition=Q(side__in=["HIGH", "LOW"])
            ),
            models.CheckConstraint(
                name="excursion_ends_after_it_begins",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
            ),
            models.UniqueConstraint(
                fields=["place", "bound", "side", "started_at"],
                condition=Q(withdrawn_at__isnull=True),
                name="excursion_once",
            ),
        ]
        indexes = [
            models.Index(fields=["device", "started_at"], name="excursion_by_device"),
            models.Index(
                fields=["chase_at"], name="excursion_chased", condition=Q(chase_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document under which its goods are frozen, such as "EX-7"."""
        return f"EX-{self.pk}"

    @property
    def state(self) -> str:
        """OPEN, CLOSED or WITHDRAWN."""
        if self.withdrawn_at is not None:
            return "WITHDRAWN"
        return "OPEN" if self.ended_at is None else "CLOSED"


class ExcursionRevision(models.Model):
    """What later readings changed about an excursion."""

    excursion = models.ForeignKey(Excursion, models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["excursion", "revision"], name="revision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.excursion_id}/{self.revision}"


class ExposedGoods(models.Model):
    """Goods that were there during an excursion, and where they are now.

    `qty` units of the cell's `on_hand` were there; where that is fewer, exposed and clean ones have
    met and cannot be told apart. Shipped goods have no cell but the document they left with.
    """

    class Where(models.TextChoices):
        THERE = "THERE", _("Still there")
        MOVED = "MOVED", _("Moved")
        STORE = "STORE", _("In a store")
        TRANSIT = "TRANSIT", _("On the way")
        SHIPPED = "SHIPPED", _("Shipped")
        GONE = "GONE", _("No longer there")

    excursion = models.ForeignKey(Excursion, models.PROTECT, related_name="goods")
    where = models.CharField(_("where"), max_length=8, choices=Where.choices)
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, related_name="+")
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    grade = models.CharField(_("grade"), max_length=2)
    # The cell that they lie in now, by its id; 0 for shipped goods.
    cell_id = models.BigIntegerField(default=0)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+"
    )
    location = models.ForeignKey("inventory.Location", models.PROTECT, null=True, related_name="+")
    qty = models.BigIntegerField(_("exposed"))
    on_hand = models.BigIntegerField(_("on hand"), default=0)
    # What these goods have collected themselves, in all places; empty where no dose is bound.
    dose = models.BigIntegerField(_("dose"), null=True)
    # What they left with, or travel under.
    document = models.CharField(_("document"), max_length=64, blank=True)
    left_at = models.DateTimeField(null=True)
    # The freeze that was laid on the cell for it.
    hold_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="exposed_known_where",
                condition=Q(where__in=["THERE", "MOVED", "STORE", "TRANSIT", "SHIPPED", "GONE"]),
            ),
            models.CheckConstraint(
                name="exposed_cell_or_document",
                condition=Q(where="SHIPPED", cell_id=0) & ~Q(document="")
                | ~Q(where="SHIPPED") & Q(cell_id__gt=0),
            ),
            models.UniqueConstraint(
                fields=["excursion", "cell_id", "document", "sku", "lot"],
                nulls_distinct=False,
                name="exposed_once",
            ),
        ]
        indexes = [models.Index(fields=["cell_id"], name="exposed_by_cell")]

    def __str__(self) -> str:
        return f"{self.excursion_id} {self.where} {self.qty}"
