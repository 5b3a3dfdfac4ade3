"""Every call to a platform's API passes here: it meets its bad luck and goes into the journal."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from sandbox.world import faults, platform
from sandbox.world.clock import now_ms
from sandbox.world.faults import Fault
from sandbox.world.shops import Shop
from sandbox.world.store import store

BODY_KEPT = 400
CALLS_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the journal names it; ``operation`` is one of ``faults.OPERATIONS``."""

    operation: str
    method: str
    body: str = ""


def answer(
    request: HttpRequest, *, shop: Shop, call: Call, handle: Callable[[], HttpResponse]
) -> HttpResponse:
    """Handle a call, unless a fault gets in the way before or after."""
    started = time.monotonic()
    fault = faults.for_call(shop=shop.code, platform=shop.platform, operation=call.operation)
    response = _before(shop, fault)
    if response is None:
        response = handle()
    outcome = str(getattr(response, "outcome", "")) or (
        "ok" if response.status_code < 400 else "refused"
    )
    if fault is not None and fault.kind == "timeout_before":
        outcome = "no effect"
    record(
        shop=shop,
        call=call,
        status=response.status_code,
        outcome=outcome,
        took_ms=int((time.monotonic() - started) * 1000),
        fault=fault.kind if fault else "",
    )
    if fault is not None:
        _after(request, response, fault)
    return response


def _before(shop: Shop, fault: Fault | None) -> HttpResponse | None:
    """The answer a fault gives instead of the real one."""
    kind = platform.of(shop.platform)
    match fault.kind if fault else "":
        case "http_429":
            return kind.crowded()
        case "http_500":
            return kind.broken()
        case "expired_token":
            return kind.expire(shop)
        case "timeout_before":
            return HttpResponse(status=504)
    return None


def _after(request: HttpRequest, response: HttpResponse, fault: Fault) -> None:
    """Hang or cut the connection where the fault says so; the answer then reaches nobody."""
    if fault.kind in ("timeout_before", "timeout_after"):
        time.sleep(fault.seconds)
        _cut(request)
    elif fault.kind == "truncated_body":
        body = response.content
        head = (
            f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n"
            f"Content-Type: {response.headers.get('Content-Type', 'application/json')}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        _cut(request, head.encode() + body[: len(body) // 2])


def _cut(request: HttpRequest, last_words: bytes = b"") -> None:
    """Close the caller's connection under gunicorn's feet; it takes that for a hang-up."""
    line = request.META.get("gunicorn.socket")
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            line.sendall(last_words)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def record(
    *, shop: Shop, call: Call, status: int, outcome: str, took_ms: int = 0, fault: str = ""
) -> None:
    """Write one call into the journal; the oldest are dropped beyond ``CALLS_KEPT``."""
    with store.transaction() as file:
        done = file.execute(
            "INSERT INTO calls (at_ms, shop, platform, operation, method, status, outcome, took_ms,"
            " fault, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                now_ms(),
                shop.code,
                shop.platform,
                call.operation,
                call.method,
                status,
                outcome,
                took_ms,
                fault,
                call.body[:BODY_KEPT],
            ),
        )
        if done.lastrowid and done.lastrowid % 1_000 == 0:
            file.execute("DELETE FROM calls WHERE id <= ?", (done.lastrowid - CALLS_KEPT,))
