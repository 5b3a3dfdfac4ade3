"""What the world needs from a platform. Platforms register themselves; the world never imports
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern

from sandbox.world.orders import Line, Order
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop


@dataclass(frozen=True, slots=True)
class Message:
    """A push in the platform's own form: its topic and the exact bytes of its body."""

    topic: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: how its orders look on the wire and how it pushes them.

    Attributes:
        currency: what its shops sell in unless told otherwise.
        credentials: the names of what signs its calls; generated when absent.
        abroad: whether its buyers also live outside China.
        urls: its API endpoints.
        address: the base path of a shop's API.
        number: the platform's order number for our running number.
        line_id: the platform's line number for (running order number, index, lines in the order).
        messages: the pushes an event (``placed paid changed cancelled shipped``) causes.
        headers: the headers of a push, signed at the moment of sending:
            (shop, topic, message id, body, now in ms).
        message_id: the platform's id of a push with this running number.
        seal: the body with the message id in it, where the platform puts it there.
        crowded: the answer "too many calls".
        broken: the answer "internal error".
        expire: makes the shop's token expire; an answer if the call must be refused on the spot.
        feed: the orders and messages in a payload file: a list of (order number, raw payload or
            None for a bare message, message).
        forget: empties what the platform keeps in memory (call limits), after a reset.
        fed_lines: the lines of a fed order, as far as they can be read.
    """

    name: str
    currency: str
    credentials: tuple[str, ...]
    abroad: bool
    urls: list[URLPattern]
    address: Callable[[Shop], str]
    number: Callable[[int], str]
    line_id: Callable[[int, int, int], int]
    messages: Callable[[Shop, Order, str], list[Message]]
    headers: Callable[[Shop, str, str, bytes, int], dict[str, str]]
    message_id: Callable[[int], str]
    seal: Callable[[bytes, str], bytes]
    crowded: Callable[[], HttpResponse]
    broken: Callable[[], HttpResponse]
    expire: Callable[[Shop], HttpResponse | None]
    feed: Callable[[Shop, Any], list[Fed]]
    forget: Callable[[], None]
    fed_lines: Callable[[dict[str, Any]], list[Line]]


@dataclass(frozen=True, slots=True)
class Fed:
    """One order, or one bare message (``raw`` is None), found in a payload file."""

    number: str
    raw: dict[str, Any] | None
    message: Message


_platforms: dict[str, Platform] = {}


def register(platform: Platform) -> None:
    """Make a platform known to the world."""
    _platforms[platform.name] = platform


def platforms() -> list[Platform]:
    """All known platforms by name."""
    return [_platforms[name] for name in sorted(_platforms)]


def of(name: str) -> Platform:
    """The platform of this name.

    Raises:
        Refused: there is none.
    """
    platform = _platforms.get(name)
    if platform is None:
        known = ", ".join(sorted(_platforms))
        raise Refused("no_such_platform", f"no platform {name!r}; known: {known}")
    return platform
