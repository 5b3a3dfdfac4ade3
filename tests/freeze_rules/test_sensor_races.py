"""Batches that come in side by side, and judges side by side, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connections, transaction

from freeze_rules.models import Excursion, SensorBound, SensorReading
from freeze_rules.services.sensors import judging, partitions
from tests.freeze_rules.sensing import bound, device, now, say, say_every, told

pytestmark = pytest.mark.races


def test_the_same_batch_twice_at_once_is_kept_once(real_commits: str) -> None:
    device()
    at = now()
    batch = [told(at - timedelta(minutes=step), 4 + step / 10) for step in range(300)]
    together = Barrier(2)

    def send(readings: list[dict[str, object]]) -> list[tuple[str, str]]:
        together.wait()
        try:
            return say(*readings)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(send, [batch, batch[::-1]]))

    outcomes = [outcome for answers in both for outcome, _code in answers]
    assert outcomes.count("accepted") == 300
    assert outcomes.count("duplicate") == 300
    assert SensorReading.objects.count() == 300


def test_two_judges_never_make_the_same_excursion_twice(real_commits: str) -> None:
    for number in range(8):
        device(f"T-{number}")
    pk = bound(upper=8_000)
    SensorBound.objects.filter(pk=pk).update(since=now() - timedelta(days=9))
    for number in range(8):
        say_every(10, now() - timedelta(hours=2), 4, 12, 4, device=f"T-{number}")
    together = Barrier(2)

    def judge(_number: int) -> int:
        together.wait()
        try:
            judged = 0
            for _round in range(20):
                with transaction.atomic():
                    judged += judging.judge_readings(limit=1)
            return judged
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        judged = sum(pool.map(judge, range(2)))

    assert judged == 8
    assert Excursion.objects.count() == 8


def test_control_without_the_claim_both_judges_would_have_the_same_device(
    real_commits: str,
) -> None:
    device()
    say(told(now(), 4))
    with transaction.atomic():
        assert judging.judge_readings() == 1

        def judge() -> int:
            try:
                with transaction.atomic():
                    return judging.judge_readings()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            # Claimed by the one above, which has not committed: the row is passed over.
            assert pool.submit(judge).result() == 0


def test_the_table_of_a_day_is_made_once_although_both_saw_that_it_was_missing(
    real_commits: str,
) -> None:
    day = now().date() - timedelta(days=400)
    first_is_made, second_has_looked = Event(), Event()

    def first() -> int:
        with transaction.atomic():
            made = partitions.ensure([day])
            first_is_made.set()
            # The second one has seen that the table is missing and waits for the lock.
            second_has_looked.wait(60)
            return made

    def second() -> int:
        first_is_made.wait(60)
        with transaction.atomic():
            assert partitions._missing([day]) == [day]
            second_has_looked.set()
            return partitions.ensure([day])

    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(_closing, each) for each in (first, second)]
        assert sorted(each.result() for each in made) == [0, 1]


def _closing(work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        connections.close_all()
