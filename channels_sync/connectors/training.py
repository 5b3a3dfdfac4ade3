"""A training shop: opened at the sandbox over its control API (sandbox/README.md).

For people who begin: the shop behaves like a real one, sells what we offer, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from django.db import connection

from channels_sync.connectors.http import CallInsideTransaction

TIMEOUT_SECONDS = 10.0


class NoSandbox(Exception):
    """The sandbox does not answer, or refuses; `why` is its own word."""

    code = "no_sandbox"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Opened:
    """Where the training shop is, and what opens it."""

    base_url: str
    credentials: dict[str, str]
    location_id: str


def open_shop(
    *, sandbox_url: str, push_url: str, code: str, name: str, goods: Sequence[tuple[str, str, str]]
) -> Opened:
    """Open a Taobao-like shop there that offers these goods (SKU code, title, price).

    A known shop keeps its stock and orders and learns the new goods.

    Raises:
        NoSandbox: it does not answer, or refuses.
    """
    if connection.in_atomic_block:
        raise CallInsideTransaction
    wanted: dict[str, object] = {
        "platform": "taobao",
        "code": code,
        "seller_nick": name,
        "currency": "CNY",
        "push_url": push_url,
        "listings": [{"sku": sku, "title": title, "price": price} for sku, title, price in goods],
    }
    told = _post(sandbox_url, "/sandbox/shops", wanted)
    return Opened(
        base_url=f"{sandbox_url.rstrip('/')}{told['base_url']}",
        credentials={str(name): str(value) for name, value in _pairs(told["credentials"])},
        location_id=str(told.get("location_id") or ""),
    )


def place_order(*, sandbox_url: str, shop: str, sku: str) -> None:
    """A buyer of the training shop orders one piece, whatever figure the shop shows.

    Raises:
        NoSandbox: it does not answer, or refuses.
    """
    if connection.in_atomic_block:
        raise CallInsideTransaction
    lines = [{"sku": sku, "quantity": 1}]
    _post(sandbox_url, "/sandbox/orders", {"shop": shop, "lines": lines, "force": True})


def _pairs(told: object) -> list[tuple[object, object]]:
    return list(told.items()) if isinstance(told, dict) else []


def _post(sandbox_url: str, path: str, body: dict[str, object]) -> dict[str, object]:
    try:
        answer = httpx.post(f"{sandbox_url.rstrip('/')}{path}", json=body, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        told: dict[str, object] = answer.json()
    except (httpx.HTTPError, ValueError) as trouble:
        raise NoSandbox(str(trouble)) from trouble
    return told
