"""Several deliverers, tellers and deaths at once, on real connections and commits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from outbox import services as outbox
from outbox import tasks
from outbox.models import News
from outbox.periodic import once
from tests.outbox import listeners
from tests.outbox.listeners import CHOKES, HEARS, SLOW, heard
from tests.servers import TEMPLATE

pytestmark = pytest.mark.races


@pytest.fixture(autouse=True)
def topics(settings: Settings, real_commits: str) -> None:
    settings.NEWS = {"tea.poured": [HEARS], "tea.drunk": [CHOKES], "tea.sipped": [SLOW]}
    listeners.began.clear()
    listeners.may_end.clear()


def _tell(topic: str, *keys: str) -> None:
    with transaction.atomic(durable=True):
        outbox.tell(topic=topic, keys=keys)


def _together(*jobs: Callable[[], None]) -> None:
    """Run the jobs at once, each on its own connection; an error in one fails the test."""
    start, errors = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], None]) -> None:
        try:
            start.wait(60)
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []


def test_four_deliverers_never_hear_one_row_twice() -> None:
    keys = [f"{n:03}" for n in range(200)]
    _tell("tea.poured", *keys)
    shares: list[int] = []

    def deliver() -> None:
        mine = 0
        while (batch := outbox.deliver_batch(handler=HEARS, limit=5)).heard:
            mine += batch.heard
        shares.append(mine)

    _together(deliver, deliver, deliver, deliver)

    assert sorted(heard("hears")) == keys
    assert sum(shares) == 200
    assert sum(share > 0 for share in shares) > 1, "nobody met anybody: the test proves nothing"
    assert not News.objects.exists()


def test_two_deliverers_agree_on_poison() -> None:
    _tell("tea.drunk", "poison", *(f"{n:02}" for n in range(40)))

    def deliver() -> None:
        outbox.deliver(handler=CHOKES)

    _together(deliver, deliver)

    assert sorted(heard("chokes")) == [f"{n:02}" for n in range(40)]
    assert list(News.objects.values_list("key", flat=True)) == ["poison"]
    assert News.objects.get().attempts in (1, 2)


def test_a_row_told_while_the_same_key_is_being_delivered_is_not_lost() -> None:
    _tell("tea.sipped", "1")

    def deliver() -> None:
        outbox.deliver_batch(handler=SLOW)

    def tell_again() -> None:
        assert listeners.began.wait(60)
        _tell("tea.sipped", "1")
        listeners.may_end.set()

    _together(deliver, tell_again)

    # The deliverer may have looked once more; what counts is that both tellings were heard.
    outbox.deliver(handler=SLOW)
    assert heard("slow") == ["1", "1"]
    assert not News.objects.exists()


def test_a_deliverer_that_dies_leaves_the_row_to_the_next(real_commits: str) -> None:
    _tell("tea.sipped", "1")

    _child(
        real_commits,
        "import os, tests.outbox.listeners as l\n"
        "l.may_end.wait = lambda seconds: os._exit(9)\n"
        f"outbox.deliver(handler={SLOW!r})",
    )
    assert heard("slow") == []
    listeners.may_end.set()
    tasks.sweep()

    assert heard("slow") == ["1"]


def test_the_sweep_finds_what_a_killed_process_committed_but_never_nudged(
    real_commits: str,
) -> None:
    _child(
        real_commits,
        "import os\n"
        "with transaction.atomic():\n"
        "    transaction.on_commit(lambda: os._exit(9))\n"
        "    outbox.tell(topic='tea.poured', keys=['1'])",
    )
    assert heard("hears") == []

    tasks.sweep()

    assert heard("hears") == ["1"]


def _child(database: str, body: str) -> None:
    """Run the body in another process on the test's database; it must die by exit code 9."""
    head = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.db import transaction\n"
        "from outbox import services as outbox\n"
        f"settings.NEWS = {{'tea.poured': [{HEARS!r}], 'tea.sipped': [{SLOW!r}]}}\n"
    )
    url = os.environ["DATABASE_URL"].replace(f"/{TEMPLATE}?", f"/{database}?")
    done = subprocess.run(
        [sys.executable, "-c", head + body],
        env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr


def test_a_second_beat_at_the_same_moment_does_nothing() -> None:
    inside = threading.Barrier(2)
    answers: list[bool] = []

    def beat() -> None:
        with once(name="nightly") as alone:
            answers.append(alone)
            inside.wait(60)

    _together(beat, beat)
    with once(name="nightly") as alone:
        answers.append(alone)

    assert sorted(answers) == [False, True, True]
    assert answers[2] is True
