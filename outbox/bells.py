"""Doorbells: wake a Celery task now, at most one waiting message per task and arguments.

A bell carries no facts. Whoever rings has already committed rows that a sweep finds anyway, so
everything here may fail without harm: Redis gone, message lost, flag left behind (it expires).
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import Task, current_app, shared_task
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerTrouble
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

# A lost message mutes its bell for this long; sweeps do not ask the bell.
FLAG_MS = 5_000
# Redis lives beside us: half a second of silence means trouble, and people are waiting.
REDIS_TIMEOUT_S = 0.5
# After trouble nobody tries again for this long, or each request would pay the timeout.
QUIET_S = 5.0


class _Line:
    """This process's line to Redis: its connections and whether it is worth trying."""

    def __init__(self) -> None:
        self.quiet_until = 0.0

    @functools.cached_property
    def redis(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            # The library's own retries with back-off would add seconds.
            retry=Retry(NoBackoff(), 0),
        )

    def quiet(self) -> bool:
        return time.monotonic() < self.quiet_until

    def trouble(self, error: Exception) -> None:
        self.quiet_until = time.monotonic() + QUIET_S
        log.warning("No doorbells for %s s: %s", QUIET_S, type(error).__name__)


_line = _Line()


def _flag(task: str, args: Sequence[str]) -> str:
    # The broker's prefix tells houses apart that share one Redis.
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    return f"{prefix}bell:{'|'.join((task, *args))}"


def nudge(*, task: str, args: Sequence[str] = ()) -> bool:
    """Send a task unless the same is already waiting. Call it after the commit.

    Args:
        task: Celery task name.
        args: its positional arguments, plain words.

    Returns:
        True when a message was sent; False when one is waiting already or Redis is in trouble.
    """
    if _line.quiet():
        return False
    flag = _flag(task, args)
    try:
        if not _line.redis.set(flag, "1", nx=True, px=FLAG_MS):
            return False
        current_app.send_task(task, args=list(args), retry=False)
    except (RedisError, BrokerTrouble, OSError) as error:
        _line.trouble(error)
        return False
    return True


def answered(*, task: str, args: Sequence[str] = ()) -> None:
    """Take the flag down: the first act of a woken task, before it looks for rows.

    In this order nothing is missed: who commits while the flag is up is seen by the look that
    follows; who commits later finds the flag down and sends a new message.
    """
    if _line.quiet():
        return
    try:
        _line.redis.delete(_flag(task, args))
    except (RedisError, OSError) as error:
        _line.trouble(error)


def bell_task(name: str) -> Callable[[Callable[[], None]], Task[Any, None]]:
    """Make a function without arguments the Celery task behind a doorbell.

    Args:
        name: full task name, the one in `settings.DOORBELLS` and in the beat schedule.
    """

    def make(look: Callable[[], None]) -> Task[Any, None]:
        @shared_task(name=name)
        @functools.wraps(look)
        def answer() -> None:
            answered(task=name)
            look()

        return answer

    return make
