"""What shops would show if units were frozen: asked of whoever keeps shops, upstairs.

The settings name who knows (`SHOP_FIGURES`: "module:function"), so this floor need not look up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from django.conf import settings

from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopFigure:
    """What one shop shows of one SKU now, and what it would show afterwards; base units."""

    shop_id: int
    shop: str
    platform: str
    sku: str
    name: str
    before: int
    after: int

    @property
    def sells_out(self) -> bool:
        """True when nothing would be left to buy."""
        return self.after == 0


Without = Mapping[tuple[int, int], int]
Answer = Callable[..., list[ShopFigure]]


def figures_without(gone: Without, *, scope: Scope) -> list[ShopFigure]:
    """Figures of the scope's shops that would fall, those that sell out first.

    Args:
        gone: free units that would be free no longer, by (warehouse id, SKU id).
        scope: whose shops are told of.
    """
    if not gone:
        return []
    module, _colon, function = settings.SHOP_FIGURES.partition(":")
    answer = cast(Answer, getattr(import_module(module), function))
    return answer(gone, scope=scope)
