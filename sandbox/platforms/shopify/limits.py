"""The leaky buckets of a shop: 40 REST calls leaking 2 a second, and 25 times as many GraphQL
points.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sandbox.world.shops import Shop

BUCKET = 40.0
LEAK = 2.0
GRAPHQL_FACTOR = 25.0


@dataclass(slots=True)
class Bucket:
    """How full it was when somebody last looked."""

    level: float = 0.0
    looked: float = 0.0


_buckets: dict[tuple[str, str], Bucket] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Room:
    """Whether a call got in, and how full the bucket is now."""

    ok: bool
    level: float
    size: float
    leak: float


def pour(shop: Shop, *, kind: str, cost: float) -> Room:
    """Try to put a call (``rest``, cost 1) or points (``graphql``) into the shop's bucket."""
    factor = GRAPHQL_FACTOR if kind == "graphql" else 1.0
    size = shop.option("bucket", BUCKET) * factor
    leak = shop.option("leak", LEAK) * factor
    with _lock:
        bucket = _buckets.setdefault((shop.code, kind), Bucket(looked=time.monotonic()))
        now = time.monotonic()
        bucket.level = max(0.0, bucket.level - (now - bucket.looked) * leak)
        bucket.looked = now
        ok = bucket.level + cost <= size
        if ok:
            bucket.level += cost
        return Room(ok=ok, level=bucket.level, size=size, leak=leak)


def forget() -> None:
    """Every bucket is empty again."""
    with _lock:
        _buckets.clear()
