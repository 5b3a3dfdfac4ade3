"""How each shop and we keep up with each other."""

from __future__ import annotations

from channels_sync.selectors import ShopRow, shop_rows
from org.scope import Scope

LOUDEST_FIRST = ("bad", "warn", "ok", "muted")


def shops_in_sync(*, scope: Scope) -> list[ShopRow]:
    """Every shop inside the scope, those in trouble first, then by name."""
    return sorted(shop_rows(scope=scope), key=lambda shop: LOUDEST_FIRST.index(shop.tone))
