"""Devices that fall silent are noted, and somebody is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.utils import timezone

from freeze_rules.models import SensorClock, SensorPlace
from freeze_rules.services.sensors.registry import judge_again
from org import roles
from org.selectors.notices import people_with
from org.services import notices

MOST = 200


def note_silence(*, now: datetime | None = None) -> int:
    """Note devices from which nothing was heard for three of their periods, a few hundred at once.

    Joins the caller's transaction. Their open excursions are judged again: a device that was too
    warm when it fell silent is not assumed to be cool.

    Returns:
        How many have newly fallen silent.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    moment = now or timezone.now()
    silent_at = ExpressionWrapper(
        F("last_at")
        + ExpressionWrapper(
            F("device__period_s") * Value(timedelta(seconds=3)), output_field=DurationField()
        ),
        output_field=DateTimeField(),
    )
    rows = (
        SensorClock.objects.alias(silent_at=silent_at)
        .filter(
            silent_since__isnull=True,
            device__in_service=True,
            device__places__until__isnull=True,
            device__places__isnull=False,
            silent_at__lt=moment,
        )
        .select_related("device__warehouse")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")
    )
    clocks = list(rows[:MOST])
    places = {
        place.device_id: place
        for place in SensorPlace.objects.filter(
            device__in=[clock.pk for clock in clocks], until__isnull=True
        ).select_related("zone", "location")
    }
    for clock in clocks:
        clock.silent_since = clock.last_at
        assert clock.last_at is not None
        place = places[clock.pk]
        spot = place.zone or place.location
        notices.notify(
            kind="sensor.silent",
            to=people_with(roles.SENSORS_EDIT, unit_id=clock.device.warehouse.unit_id),
            params={
                "device": clock.device.code,
                "place": spot.code if spot else "",
                "since": f"{timezone.localtime(clock.last_at):%Y-%m-%d %H:%M}",
            },
            link=f"/sensors/devices/{clock.device.code}/",
            once=f"silent:{clock.device.code}",
        )
        judge_again([clock.pk], since=clock.last_at)
    SensorClock.objects.bulk_update(clocks, ["silent_since"])
    return len(clocks)
