"""Shopify, as the world sees it."""

from __future__ import annotations

from sandbox.platforms.shopify import api, feed, limits, pushes
from sandbox.world.platform import Platform
from sandbox.world.shops import Shop

ORDER_BASE = 6_000_000_000_000
LINE_BASE = 14_000_000_000_000


def address(shop: Shop) -> str:
    """Where the shop's Admin API lives."""
    return f"/shopify/{shop.domain}/admin/api/{pushes.VERSION}/"


def number(running: int) -> str:
    """An order id."""
    return str(ORDER_BASE + running)


def line_id(running: int, index: int, of: int) -> int:
    """A line item id; an order has less than a thousand lines."""
    del of
    return LINE_BASE + running * 1_000 + index


SHOPIFY = Platform(
    name="shopify",
    currency="USD",
    credentials=("access_token", "client_secret"),
    abroad=True,
    urls=api.URLS,
    address=address,
    number=number,
    line_id=line_id,
    messages=pushes.messages,
    headers=pushes.headers,
    message_id=pushes.message_id,
    seal=pushes.sealed,
    crowded=api.crowded,
    broken=api.broken,
    expire=api.expire,
    feed=feed.feed,
    forget=limits.forget,
    fed_lines=feed.lines,
)
