"""What is kept from being sold, by reason."""

from __future__ import annotations

from dataclasses import dataclass

from insights.routes import address
from inventory.selectors.board import frozen_by_reason
from org.scope import Scope


@dataclass(frozen=True)
class Frozen:
    """Open freezes of one reason; `overdue` should have been looked at by now."""

    label: str
    is_safety: bool
    holds: int
    units: int
    overdue: int
    url: str


def frozen_stock(*, scope: Scope) -> list[Frozen]:
    """Every reason with open freezes, highest rank first. Two statements."""
    return [
        Frozen(
            label=total.label,
            is_safety=total.is_safety,
            holds=total.holds,
            units=total.units,
            overdue=total.overdue,
            url=address("holds", reason=total.code),
        )
        for total in frozen_by_reason(scope=scope)
    ]
