"""The one way out to the platforms: one client, one retry layer, never inside a transaction."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from threading import Lock

import httpx
from django.db import connection

from channels_sync.connectors.interface import Unavailable

log = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
ATTEMPTS = 3
LARGEST_ANSWER = 32 * 1024 * 1024

_client: list[tuple[int, httpx.Client]] = []
_lock = Lock()


class CallInsideTransaction(RuntimeError):
    """A platform was called while a database transaction (and its locks) waited for it."""

    code = "call_inside_transaction"


def client() -> httpx.Client:
    """The client of this process; made anew after a fork, sockets must not be shared."""
    with _lock:
        if not _client or _client[0][0] != os.getpid():
            _client[:] = [(os.getpid(), _open())]
        return _client[0][1]


def _open() -> httpx.Client:
    return httpx.Client(
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
        follow_redirects=False,
        headers={"User-Agent": "stockhouse"},
    )


def call(
    request: Callable[[], httpx.Request],
    *,
    judge: Callable[[httpx.Response], None],
    may_repeat: bool,
) -> httpx.Response:
    """Send a request, let `judge` turn an unwelcome answer into a connector error, maybe repeat.

    `request` is built anew for every attempt, so that time-stamped signatures stay fresh.
    Only `Unavailable` is repeated, and only when the call may be (reading, or setting an absolute
    value) or never left. A throttled shop gives the worker back at once: others wait for it.

    Raises:
        CallInsideTransaction: a transaction is open on this thread's connection.
        ConnectorError: what `judge` said, or Unavailable when no answer came.
    """
    refuse_inside_transaction()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = _send(request())
            judge(response)
        except Unavailable as error:
            if attempt == ATTEMPTS or not (may_repeat or not error.unknown_outcome):
                raise
            # Full jitter keeps many workers from coming back together.
            wait = random.uniform(0.05, 0.2 * 2**attempt)  # noqa: S311
        else:
            return response
        time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _send(request: httpx.Request) -> httpx.Response:
    try:
        response = client().send(request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unavailable("no_connection", type(error).__name__, unknown_outcome=False) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable("no_answer", type(error).__name__) from error
    if len(response.content) > LARGEST_ANSWER:
        raise Unavailable("answer_too_large", str(len(response.content)))
    return response


def refuse_inside_transaction() -> None:
    """Raise when this thread has a transaction open.

    Raises:
        CallInsideTransaction: it has.
    """
    # A test keeps one transaction open around itself; Django marks that block.
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise CallInsideTransaction("a platform is never called inside a transaction")


def platform_time(response: httpx.Response) -> float | None:
    """The platform's clock as epoch seconds from the `Date` header, if it tells."""
    told = response.headers.get("Date")
    if not told:
        return None
    try:
        return parsedate_to_datetime(told).timestamp()
    except (TypeError, ValueError):
        return None


def retry_after(response: httpx.Response, *, default: float) -> float:
    """Seconds the platform asks us to wait (`Retry-After: 2.0`), within reason."""
    try:
        return min(max(float(response.headers.get("Retry-After", default)), 0.1), 3600.0)
    except ValueError:
        return default
