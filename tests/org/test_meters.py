"""What processes count adds up in one place, whoever counted it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from org.meters import Meters, Series, process_name


def counted(series: Series) -> float:
    return Meters().totals().get(series, 0.0)


def test_two_processes_add_to_the_same_counter() -> None:
    series = Series("test_both", (("who", "all"),))
    before = counted(series)
    mine = Meters()
    mine.count("test_both", {"who": "all"}, by=2)

    mine.flush(now=True)
    other = subprocess.run(
        [
            sys.executable, "-c",
            "import django; django.setup()\n"
            "from org.meters import meters\n"
            "meters().count('test_both', {'who': 'all'}, by=3)\n"
            "assert meters().flush(now=True)",
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}, check=False,
    )  # fmt: skip

    assert other.returncode == 0
    assert counted(series) - before == 5


def test_what_was_flushed_is_not_sent_again() -> None:
    series = Series("test_once", ())
    before = counted(series)
    mine = Meters()
    mine.count("test_once")

    mine.flush(now=True)
    mine.flush(now=True)

    assert counted(series) - before == 1


def test_within_a_second_counts_are_gathered() -> None:
    mine = Meters()

    assert [mine.flush(), mine.flush(), mine.flush(now=True)] == [True, False, True]


def test_while_redis_is_away_counts_wait_and_nobody_waits_for_them(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = Series("test_away", ())
    before, real = counted(series), settings.REDIS_URL  # type: ignore[attr-defined]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    mine = Meters()
    mine.count("test_away")

    assert mine.flush(now=True) is False
    # In trouble nobody tries again at once.
    assert mine.flush() is False
    assert (mine.totals(), mine.signs(), mine.waiting(["floor"])) == ({}, None, None)

    settings.REDIS_URL = real  # type: ignore[attr-defined]
    del mine._redis
    assert mine.flush(now=True) is True
    assert counted(series) - before == 1


def test_a_duration_falls_into_its_class() -> None:
    labels = (("route", "test-classes"),)
    quick = Series("test_seconds_bucket", (("le", "0.05"), *labels))
    slow = Series("test_seconds_bucket", (("le", "+Inf"), *labels))
    total = Series("test_seconds_sum", labels)
    before = [counted(each) for each in (quick, slow, total)]
    mine = Meters()

    mine.observe("test_seconds", 0.05, {"route": "test-classes"})
    mine.observe("test_seconds", 31.0, {"route": "test-classes"})
    mine.flush(now=True)

    after = [counted(each) for each in (quick, slow, total)]
    assert [round(a - b, 6) for a, b in zip(after, before, strict=True)] == [1, 1, 31.05]


def test_a_process_shows_itself_with_each_flush() -> None:
    mine = Meters()
    mine.flush(now=True)

    assert process_name() in {sign.process for sign in mine.signs() or []}


def test_a_child_does_not_send_what_its_parent_counted() -> None:
    from org.meters import meters

    series = Series("test_fork", ())
    meters().count("test_fork")
    child = os.fork()
    if child == 0:
        meters().flush(now=True)
        os._exit(0)
    os.waitpid(child, 0)
    before = counted(series)

    meters().flush(now=True)

    assert counted(series) - before == 1
