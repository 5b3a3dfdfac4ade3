"""Counters of all processes of the house together, for whoever watches it (`/metrics`).

Web servers, pools of workers and machines come and go: what they count lies in one hash in Redis,
where each adds what it has gathered, at most once a second. Nothing that must be right depends on
it: while Redis is away counts wait in memory, and a process that is killed loses its last second.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

FLUSH_EVERY_S = 1.0
# After trouble nobody tries again for this long, or each request would pay the timeout.
QUIET_S = 5.0
TIMEOUT_S = 0.3
# Upper ends of the classes of a duration, in seconds.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
# A process that has shown itself within this time is alive.
ALIVE_S = 60


@dataclass(frozen=True, order=True)
class Series:
    """One line of a counter: its name and its labels by name."""

    name: str
    labels: tuple[tuple[str, str], ...]

    @property
    def field(self) -> bytes:
        """As Redis keeps it."""
        return orjson.dumps([self.name, self.labels])

    @classmethod
    def of_field(cls, field: bytes | str) -> Series:
        """The other way round."""
        name, labels = orjson.loads(field)
        return cls(name, tuple((str(key), str(value)) for key, value in labels))


@dataclass(frozen=True)
class Sign:
    """When a process last showed itself, in seconds since 1970."""

    process: str
    at: float


class Meters:
    """This process's counters on their way to Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Series, float] = {}
        self._flush_after = 0.0

    @functools.cached_property
    def _redis(self) -> Redis:
        return Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )

    def count(self, name: str, labels: Mapping[str, str] | None = None, *, by: float = 1) -> None:
        """Add to a counter; it is sent with the next flush."""
        series = Series(name, tuple(sorted((labels or {}).items())))
        with self._lock:
            self._counts[series] = self._counts.get(series, 0.0) + by

    def observe(self, name: str, seconds: float, labels: Mapping[str, str]) -> None:
        """Add a duration: to its class (label `le`), and to the sum of all."""
        over = next((str(end) for end in BUCKETS if seconds <= end), "+Inf")
        self.count(f"{name}_bucket", {**labels, "le": over})
        self.count(f"{name}_sum", labels, by=seconds)

    def flush(self, *, now: bool = False) -> bool:
        """Send what was gathered, and the sign of life of this process, when it is time.

        Args:
            now: also when the last time is less than a second ago.

        Returns:
            True when something was sent.
        """
        moment = time.monotonic()
        with self._lock:
            if moment < self._flush_after and not now:
                return False
            self._flush_after = moment + FLUSH_EVERY_S
            taken, self._counts = self._counts, {}
        try:
            pipe = self._redis.pipeline(transaction=False)
            for series, value in taken.items():
                pipe.hincrbyfloat(_key("counts"), series.field.decode(), value)
            pipe.hset(_key("signs"), process_name(), f"{time.time():.3f}")
            pipe.execute()
        except (RedisError, OSError) as error:
            self._trouble(taken, error)
            return False
        return True

    def _trouble(self, taken: Mapping[Series, float], error: Exception) -> None:
        with self._lock:
            self._flush_after = time.monotonic() + QUIET_S
            for series, value in taken.items():
                self._counts[series] = self._counts.get(series, 0.0) + value
        log.warning("No counters for %s s: %s", QUIET_S, type(error).__name__)

    def totals(self) -> dict[Series, float]:
        """Everything that was ever counted by anybody; empty while Redis is away."""
        try:
            found = self._redis.hgetall(_key("counts"))
        except (RedisError, OSError):
            return {}
        return {Series.of_field(field): float(value) for field, value in found.items()}

    def signs(self) -> list[Sign] | None:
        """Processes by name with their last sign of life; None while Redis is away.

        Whoever is silent for an hour is forgotten: processes are replaced all day.
        """
        try:
            found = self._redis.hgetall(_key("signs"))
            signs = [Sign(_text(name), float(at)) for name, at in found.items()]
            old = [each.process for each in signs if time.time() - each.at > 3_600]
            if old:
                self._redis.hdel(_key("signs"), *old)
        except (RedisError, OSError):
            return None
        return sorted(
            (each for each in signs if each.process not in old), key=lambda each: each.process
        )

    def waiting(self, queues: Iterable[str]) -> dict[str, int] | None:
        """How many tasks wait in each of Celery's queues; None while Redis is away."""
        names = list(queues)
        try:
            pipe = self._redis.pipeline(transaction=False)
            for name in names:
                pipe.llen(_prefix() + name)
            found = pipe.execute()
        except (RedisError, OSError):
            return None
        return dict(zip(names, map(int, found), strict=True))

    def server(self) -> dict[str, str] | None:
        """Version and bytes in use of Redis; None while it is away."""
        try:
            found = self._redis.info()
        except (RedisError, OSError):
            return None
        version = found.get("valkey_version") or found.get("redis_version", "")
        return {"version": str(version), "memory": str(found.get("used_memory", 0))}


def process_name() -> str:
    """What this process is called: its kind, its machine and its number."""
    kind = os.environ.get("PROCESS", "house")
    return f"{kind}:{os.uname().nodename}:{os.getpid()}"


def _prefix() -> str:
    # The broker's prefix tells houses apart that share one Redis.
    return str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"])


def _key(name: str) -> str:
    return f"{_prefix()}meters:{name}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


@functools.cache
def meters() -> Meters:
    """The counters of this process."""
    return Meters()


# A child must neither send once more what its parent counted nor use its connection.
os.register_at_fork(after_in_child=meters.cache_clear)
