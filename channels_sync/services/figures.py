"""What a shop may show of a SKU. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# Room for any sum of versions below one figure epoch.
EPOCH = 10**12


def shown_qty(*, free: Iterable[int], safety_qty: int) -> int:
    """Units to show over the shop's warehouses less the safety stock, never below zero."""
    return max(sum(free) - safety_qty, 0)


def basis_of(*, versions: Iterable[int], figure_epoch: int) -> int:
    """A number that rises with everything that can change the figure."""
    return figure_epoch * EPOCH + sum(versions)
