"""A device's day in seven kinds: what it tells, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from threading import Event
from time import monotonic

import pytest
from django.test import RequestFactory

from sandbox.sensors import api
from sandbox.sensors.days import Day, batches

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)


def told(kind: str) -> list[tuple[str, float]]:
    """Moment and value of each reading in the order of sending."""
    found = batches(Day(device="T-01", kind=kind, until=UNTIL))
    return [(each["at"], each["value"]) for each in chain.from_iterable(found)]


def test_a_steady_day_has_a_reading_every_ten_minutes_near_what_is_normal() -> None:
    values = [value for _at, value in told("steady")]

    assert len(values) == 144
    assert all(3 < value < 5 for value in values)
    assert told("steady") == told("steady")


@pytest.mark.parametrize(
    ("kind", "warm"), [("steady", 0), ("spike", 9), ("slow_warming", 22), ("gap", 0), ("stuck", 0)]
)
def test_what_is_too_warm_is_so_for_as_long_as_the_kind_says(kind: str, warm: int) -> None:
    beyond = sum(value > 8 for _at, value in told(kind))

    assert abs(beyond - warm) <= 2


def test_what_comes_late_or_shuffled_is_the_same_day() -> None:
    spike = told("spike")

    for kind in ("late_batch", "out_of_order"):
        assert told(kind) != spike
        assert sorted(told(kind)) == spike


def test_a_gap_has_four_hours_less_and_a_stuck_device_one_value_from_noon() -> None:
    assert len(told("gap")) == 120
    assert len({value for _at, value in told("stuck")[72:]}) == 1


def test_a_broker_whose_address_is_none_fails_the_play_and_says_why() -> None:
    days = [{"device": "T-01", "kind": "steady"}]
    asked = RequestFactory().post(
        "/sandbox/sensors", {"mqtt": "mqtt://localhost:none", "days": days},
        content_type="application/json",
    )  # fmt: skip

    assert api.play(asked).status_code == 202

    [row] = api._room.plays[-1:]
    until = monotonic() + 60
    while row["state"] in ("waiting", "playing"):
        assert monotonic() < until, "The play neither ended nor failed."
        Event().wait(0.01)
    assert (row["device"], row["state"], row["told"]) == ("T-01", "failed", {})
    assert row["trouble"]
