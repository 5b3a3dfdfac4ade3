"""Freeze and let go: `from freeze_rules import services as freezing`."""

from freeze_rules.services.manual import (
    FreezeRefused,
    Frozen,
    Released,
    freeze_cell,
    unfreeze,
)

__all__ = ["FreezeRefused", "Frozen", "Released", "freeze_cell", "unfreeze"]
