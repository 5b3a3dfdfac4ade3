"""Where a role can be given besides units: warehouses and shops, which live upstairs.

The settings name who knows them (`PLACES`: kind -> "module:function"), so this floor need not
look up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from django.conf import settings

UNIT, WAREHOUSE, SHOP = "unit", "warehouse", "shop"


@dataclass(frozen=True)
class Place:
    """A unit, warehouse or shop; `unit_id` is the unit it belongs to, a unit's own id."""

    kind: str
    id: int
    code: str
    name: str
    unit_id: int


@dataclass(frozen=True)
class Named:
    """A warehouse or shop, as the floor that has it tells."""

    id: int
    code: str
    name: str
    unit_id: int


def of_kind(kind: str) -> list[Place]:
    """Every warehouse or shop of the company; a constant number of statements."""
    module, _colon, function = settings.PLACES[kind].partition(":")
    tell = cast(Callable[[], list[Named]], getattr(import_module(module), function))
    return [Place(kind, each.id, each.code, each.name, each.unit_id) for each in tell()]
