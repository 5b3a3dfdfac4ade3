"""How many requests a program may send: a token bucket for each, filled by the second.

The bucket lives in Redis, where one script looks, takes and writes at once, so that many web
processes never give out a token twice. It protects the house from a program gone wild; nothing
that must be right depends on it. While Redis is away, requests pass and are counted.
"""

from __future__ import annotations

import functools
import logging
import math
import time
from dataclasses import dataclass

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from org.meters import meters

log = logging.getLogger(__name__)
# The counter of requests that were let through while nobody counted them.
PASSED_UNCOUNTED = "api_requests_passed_unlimited"
TIMEOUT_S = 0.3
# After trouble nobody tries again for this long, or each request would pay the timeout.
QUIET_S = 5.0

# Redis' own clock, so that web servers need not agree. Fractions of a token are kept.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local per_ms, burst = ARGV[1] / 60000, tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(tonumber(known[1]) or burst, burst)
local at = tonumber(known[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * per_ms)
local taken = 0
if tokens >= 1 then
    tokens = tokens - 1
    taken = 1
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / per_ms) + 1000)
local wait = 0
if taken == 0 then wait = math.ceil((1 - tokens) / per_ms) end
return {taken, math.floor(tokens), wait, math.ceil((burst - tokens) / per_ms)}
"""


@dataclass(frozen=True)
class Taken:
    """What came of asking for a token. `wait_s` until the next one, `full_s` until all are back."""

    passed: bool
    limit: int
    left: int
    wait_s: int
    full_s: int


class Buckets:
    """This process's line to the buckets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.quiet_until = 0.0

    @functools.cached_property
    def _script(self) -> Script:
        redis = Redis.from_url(
            self.url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        return redis.register_script(_TAKE)

    def take(self, *, name: str, per_minute: int, burst: int) -> Taken | None:
        """Take a token out of a bucket; None when Redis is away and nobody counts.

        Args:
            name: whose bucket.
            per_minute: tokens that come back each minute.
            burst: tokens it holds.
        """
        if time.monotonic() < self.quiet_until:
            meters().count(PASSED_UNCOUNTED)
            return None
        try:
            taken, left, wait_ms, full_ms = self._script(
                keys=[f"house:api:bucket:{name}"], args=[per_minute, burst]
            )
        except RedisError as error:
            self.quiet_until = time.monotonic() + QUIET_S
            log.warning("No rate limits for %s s: %s", QUIET_S, type(error).__name__)
            meters().count(PASSED_UNCOUNTED)
            return None
        return Taken(
            passed=bool(taken),
            limit=burst,
            left=int(left),
            wait_s=max(1, math.ceil(int(wait_ms) / 1000)),
            full_s=math.ceil(int(full_ms) / 1000),
        )


@functools.cache
def buckets() -> Buckets:
    """The buckets of this process."""
    return Buckets(settings.REDIS_URL)
