"""Freeze and let go: `from freeze_rules import services as freezing`."""

from freeze_rules.services.consent import LetGo, let_go, let_go_each, needed_for
from freeze_rules.services.freeze_consent import Laid, freeze_or_ask
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
    "Laid",
    "LetGo",
    "Planned",
    "Released",
    "freeze",
    "freeze_or_ask",
    "let_go",
    "let_go_each",
    "needed_for",
    "plan_freeze",
    "unfreeze",
    "unfreeze_each",
]
