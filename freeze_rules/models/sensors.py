"""Sensors: devices, where they hang, how true they are, what is allowed, and what they said.

All values are whole thousandths of the measure's own unit (4.25 °C is 4250), so nothing is rounded
between a reading and the dose that froze goods because of it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Measure(models.TextChoices):
    """What a device measures."""

    TEMPERATURE = "TEMPERATURE", pgettext_lazy("sensor", "Temperature")
    LIGHT = "LIGHT", pgettext_lazy("sensor", "Light")
    HUMIDITY = "HUMIDITY", pgettext_lazy("sensor", "Humidity")
    SHOCK = "SHOCK", pgettext_lazy("sensor", "Shock")


class SensorUnit(models.TextChoices):
    """What a device's figures are in; kept are °C, lx, % and g."""

    C = "C", "°C"
    F = "F", "°F"
    LX = "LX", "lx"
    PCT = "PCT", "%"
    G = "G", "g"


class SensorDevice(models.Model):
    """One device. It belongs to a warehouse for good; where in it, its places say."""

    code = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    unit = models.CharField(_("unit"), max_length=3, choices=SensorUnit.choices)
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    # It should say something at least so often; three times that long without a word is a gap.
    period_s = models.PositiveIntegerField(_("seconds between readings"), default=300)
    in_service = models.BooleanField(_("in service"), default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="sensor_has_a_code", condition=~Q(code="")),
            models.CheckConstraint(
                name="sensor_unit_fits_measure",
                condition=Q(measure="TEMPERATURE", unit__in=["C", "F"])
                | Q(measure="LIGHT", unit="LX")
                | Q(measure="HUMIDITY", unit="PCT")
                | Q(measure="SHOCK", unit="G"),
            ),
            models.CheckConstraint(
                name="sensor_period_of_a_second_to_a_day",
                condition=Q(period_s__gte=1, period_s__lte=86_400),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def silent_after_s(self) -> int:
        """Seconds without a reading after which it counts as silent."""
        return 3 * self.period_s


class SensorPlace(models.Model):
    """What a device watches from when to when: a zone, or a single location."""

    device = models.ForeignKey(SensorDevice, models.PROTECT, related_name="places")
    zone = models.ForeignKey("inventory.Zone", models.PROTECT, null=True, related_name="+")
    location = models.ForeignKey("inventory.Location", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sensor_place_zone_or_location",
                condition=Q(zone__isnull=False, location__isnull=True)
                | Q(zone__isnull=True, location__isnull=False),
            ),
            models.CheckConstraint(
                name="sensor_place_ends_after_it_begins",
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
            # It hangs in one place at a time; that older ones do not overlap, the service sees to.
            models.UniqueConstraint(
                fields=["device"], condition=Q(until__isnull=True), name="sensor_in_one_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}@{self.zone_id or self.location_id}"


class SensorCalibration(models.Model):
    """From a moment on, so much is added to what the device says; `due_on` is the next check."""

    device = models.ForeignKey(SensorDevice, models.PROTECT, related_name="calibrations")
    # Thousandths of °C, lx, %, g.
    offset = models.IntegerField(_("added to readings"))
    since = models.DateTimeField(_("since"))
    due_on = models.DateField(_("next calibration"), null=True)
    certificate = models.CharField(_("certificate"), max_length=80, blank=True)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "since"], name="calibration_once_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}{self.offset:+}"


class SensorBound(models.Model):
    """What is allowed in a zone, or for a SKU, or for all SKUs of a class.

    A zone's bound says what the place should be; goods are judged by their SKU's own bound, else
    by their class's, and by the zone's only when neither says anything. `grace_minutes` outside
    are forgiven; 0 forgives nothing, empty judges by the dose alone. The dose is what was too much
    times how long: °C x minutes and % x minutes beyond the bound; for light all of it, lx x hours.
    A changed bound is a new row: the past keeps the bound it had.
    """

    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    zone = models.ForeignKey("inventory.Zone", models.PROTECT, null=True, related_name="+")
    sku = models.ForeignKey("inventory.Sku", models.PROTECT, null=True, related_name="+")
    # A temperature class of SKUs, or LIGHT_SENSITIVE.
    sku_class = models.CharField(_("class of SKUs"), max_length=16, blank=True)
    lower = models.IntegerField(_("lower bound"), null=True)
    upper = models.IntegerField(_("upper bound"), null=True)
    # Back by so much before it counts as over.
    hysteresis = models.PositiveIntegerField(_("hysteresis"), default=0)
    grace_minutes = models.PositiveIntegerField(_("minutes forgiven"), null=True)
    # Thousandths of degree-minutes, percent-minutes, lux-hours.
    dose_limit = models.PositiveBigIntegerField(_("dose allowed"), null=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bound_of_one_thing",
                condition=Q(zone__isnull=False, sku__isnull=True, sku_class="")
                | Q(zone__isnull=True, sku__isnull=False, sku_class="")
                | (Q(zone__isnull=True, sku__isnull=True) & ~Q(sku_class="")),
            ),
            models.CheckConstraint(
                name="bound_bounds_something",
                condition=Q(lower__isnull=False) | Q(upper__isnull=False),
            ),
            models.CheckConstraint(
                name="bound_lower_below_upper",
                condition=Q(lower__isnull=True)
                | Q(upper__isnull=True)
                | Q(lower__lt=F("upper") - F("hysteresis")),
            ),
            models.CheckConstraint(
                name="bound_by_time_or_dose",
                condition=Q(grace_minutes__isnull=False) | Q(dose_limit__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["measure", "zone", "sku", "sku_class"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="bound_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.lower}..{self.upper}"


class SensorReading(models.Model):
    """What a device said, as it said it, before calibration; the table is split by day of `at`."""

    pk = models.CompositePrimaryKey("device_id", "at")
    device = models.ForeignKey(
        SensorDevice, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    # Thousandths of °C, lx, %, g.
    value = models.IntegerField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        managed = False
        db_table = "freeze_rules_sensorreading"

    def __str__(self) -> str:
        return f"{self.device_id}@{self.at:%Y-%m-%d %H:%M:%S}"


class UnjudgedSpan(models.Model):
    """Readings of a device between these moments came and nobody has judged them yet.

    A row for each batch that came, taken away by whoever judges: batches never wait for judges.
    """

    device = models.ForeignKey(SensorDevice, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="span_in_order", condition=Q(since__lte=F("until"))),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.since:%H:%M:%S}-{self.until:%H:%M:%S}"


class SensorClock(models.Model):
    """What was last heard of a device. Whoever judges its readings holds this row."""

    device = models.OneToOneField(
        SensorDevice, models.PROTECT, primary_key=True, related_name="clock"
    )
    last_at = models.DateTimeField(null=True)
    # After calibration.
    last_value = models.IntegerField(null=True)
    # It has been silent since then, and somebody was told.
    silent_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.device_id} until {self.last_at}"


class QuarantinedReading(models.Model):
    """A reading that nobody may rely on: kept as it was told, with what is wrong about it."""

    device_code = models.CharField(_("device"), max_length=64)
    at_told = models.CharField(_("time"), max_length=64)
    value_told = models.CharField(_("value"), max_length=64)
    code = models.CharField(_("what is wrong"), max_length=32)
    actor = models.CharField(max_length=64)
    # Empty for a device that nobody knows.
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, related_name="+"
    )
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    # TAKEN: read again and kept as a reading; DISCARDED: looked at and put away.
    settled_as = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            # A device that repeats itself fills no table.
            models.UniqueConstraint(
                fields=["device_code", "at_told", "value_told"], name="quarantined_once"
            ),
            models.CheckConstraint(
                name="quarantined_settled_wholly",
                condition=Q(settled_at__isnull=True, settled_as="")
                | Q(settled_at__isnull=False, settled_as__in=["TAKEN", "DISCARDED"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="quarantined_waiting", condition=Q(settled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_code} {self.code}"
