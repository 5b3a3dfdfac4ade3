"""Pushed messages of TOP (TMC) in our relay form.

TMC is a WebSocket; there is no official push over HTTP. A self-hosted seller runs a small relay
beside the socket
(or uses a service that does), and the relay hands each message on as an HTTP POST. This module
defines that form:

- body: the TMC message as JSON: ``topic, id, pub_app_key, user_id, user_nick, content``
(``content`` is itself JSON
  in a string, with ids and amounts only: fetch the trade afterwards);
- ``X-Tmc-App-Key``: the app key; ``X-Tmc-Timestamp``: the moment of sending in ms;
- ``X-Tmc-Sign``: upper hex HMAC-SHA256 of timestamp + raw body with the app secret.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.platforms.taobao import signing
from sandbox.world.money import major
from sandbox.world.orders import Order
from sandbox.world.platform import Message
from sandbox.world.shops import Shop

MESSAGE_BASE = 4_160_600_490_000_000_000
_ID = b'"id":0,'


def topic(order: Order, event: str) -> str:
    """The TMC topic of an event."""
    if event == "placed":
        event = "paid" if order.state != "unpaid" else "created"
    if event == "shipped" and order.state == "partially_shipped":
        event = "partly"
    return (
        "taobao_trade_"
        + {
            "created": "TradeCreate",
            "paid": "TradeBuyerPay",
            "changed": "TradeChanged",
            "shipped": "TradeSellerShip",
            "partly": "TradePartlySellerShip",
            "cancelled": "TradeClose",
        }[event]
    )


def messages(shop: Shop, order: Order, event: str) -> list[Message]:
    """The TMC message of an event."""
    content = {
        "buyer_nick": order.buyer,
        "payment": major(order.payable),
        "tid": int(order.number),
        "oid": order.lines[0].id if order.lines else int(order.number),
        "seller_nick": shop.seller_nick,
        "type": "guarantee_trade",
    }
    return [message(shop, topic(order, event), content)]


def message(shop: Shop, name: str, content: dict[str, Any]) -> Message:
    """A TMC message; its id is put in at the moment of sending."""
    body = {
        "topic": name,
        "id": 0,
        "pub_app_key": shop.credentials["app_key"],
        "user_id": shop.user_id,
        "user_nick": shop.seller_nick,
        "content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
    }
    return Message(name, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def numbered(body: bytes, push_id: str) -> bytes:
    """The body with its message id."""
    return body.replace(_ID, f'"id":{push_id},'.encode(), 1)


def headers(shop: Shop, topic: str, message_id: str, body: bytes, now: int) -> dict[str, str]:
    """The relay's headers, signed at the moment of sending."""
    del topic, message_id
    timestamp = str(now)
    return {
        "Content-Type": "application/json;charset=UTF-8",
        "User-Agent": "tmc-relay",
        "X-Tmc-App-Key": shop.credentials["app_key"],
        "X-Tmc-Timestamp": timestamp,
        "X-Tmc-Sign": signing.relay(
            secret=shop.credentials["app_secret"], timestamp=timestamp, body=body
        ),
    }


def message_id(push: int) -> str:
    """A TMC message id."""
    return str(MESSAGE_BASE + push)
