"""The platforms the world knows. A new one is a folder beside these and a line here."""

from __future__ import annotations

from sandbox.platforms.shopify.platform import SHOPIFY
from sandbox.platforms.taobao.platform import TAOBAO
from sandbox.world import platform

ALL = (SHOPIFY, TAOBAO)


def register_all() -> None:
    """Make every platform known to the world."""
    for one in ALL:
        platform.register(one)
