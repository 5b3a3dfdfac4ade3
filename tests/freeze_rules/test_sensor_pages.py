"""Pages of sensors: registering, bounds, the curve, an excursion with its goods, quarantine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from freeze_rules.models import (
    Excursion,
    QuarantinedReading,
    SensorBound,
    SensorCalibration,
    SensorClock,
    SensorDevice,
    SensorPlace,
)
from inventory import selectors as stock
from tests import given
from tests.freeze_rules.sensing import EVERYTHING, device, now, say, say_every, told, work
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client: Client) -> Client:
    """A warehouse lead, reading English."""
    client.cookies["django_language"] = "en"
    client.force_login(given.person("WAREHOUSE_LEAD"))
    return client


@pytest.fixture
def found_late(lead: Client) -> Excursion:
    """Ten of twenty in a cell were too warm, three were shipped."""
    device()
    lot = given.lot("MILK", "L1")
    milk = given.sku("MILK", temperature="CHILLED", unit_cost="2.50")
    for at in ("C-01", "A-01"):
        line = goods.line(milk, 13 if at == "C-01" else 10, lot_id=lot)
        goods.receive(line, at=at, occurred_at=now() - timedelta(days=9)).check()
    goods.move(milk, 10, "C-01", "A-01", lot_id=lot).check()
    goods.shipped("SO-1", milk, 3)
    say_every(10, now() - timedelta(days=1), 4, 12, 12, 12, 12, 12, 4)
    work()
    return Excursion.objects.get()


def _text(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_a_device_is_registered_hung_and_calibrated_on_its_page(lead: Client) -> None:
    given.location("C-01", zone="COLD")
    house = given.warehouse_id("WH1")
    wish = {
        "code": "T-01", "measure": "TEMPERATURE", "unit": "C", "warehouse": house, "period_s": 60
    }  # fmt: skip

    wrong = lead.post(reverse("sensor-new"), {**wish, "unit": "LX"})
    made = lead.post(reverse("sensor-new"), wish)
    hung = lead.post(
        reverse("sensor-change", args=["T-01", "hang"]),
        {"hang-zone": "COLD", "hang-since": "2026-01-01T08:00"},
    )
    true = lead.post(
        reverse("sensor-change", args=["T-01", "calibrate"]),
        {"calibrate-offset": "-0.4", "calibrate-since": "2026-01-01T08:00"},
    )

    assert wrong.status_code == 422
    assert "does not measure in this unit" in wrong.content.decode()
    assert [made.status_code, hung.status_code, true.status_code] == [302, 302, 302]
    assert SensorDevice.objects.get().code == "T-01"
    assert SensorPlace.objects.get().zone is not None
    assert SensorCalibration.objects.get().offset == -400


def test_a_zone_that_is_not_there_is_said_and_what_was_typed_stays(lead: Client) -> None:
    device()

    answer = lead.post(
        reverse("sensor-change", args=["T-01", "hang"]),
        {"hang-zone": "MOON", "hang-since": "2026-01-01T08:00"},
    )

    assert answer.status_code == 422
    assert "no such zone or location" in answer.content.decode()
    assert 'value="MOON"' in answer.content.decode()


def test_a_bound_is_set_changed_and_ended_and_the_past_keeps_it(lead: Client) -> None:
    given.location("C-01", zone="COLD")
    house = given.warehouse_id("WH1")
    wish = {
        "measure": "TEMPERATURE", "warehouse": house, "zone": "COLD", "lower": "2",
        "upper": "8.5", "grace_minutes": "30",
    }  # fmt: skip

    lead.post(reverse("sensor-bounds"), wish)
    lead.post(reverse("sensor-bounds"), {**wish, "upper": "7"})
    crossed = lead.post(reverse("sensor-bounds"), {**wish, "upper": "1"})
    rows = SensorBound.objects.filter(zone__isnull=False).order_by("pk")
    lead.post(reverse("sensor-bound-end", args=[rows[1].pk]))

    assert crossed.status_code == 422
    assert [(row.upper, row.until is None) for row in rows.all()] == [
        (8_500, False),
        (7_000, False),
    ]


def test_the_excursion_says_what_met_what_was_shipped_and_what_it_is_worth(
    lead: Client, found_late: Excursion
) -> None:
    text = _text(lead, "excursion", found_late.pk)

    assert "10 of 20, cannot be told apart" in text
    assert "SO-1" in text
    assert "Shipped before it was found" in text
    assert "50.00" in text
    assert found_late.number in _text(lead, "excursions")
    assert found_late.number in _text(lead, "sensor", "T-01")


def test_the_page_of_its_freeze_says_that_a_sensor_laid_it(
    lead: Client, found_late: Excursion
) -> None:
    hold = stock.holds(scope=EVERYTHING, documents=[found_late.number])[0]

    text = _text(lead, "hold", hold.id)

    assert "Goods frozen by a sensor" in text
    assert "sensor.froze" not in text


def test_lists_of_sensors_and_excursions_are_narrowed_by_their_tabs(
    lead: Client, found_late: Excursion
) -> None:
    device("T-02", zone="DRY", in_service=False)
    device("T-03", zone="WET")
    SensorClock.objects.filter(device__code="T-03").update(silent_since=now())

    def counts(name: str) -> list[int]:
        return [tab["count"] for tab in lead.get(reverse(name)).context["list"].tabs]

    assert counts("sensors") == [3, 1, 0, 1]
    assert counts("excursions") == [1, 0, 1]
    assert found_late.number in _text(lead, "excursions")
    found = lead.get(reverse("excursions"), {"q": "t-01", "measure": "HUMIDITY"})
    assert found.context["list"].rows == []


def test_the_curve_has_bounds_and_the_excursion(lead: Client, found_late: Excursion) -> None:
    address = reverse("sensor-data", args=["T-01"])

    data = lead.get(address, {"span": "week"}).json()

    assert max(value for value in data["lines"][0]["values"] if value is not None) == 12
    assert [each["label"] for each in data["areas"]] == [found_late.number]
    assert 8.0 in [each["value"] for each in data["marks"]]


def test_strangers_see_no_curve(client: Client) -> None:
    device()
    address = reverse("sensor-data", args=["T-01"])
    assert client.get(address).status_code == 302
    given.unit("EAST", kind="REGION", parent="HQ")
    client.force_login(given.person("REGION_MANAGER", at="EAST"))

    assert client.get(address).status_code == 404


def test_quarantined_readings_are_looked_at_and_settled(lead: Client) -> None:
    given.warehouse_id("WH1")
    device()
    say(told(now(), 999))
    head = given.person("HEAD_OFFICE")
    lead.force_login(head)
    assert "No sensor of this kind can measure this value." in _text(lead, "sensor-quarantine")
    [row] = QuarantinedReading.objects.all()

    lead.post(reverse("sensor-quarantine-settle"), {"reading": [row.pk], "discard": "1"})

    assert QuarantinedReading.objects.get().settled_as == "DISCARDED"
    assert (
        "Put away" in lead.get(reverse("sensor-quarantine"), {"shelf": "settled"}).content.decode()
    )
