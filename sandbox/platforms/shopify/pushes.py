"""Shopify webhooks: which topic an event causes, and the headers that go with it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from sandbox.platforms.shopify import payload, signing
from sandbox.world.orders import Order
from sandbox.world.platform import Message
from sandbox.world.shops import Shop

VERSION = "2026-07"
TOPICS = {
    "placed": "orders/create",
    "paid": "orders/updated",
    "changed": "orders/updated",
    "shipped": "orders/updated",
    "cancelled": "orders/cancelled",
}


def messages(shop: Shop, order: Order, event: str) -> list[Message]:
    """The webhook of an event, with the whole order as it is at this moment."""
    body = json.dumps(payload.order(shop, order), ensure_ascii=False, separators=(",", ":"))
    return [Message(TOPICS[event], body.encode())]


def headers(shop: Shop, topic: str, message_id: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of a webhook; a repeated one keeps its webhook id."""
    triggered = datetime.fromtimestamp(now / 1000, UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signing.webhook(
            secret=shop.credentials["client_secret"], body=body
        ),
        "X-Shopify-Shop-Domain": shop.domain,
        "X-Shopify-API-Version": VERSION,
        "X-Shopify-Webhook-Id": message_id,
        "X-Shopify-Triggered-At": triggered.isoformat().replace("+00:00", "Z"),
    }


def message_id(push: int) -> str:
    """A webhook id, new for every event even after a reset."""
    del push
    return str(uuid.uuid4())


def sealed(body: bytes, webhook: str) -> bytes:
    """The webhook id travels in a header; the body stays as it is."""
    del webhook
    return body
