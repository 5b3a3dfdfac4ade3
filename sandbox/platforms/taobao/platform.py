"""Taobao, as the world sees it."""

from __future__ import annotations

from sandbox.platforms.taobao import api, errors, feed, pushes
from sandbox.world.platform import Platform
from sandbox.world.shops import Shop

TRADE_BASE = 3_100_000_000_000_000_000


def address(shop: Shop) -> str:
    """Where TOP lives; the same for all shops."""
    del shop
    return "/taobao/router/rest"


def number(running: int) -> str:
    """A tid; a thousand numbers apart, so that its lines fit in between."""
    return str(TRADE_BASE + running * 1_000)


def line_id(running: int, index: int, of: int) -> int:
    """An oid; a trade of one line has its tid as oid."""
    return TRADE_BASE + running * 1_000 + (0 if of == 1 else index + 1)


TAOBAO = Platform(
    name="taobao",
    currency="CNY",
    credentials=("app_key", "app_secret", "session", "refresh_token"),
    abroad=False,
    urls=api.URLS,
    address=address,
    number=number,
    line_id=line_id,
    messages=pushes.messages,
    headers=pushes.headers,
    message_id=pushes.message_id,
    seal=pushes.numbered,
    crowded=errors.crowded,
    broken=errors.broken,
    expire=api.expire,
    feed=feed.feed,
    forget=api.forget,
    fed_lines=feed.lines,
)
