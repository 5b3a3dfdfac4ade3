"""The parts of requests: lines of goods, and the fingerprint of a whole request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

# Beyond this a figure is a typing error: a trillion base units.
QTY_LIMIT = 10**12
# Raised when the meaning of a request's fields changes, so old keys stay comparable.
FINGERPRINT_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """So many units of a SKU, of one lot when that matters.

    `serials` names each piece of a SKU that is tracked by serial number, as many as `qty`.
    `min_days_left` asks a hold for goods that may still be used so many days (they are pinned);
    a negative one takes goods expired so long ago too.
    """

    sku_id: int
    qty: int
    lot_id: int | None = None
    grade: str = "ZP"
    owner: str = "SELF"
    serials: tuple[str, ...] = ()
    min_days_left: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedLine:
    """Units in (or into) one location; a `hold_id` says that they are units of that claim."""

    sku_id: int
    qty: int
    location_id: int
    lot_id: int | None = None
    grade: str = "ZP"
    owner: str = "SELF"
    hold_id: int | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveLine:
    """Units from one location to another of the same warehouse.

    With `hold_document` the units pinned for that document move and its claim follows; without,
    free units move first, then units under a freeze of the place, then frozen goods.
    """

    sku_id: int
    qty: int
    from_location_id: int
    to_location_id: int
    lot_id: int | None = None
    hold_document: str | None = None
    grade: str = "ZP"
    owner: str = "SELF"
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RegradeLine:
    """Units of one cell get another grade where they lie.

    With `hold_id` they are units of that freeze; it follows them when `carry` is set and lets go
    of them when not.
    """

    sku_id: int
    qty: int
    location_id: int
    from_grade: str
    to_grade: str
    lot_id: int | None = None
    owner: str = "SELF"
    hold_id: int | None = None
    carry: bool = False
    serials: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """The grade it has now."""
        return self.from_grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A balance must still have this version, or the request is refused as world_moved."""

    warehouse_id: int
    sku_id: int
    version: int
    grade: str = "ZP"
    owner: str = "SELF"

    @property
    def balance_key(self) -> tuple[int, int, str, str]:
        """Warehouse, SKU, grade, owner."""
        return (self.warehouse_id, self.sku_id, self.grade, self.owner)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What all requests have in common."""

    key: str
    document: str
    occurred_at: datetime | None = None
    # Compare and set: the versions the caller saw.
    expected: tuple[Expected, ...] = ()

    def fingerprint(self) -> str:
        """The content that counts: the caller's arguments without defaults and clock."""
        said = _said(self)
        said.pop("occurred_at", None)
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
        kind = type(self).__name__
        return f"{FINGERPRINT_VERSION}:{hashlib.sha256(f'{kind}{text}'.encode()).hexdigest()}"


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Names of a dataclass's fields with their defaults (MISSING when there is none)."""
    return tuple(
        (item.name, item.default if item.default_factory is MISSING else item.default_factory())
        for item in fields(kind)
    )


def _said(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults."""
    found: dict[str, Any] = {}
    kind: Any = type(thing)
    for name, default in _fields(kind):
        value = getattr(thing, name)
        if value is default or value == default:
            continue
        if isinstance(value, tuple):
            value = [_said(part) if is_dataclass(part) else part for part in value]
        found[name] = value
    return found
