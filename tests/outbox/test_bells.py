"""Nudges: one waiting message at most, and a dead Redis disturbs nobody."""

from __future__ import annotations

import time
import uuid

import pytest
import redis
from django.conf import settings as house
from django.db import transaction
from pytest_django import Settings

from launch.servers import free_port
from outbox import bells
from outbox import services as outbox
from outbox.bells import answered, bell_task, nudge
from outbox.models import News
from outbox.services.telling import DELIVER
from tests.outbox.listeners import HEARS


@pytest.fixture
def task() -> str:
    """A task name of this test's own: all tests share one Valkey."""
    return f"outbox.test.{uuid.uuid4().hex}"


@pytest.fixture
def dead_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    monkeypatch.setattr(bells, "_line", bells._Line())


def _messages(word: str) -> int:
    """How many messages that contain the word wait in the floor's queue."""
    prefix = str(house.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"])
    with redis.Redis.from_url(house.REDIS_URL) as valkey:
        waiting = valkey.lrange(f"{prefix}floor", 0, -1)
    return sum(word.encode() in message for message in waiting)


def test_many_nudges_make_one_message_until_the_task_answers(task: str) -> None:
    assert [nudge(task=task) for _ in range(5)] == [True, False, False, False, False]
    assert _messages(task) == 1

    answered(task=task)

    assert nudge(task=task) is True
    assert _messages(task) == 2


def test_nudges_with_other_arguments_do_not_hide_each_other(task: str) -> None:
    assert nudge(task=task, args=["a"]) is True
    assert nudge(task=task, args=["b"]) is True


def test_a_forgotten_flag_expires(task: str) -> None:
    nudge(task=task)
    with redis.Redis.from_url(house.REDIS_URL) as valkey:
        left = valkey.pttl(bells._flag(task, ()))

    assert 0 < int(left) <= bells.FLAG_MS


def test_a_bell_task_takes_its_flag_down_before_it_looks(task: str) -> None:
    rung_meanwhile: list[bool] = []

    @bell_task(task)
    def look() -> None:
        rung_meanwhile.append(nudge(task=task))

    assert look.name == task
    nudge(task=task)
    look()

    assert rung_meanwhile == [True]


def test_telling_nudges_the_handlers_deliverer_once_after_the_commit(
    settings: Settings, real_commits: str, task: str
) -> None:
    handler = f"{task}:hears"
    settings.NEWS = {"tea.poured": [handler]}
    with transaction.atomic(durable=True):
        outbox.tell(topic="tea.poured", keys=["1"])
        outbox.tell(topic="tea.poured", keys=["2"])
        with redis.Redis.from_url(house.REDIS_URL) as valkey:
            assert valkey.exists(bells._flag(DELIVER, (handler,))) == 0

    with redis.Redis.from_url(house.REDIS_URL) as valkey:
        assert valkey.exists(bells._flag(DELIVER, (handler,))) == 1


def test_ringing_wakes_every_task_of_the_bell_and_adds_no_row(
    settings: Settings, real_commits: str, task: str
) -> None:
    settings.DOORBELLS = {"tea.due": [task]}
    with transaction.atomic(durable=True):
        outbox.ring(topic="tea.due")
        outbox.ring(topic="tea.due")
        assert _messages(task) == 0

    assert _messages(task) == 1
    assert not News.objects.exists()


@pytest.mark.usefixtures("dead_redis")
def test_a_dead_redis_never_breaks_the_business_transaction(
    settings: Settings, real_commits: str
) -> None:
    settings.NEWS = {"tea.poured": [HEARS]}
    settings.DOORBELLS = {"tea.due": [DELIVER]}
    began = time.monotonic()
    for key in "123":
        with transaction.atomic(durable=True):
            outbox.tell(topic="tea.poured", keys=[key])
            outbox.ring(topic="tea.due")

    assert time.monotonic() - began < 2
    assert News.objects.count() == 3
    assert outbox.deliver(handler=HEARS).heard == 3


@pytest.mark.usefixtures("dead_redis")
def test_after_trouble_nobody_waits_for_redis_again_for_a_while(
    task: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    assert nudge(task=task) is False
    quiet_until = bells._line.quiet_until
    assert bells._line.quiet()

    answered(task=task)
    assert nudge(task=task) is False

    assert bells._line.quiet_until == quiet_until
