"""Freeze and let go: `from freeze_rules import services as freezing`."""

from freeze_rules.services.manual import (
    Frozen,
    Planned,
    Released,
    freeze,
    plan_freeze,
    unfreeze,
    unfreeze_each,
)
from freeze_rules.services.orders import FreezeOrder, FreezeRefused

__all__ = [
    "FreezeOrder",
    "FreezeRefused",
    "Frozen",
    "Planned",
    "Released",
    "freeze",
    "plan_freeze",
    "unfreeze",
    "unfreeze_each",
]
