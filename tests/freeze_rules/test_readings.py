"""Readings come in by the batch; what cannot be relied on is kept apart and said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from freeze_rules.models import QuarantinedReading, SensorDevice, SensorReading, UnjudgedSpan
from freeze_rules.selectors import excursions
from freeze_rules.services.sensors import partitions, quarantine, registry
from freeze_rules.services.sensors.refusals import SensorRefused
from org.scope import Scope
from org.services import NewSecret
from tests import given
from tests.api.calling import signed
from tests.freeze_rules.sensing import EVERYTHING, device, now, say, told

pytestmark = pytest.mark.django_db
PATH = "/api/v1/sensors/readings"


def _kept() -> list[int]:
    return list(SensorReading.objects.order_by("at").values_list("value", flat=True))


def test_readings_are_kept_in_thousandths_and_wait_to_be_judged() -> None:
    device()
    UnjudgedSpan.objects.all().delete()

    answers = say(told(now() - timedelta(minutes=1), 4.25), told(now(), -0.5))

    assert answers == [("accepted", ""), ("accepted", "")]
    assert _kept() == [4250, -500]
    span = UnjudgedSpan.objects.get()
    assert (span.since, span.until) == (now() - timedelta(minutes=1), now())


def test_fahrenheit_becomes_celsius() -> None:
    device(unit="F")

    say(told(now(), 39.2))

    assert _kept() == [4000]


def test_the_same_reading_again_is_a_duplicate_and_another_value_for_it_is_not_believed() -> None:
    device()
    first = told(now(), 4)
    say(first)

    answers = say(first, told(now(), 5), told(now(), 4))

    assert answers == [
        ("duplicate", ""),
        ("quarantined", "conflicting_value"),
        ("duplicate", ""),
    ]
    assert _kept() == [4000]


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        ({"device": "T-99"}, "unknown_device"),
        ({"value": 1e9}, "impossible_value"),
        ({"value": -274}, "impossible_value"),
        ({"value": "cold"}, "bad_value"),
        ({"value": True}, "bad_value"),
        ({"value": float("nan")}, "bad_value"),
        ({"at": "yesterday"}, "bad_time"),
        ({"at": "2026-11-22T08:00:00"}, "bad_time"),
        ({"at": (now() + timedelta(hours=1)).isoformat()}, "in_the_future"),
        ({"at": (now() - timedelta(days=31)).isoformat()}, "too_old"),
    ],
)
def test_a_reading_nobody_can_rely_on_is_quarantined_and_its_neighbours_go_through(
    reading: dict[str, object], code: str
) -> None:
    device()

    answers = say(told(now(), 4), {**told(now() - timedelta(minutes=5), 4), **reading})

    assert answers == [("accepted", ""), ("quarantined", code)]
    assert _kept() == [4000]
    assert QuarantinedReading.objects.get().code == code


def test_what_is_no_reading_at_all_is_kept_as_it_was_told() -> None:
    device()

    assert say("nonsense", {"device": "T-01"}) == [("quarantined", "not_a_reading")] * 2  # type: ignore[arg-type]
    assert QuarantinedReading.objects.order_by("id").values_list("value_told", flat=True)[0]


def test_a_device_that_repeats_its_nonsense_fills_no_table() -> None:
    device()

    for _time in range(3):
        say(told(now(), 1e9))

    assert QuarantinedReading.objects.count() == 1


def test_a_device_out_of_service_says_nothing_that_counts() -> None:
    device(in_service=False)

    assert say(told(now(), 4)) == [("quarantined", "out_of_service")]


def test_devices_of_other_warehouses_are_unknown() -> None:
    device()
    given.unit("EAST", kind="REGION", parent="HQ")

    answers = say(told(now(), 4), scope=Scope.of([given.unit("EAST").pk]))

    assert answers == [("quarantined", "unknown_device")]


def test_quarantined_readings_are_read_again_once_the_device_is_known() -> None:
    given.warehouse_id("WH1")
    say(told(now(), 4.5), told(now(), 1e9))
    device()
    ids = list(QuarantinedReading.objects.values_list("id", flat=True))

    with transaction.atomic():
        done = quarantine.settle(ids=ids, how="try_again", actor=given.ACTOR, scope=EVERYTHING)

    assert (done.taken, done.still_wrong) == (1, 1)
    assert _kept() == [4500]
    left = QuarantinedReading.objects.get(settled_at__isnull=True)
    assert left.code == "impossible_value"


def test_every_day_has_its_table_and_old_days_are_dropped_whole() -> None:
    device()
    old = now() - timedelta(days=20)
    say(told(old, 4), told(now(), 5))

    with transaction.atomic():
        gone = partitions.drop_before((now() - timedelta(days=10)).date())

    assert gone == [old.date()]
    assert _kept() == [5000]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [partitions.name_of(old.date())])
        assert cursor.fetchone() == (None,)


def test_a_batch_costs_the_same_statements_for_ten_and_for_a_thousand(
    django_assert_max_num_queries: object,
) -> None:
    device()
    # The tables of all days that a batch may reach are there.
    say(*(told(now() - timedelta(hours=hours), 4) for hours in (30, 15, 0)))

    for count in (10, 1_000):
        moments = [now() - timedelta(seconds=count * 7 + at) for at in range(1, count)]
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            say(*(told(at, 4) for at in moments))


def _sender() -> NewSecret:
    return given.api_client("sensors.send")


def test_over_http_each_reading_is_answered() -> None:
    device()
    body = {"readings": [told(now(), 4), told(now(), 4), told(now(), 4, device="T-99")]}

    answer = signed(_sender(), "POST", PATH, body=body)

    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "duplicates": 1,
        "quarantined": 1,
        "results": [
            {"item": 0, "outcome": "accepted", "code": "", "message": ""},
            {"item": 1, "outcome": "duplicate", "code": "", "message": ""},
            {
                "item": 2,
                "outcome": "quarantined",
                "code": "unknown_device",
                "message": "No device of this code is registered within your reach.",
            },
        ],
    }


def test_over_http_only_what_was_not_accepted_is_listed_when_asked_so() -> None:
    device()
    body = {"readings": [told(now(), 4)]}

    answer = signed(_sender(), "POST", PATH, query="results=not_accepted", body=body)

    assert answer.json()["results"] == []
    assert answer.json()["accepted"] == 1


def test_whoever_may_not_send_readings_is_turned_away() -> None:
    device()

    answer = signed(given.api_client("stock.view"), "POST", PATH, body={"readings": []})

    assert answer.status_code == 403
    assert _kept() == []


def test_a_device_is_registered_hung_and_calibrated_over_http() -> None:
    given.location("C-01", zone="COLD")
    client = given.api_client("sensors.edit", "stock.view")
    wish = {"code": "T-7", "measure": "TEMPERATURE", "unit": "C", "warehouse": "WH1"}

    made = signed(client, "POST", "/api/v1/sensors/devices", body=wish, key="a")
    twice = signed(client, "POST", "/api/v1/sensors/devices", body=wish, key="b")
    hung = signed(
        client, "POST", "/api/v1/sensors/devices/T-7/places", key="c",
        body={"zone": "COLD", "since": now().isoformat()},
    )  # fmt: skip
    nowhere = signed(
        client, "POST", "/api/v1/sensors/devices/T-7/places", key="d",
        body={"zone": "MOON", "since": now().isoformat()},
    )  # fmt: skip
    true = signed(
        client, "POST", "/api/v1/sensors/devices/T-7/calibrations", key="e",
        body={"offset": -0.4, "since": now().isoformat(), "due_on": "2090-01-01"},
    )  # fmt: skip

    assert made.status_code == 201
    assert twice.json()["errors"][0]["code"] == "device_known"
    assert hung.json()["zone"] == "COLD"
    assert nowhere.json()["errors"][0]["code"] == "no_such_place"
    assert true.json()["calibration_due_on"] == "2090-01-01"


def test_a_bound_over_http_says_what_is_wrong_with_it() -> None:
    given.location("C-01", zone="COLD")
    client = given.api_client("sensors.edit", "stock.view")
    good = {"measure": "TEMPERATURE", "warehouse": "WH1", "zone": "COLD", "grace_minutes": 5}

    def code(key: str, **changed: object) -> str:
        answer = signed(client, "POST", "/api/v1/sensors/bounds", body={**good, **changed}, key=key)
        return str(answer.json()["errors"][0]["code"]) if answer.status_code >= 400 else ""

    assert code("a", upper=8) == ""
    assert code("b") == "bound_empty"
    assert code("c", lower=9, upper=8) == "bound_crossed"
    assert code("d", upper=8, sku="TEA") == "bound_of_one_thing"
    assert code("e", upper=8, zone="MOON") == "no_such_place"
    assert code("f", upper=8, grace_minutes=None) == "bound_by_nothing"
    assert code("g", upper=8000) == "impossible_bound"


def test_a_device_hangs_in_one_place_at_a_time() -> None:
    device(since=now() - timedelta(days=5))
    given.location("D-01", zone="DRY")

    with pytest.raises(SensorRefused, match="hung somewhere else"), transaction.atomic():
        registry.hang_device(
            code="T-01", zone_code="DRY", since=now() - timedelta(days=9), actor=given.ACTOR,
            scope=EVERYTHING,
        )  # fmt: skip


def test_a_curve_of_any_length_keeps_its_last_step() -> None:
    device()
    say(told(now() - timedelta(minutes=1), 4), told(now(), 9))
    known = SensorDevice.objects.get().pk
    until = now() + timedelta(seconds=1)

    for microseconds in (0, 1, 3, 152_314):
        since = until - timedelta(minutes=47, microseconds=microseconds)
        for points in (2, 7, 40):
            slots = excursions.curve(device_id=known, since=since, until=until, points=points)
            assert len(slots) == points
            assert slots[-1].highest == 9_000
