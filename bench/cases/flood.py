"""A thousand Shopify pushes at once: how long until all of them are held."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench import house, measure
from bench.day.outside import Outside
from demo import company
from launch.servers import ServerTrouble
from launch.stack import Stack

PUSHES = 1_000
CONNECTIONS = 16
PATIENCE_S = 120.0
LIMITS = {"all_held_s": 10.0}
SHOP = next(shop for shop in company.SHOPS if shop.platform == "shopify")


@dataclass
class Sent:
    """What one connection saw: status and milliseconds of each answer."""

    statuses: list[int] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Place the orders with their pushes lost, then bring all pushes at the same moment."""
    options = measure.options("flood", arguments).parse_args(arguments)
    count = 50 if options.quick else PUSHES
    with house.running() as stack:
        outside = house.open_shops(stack)
        bodies = _orders_nobody_told_of(outside, count)
        figures = _flood(stack, bodies)
    return measure.report(figures, options.json, LIMITS)


def _orders_nobody_told_of(outside: Outside, count: int) -> list[bytes]:
    """Orders placed at the sandbox that neither push nor pull has brought to the house."""
    from channels_sync.models import InboxOrder, PullCursor

    # A pull on its way sets its own next time, two minutes from then: later than the flood.
    PullCursor.objects.update(due_at=datetime.now(UTC) + timedelta(hours=1))
    outside.post("/sandbox/faults", {"kind": "lost_push", "shop": SHOP.code})
    house.sell(outside, timeout_s=120, rate=0, orders=count, seed=1, shops=[SHOP.code])
    found: list[dict[str, Any]] = []
    with httpx.Client(headers={"X-Shopify-Access-Token": SHOP.credentials["access_token"]}) as ask:
        page = (
            f"{outside.url}/shopify/{SHOP.code}/admin/api/2026-07/orders.json?limit=250&status=any"
        )
        while page:
            answer = ask.get(page, timeout=30).raise_for_status()
            found += answer.json()["orders"]
            page = answer.links.get("next", {}).get("url", "")
    if len(found) != count or InboxOrder.objects.exists():
        raise ServerTrouble(f"{len(found)} orders placed, some known already: nothing to measure.")
    return [json.dumps(order, ensure_ascii=False).encode() for order in found]


def _flood(stack: Stack, bodies: Sequence[bytes]) -> dict[str, float | str]:
    from oms.models import Order

    requests = [(body, _headers(body)) for body in bodies]
    results = [Sent() for _ in range(CONNECTIONS)]
    threads = [
        threading.Thread(target=_send, args=(stack.url, requests[at::CONNECTIONS], results[at]))
        for at in range(CONNECTIONS)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    held = 0
    while held < len(bodies) and time.monotonic() < began + PATIENCE_S:
        time.sleep(0.1)
        held = Order.objects.filter(held_at__isnull=False).count()
    all_held_s = time.monotonic() - began
    for thread in threads:
        thread.join()
    times = [
        (received, done)
        for received, done in Order.objects.values_list("received_at", "held_at")
        if done is not None
    ]
    spans = [(done - received).total_seconds() * 1000 for received, done in times]
    first = min((received for received, _ in times), default=datetime.now(UTC))
    last = max((done for _, done in times), default=first)
    took = [ms for result in results for ms in result.took_ms]
    refused = [code for result in results for code in result.statuses if code != 200]
    return {
        "pushes": len(bodies),
        "connections": CONNECTIONS,
        "not_answered_200": len(refused),
        "not_held": len(bodies) - held,
        "all_answered_s": max((sum(result.took_ms) / 1000 for result in results), default=0.0),
        "all_held_s": all_held_s,
        "all_held_by_database_s": (last - first).total_seconds(),
        "push_answer_p50_ms": measure.part(took, 0.50),
        "push_answer_p95_ms": measure.part(took, 0.95),
        "held_p50_ms": measure.part(spans, 0.50),
        "held_p95_ms": measure.part(spans, 0.95),
    }


def _headers(body: bytes) -> dict[str, str]:
    """What Shopify sends: base64 HMAC-SHA256 of the raw body under the app's client secret."""
    secret = SHOP.credentials["client_secret"].encode()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-Sha256": base64.b64encode(
            hmac.digest(secret, body, hashlib.sha256)
        ).decode(),
        "X-Shopify-Shop-Domain": SHOP.code,
        "X-Shopify-API-Version": "2026-07",
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }


def _send(url: str, requests: Sequence[tuple[bytes, dict[str, str]]], result: Sent) -> None:
    """One connection's share, one push after the other; a push that gets no answer counts as 0."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    for body, headers in requests:
        began = time.monotonic()
        try:
            line.request("POST", f"/push/{SHOP.platform}/{SHOP.code}/", body, headers)
            answer = line.getresponse()
            answer.read()
            result.statuses.append(answer.status)
        except (OSError, http.client.HTTPException):
            line.close()
            result.statuses.append(0)
        result.took_ms.append((time.monotonic() - began) * 1000)
    line.close()
