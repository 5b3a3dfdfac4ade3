"""A shop that is no platform: its orders are handed in by a program, which asks for the rest.

Nothing is pulled from it and nothing is told to it: figures, waybills and states are read by the
program itself, or sent by webhook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from channels_sync.connectors.direct import parse
from channels_sync.connectors.interface import (
    BadPush,
    NewTokens,
    Page,
    Push,
    RawOrder,
    Rejected,
    Shipment,
    ShopAccess,
    StockAnswer,
    StockItem,
    WireListing,
)
from oms.drafts import OrderDraft


class DirectConnector:
    """Answers every question of the house without asking anybody."""

    window = timedelta(days=30)
    overlap = timedelta(0)

    def __init__(self, shop: ShopAccess) -> None:
        self._shop = shop

    def pull(self, *, since: datetime, until: datetime, cursor: str) -> Page:
        """Nobody has orders of which we were not told."""
        return Page((), "")

    def fetch(self, *, number: str) -> RawOrder:
        """Raises Rejected: nobody can be asked."""
        raise Rejected("handed_in_only", "orders of this shop are handed in")

    def raw(self, order: dict[str, Any]) -> RawOrder:
        """A body with its number, time and mark."""
        return RawOrder(
            str(order["number"]), parse.modified_at_of(order), parse.mark_of(order), order
        )

    def read_push(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """Raises BadPush: orders come in by the API, where the caller proves who it is."""
        raise BadPush("unsigned", status=401)

    def stock_batches(self, items: Sequence[StockItem]) -> list[list[StockItem]]:
        """One batch."""
        return [list(items)]

    def push_stock(self, items: Sequence[StockItem]) -> list[StockAnswer]:
        """Whoever wants figures reads them."""
        return [StockAnswer(item.listing_id, None) for item in items]

    def push_shipment(self, shipment: Shipment) -> None:
        """Whoever wants waybills reads them."""

    def is_shipped(self, shipment: Shipment) -> bool:
        """There is nobody who could not know."""
        return True

    def list_numbers(self, *, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Nothing to compare with."""
        return iter(())

    def listings(self) -> Iterator[list[WireListing]]:
        """It offers nothing of its own."""
        return iter(())

    def refresh(self) -> NewTokens | None:
        """It has no tokens."""
        return None

    def find_location(self) -> str:
        """It has none."""
        return ""

    def parse(self, payload: object) -> OrderDraft:
        """The order of a body; see `parse.parse`."""
        return parse.parse(payload, shop_id=self._shop.shop_id, currency=self._shop.currency)
