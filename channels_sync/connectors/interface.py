"""What every platform connector can do, and the shapes in which it answers.

Nothing here knows the database. A connector turns a platform's wire format into these shapes and
a platform's error into one of four: slow down, sign in again, never, or not now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from oms.drafts import OrderDraft

Payload = dict[str, Any]


class ConnectorError(Exception):
    """A platform did not do what we asked; `code` is the platform's own, `text` its words."""

    retryable = True

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.text = text


class Throttled(ConnectorError):
    """Too many calls; `retry_after` seconds must pass before the next one of this shop."""

    def __init__(self, code: str, text: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(code, text)
        self.retry_after = retry_after


class NotTried(Throttled):
    """The call was not made, because one before it had shown that the shop needs a pause."""


class AuthExpired(ConnectorError):
    """The token is not (or no longer) good; a refreshed one may be."""


class Rejected(ConnectorError):
    """The platform understood and refused; asking again the same way changes nothing."""

    retryable = False


class Unavailable(ConnectorError):
    """No usable answer. `unknown_outcome` says that the call may have had its effect."""

    def __init__(self, code: str, text: str = "", *, unknown_outcome: bool = True) -> None:
        super().__init__(code, text)
        self.unknown_outcome = unknown_outcome


class ParseError(Exception):
    """A payload is no order: `code` says why, `where` is the path, `what` a sentence about it."""

    def __init__(self, code: str, where: str, what: str) -> None:
        super().__init__(f"{code} at {where}: {what}")
        self.code = code
        self.where = where
        self.what = what


class BadPush(Exception):
    """A push that must not be believed (or cannot be read); `outcome` names the counter."""

    def __init__(self, outcome: str, *, status: int) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.status = status


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """What a connector needs to speak for one shop. Never printed: it holds secrets."""

    shop_id: int
    code: str
    base_url: str
    currency: str
    credentials: Mapping[str, str] = field(repr=False)
    location_id: str = ""


@dataclass(frozen=True, slots=True)
class RawOrder:
    """One order as told: `payload` is None where only a fetch gives all of it.

    `mark` is a short digest of what matters in the order, equal for equal content however it came,
    so that two versions with the same `modified_at` (platforms count in seconds) differ.
    """

    number: str
    modified_at: datetime | None
    mark: str
    payload: Payload | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a pull. `next_cursor` is empty on the last page of the window.

    `platform_time` is the platform's clock while it answered, where it tells.
    """

    orders: tuple[RawOrder, ...]
    next_cursor: str
    platform_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A verified push: who said it, under which id, about which order."""

    message_id: str
    topic: str
    # Names this very delivery where the platform signs a time, so a replay shows. Else empty.
    delivery: str
    order: RawOrder | None


@dataclass(frozen=True, slots=True)
class StockItem:
    """The figure one listing shall show; `expected` is what we last set, None if never."""

    listing_id: int
    item_id: str
    sku_id: str
    inventory_item_id: str
    qty: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class StockAnswer:
    """What became of one figure: `error` is None when the platform now shows it."""

    listing_id: int
    error: ConnectorError | None


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel that left: `lines` are (platform line id, quantity), empty for the whole order."""

    number: str
    waybill: str
    carrier_code: str
    lines: tuple[tuple[str, int], ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class WireListing:
    """One thing the shop offers."""

    item_id: str
    sku_id: str
    inventory_item_id: str
    outer_code: str
    title: str
    shown_qty: int | None


@dataclass(frozen=True, slots=True)
class NewTokens:
    """Credentials to replace the ones of the same names, and when they end (None: never)."""

    credentials: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None


class Connector(Protocol):
    """One shop at one platform. Every method but `parse`, `raw` and `read_push` calls it."""

    # The longest window one pull may ask for, and how much earlier than the last one it starts.
    window: timedelta
    overlap: timedelta

    def pull(self, *, since: datetime, until: datetime, cursor: str) -> Page: ...

    def fetch(self, *, number: str) -> RawOrder: ...

    def read_push(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Push: ...

    def stock_batches(self, items: Sequence[StockItem]) -> list[list[StockItem]]: ...

    def push_stock(self, items: Sequence[StockItem]) -> list[StockAnswer]: ...

    def push_shipment(self, shipment: Shipment) -> None: ...

    def is_shipped(self, shipment: Shipment) -> bool: ...

    def list_numbers(self, *, since: datetime, until: datetime) -> Iterator[list[str]]: ...

    def listings(self) -> Iterator[list[WireListing]]: ...

    def refresh(self) -> NewTokens | None: ...

    def find_location(self) -> str: ...

    def parse(self, payload: object) -> OrderDraft: ...
