"""What a caller may ask of the ledger, and what it is answered. Pure: no database, no clock.

Ids are primary keys, quantities are base units of the SKU. Every request carries the caller's
`key`: the same key with the same content is done once and answered the same way again; with other
content it is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

# Beyond this a figure is a typing error: a trillion base units.
QTY_LIMIT = 10**12
# Raised when the meaning of a request's fields changes, so old keys stay comparable.
FINGERPRINT_VERSION = 1

SENTENCES = {
    "insufficient_stock": _("Not enough free stock in this warehouse."),
    "not_pickable": _("The free units lie where they may not be picked."),
    "not_held": _("There is no open claim of this document for these units."),
    "not_pinned": _("Units of this claim are not in a cell yet."),
    "already_released": _("The claim is closed already."),
    "blocked": _("A freeze forbids this."),
    "key_reused": _("This key was used before with other content."),
    "bad_quantity": _("The quantity must be a whole number from 1 to 1,000,000,000,000."),
    "bad_request": _("The request contradicts itself."),
    "nothing_there": _("There are not that many units in the cell."),
    "world_moved": _("The stock changed meanwhile. Look again and repeat."),
    "unknown_reason": _("There is no such reason."),
    "outside_place": _("The location does not belong to this warehouse."),
}


class Refused(Exception):
    """The ledger says no; nothing of the request was done.

    `code` is stable for machines, `params` name the units, the text is for people.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return str(SENTENCES.get(self.code, self.code))


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """So many units of a SKU, of one lot when that matters."""

    sku_id: int
    qty: int
    lot_id: int | None = None
    grade: str = "ZP"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """Units of a claim that now lie in a certain cell."""

    line_id: int
    hold_id: int
    sku_id: int
    lot_id: int | None
    location_id: int
    qty: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """What all requests have in common."""

    key: str
    document: str
    occurred_at: datetime | None = None

    def fingerprint(self) -> str:
        """The content that counts: the caller's arguments without defaults and clock."""
        said = _said(self)
        said.pop("occurred_at", None)
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
        kind = type(self).__name__
        return f"{FINGERPRINT_VERSION}:{hashlib.sha256(f'{kind}{text}'.encode()).hexdigest()}"


def _said(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults."""
    found: dict[str, Any] = {}
    for item in fields(thing):
        value = getattr(thing, item.name)
        default = item.default_factory() if item.default_factory is not MISSING else item.default
        if value == default and default is not MISSING:
            continue
        if isinstance(value, tuple):
            value = [_said(part) if is_dataclass(part) else part for part in value]
        found[item.name] = value
    return found


@dataclass(frozen=True, kw_only=True)
class ReceiveRequest(Request):
    """Goods came in from a supplier and lie in a location."""

    warehouse_id: int
    location_id: int
    lines: tuple[Line, ...]
    source: str = "SUPPLIER"


@dataclass(frozen=True, kw_only=True)
class MoveRequest(Request):
    """Goods were carried from cell to cell."""

    warehouse_id: int
    lines: tuple[MoveLine, ...]


@dataclass(frozen=True, kw_only=True)
class HoldRequest(Request):
    """A claim: all lines or none.

    An order claims units of the balance without a cell. A claim limited by `location_id` or by a
    line's lot is pinned at once. A `blanket` has no quantity: it covers whatever its scope names,
    now and later (then `lines` name at most SKU and lot and their qty is ignored as 0).
    """

    warehouse_id: int | None
    lines: tuple[Line, ...] = ()
    reason: str = "ORDER"
    priority: int = 0
    location_id: int | None = None
    zone_id: int | None = None
    supplier: str = ""
    blanket: bool = False
    review_at: datetime | None = None
    expires_at: datetime | None = None
    note: str = ""
    rule_version: str = ""
    release_condition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PinRequest(Request):
    """Give the units that a document claims in this warehouse their cells, first expiry first."""

    warehouse_id: int


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest(Request):
    """Let go of a claim, whole or in part; `hold_id` picks one of the document's claims."""

    hold_id: int | None = None
    lines: tuple[Line, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ShipRequest(Request):
    """The document's pinned units left to the customer; without lines, all of them."""

    lines: tuple[Line, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class AdjustRequest(Request):
    """What was counted in a location; the difference to what stood there is booked."""

    warehouse_id: int
    location_id: int
    counted: tuple[Line, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer to one request."""

    key: str
    document: str
    posting_id: int | None = None
    hold_id: int | None = None
    refusal: Refused | None = None
    repeated: bool = False
    pins: tuple[Pin, ...] = ()
    # Documents whose claims lost units because the goods are gone: {document: {sku_id: qty}}.
    displaced: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """True when nothing was done."""
        return self.refusal is not None

    def check(self) -> Outcome:
        """This outcome, or its refusal as an exception.

        Raises:
            Refused: the request was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        return self
