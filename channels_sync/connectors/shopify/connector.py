"""One Shopify shop behind the connector interface."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from channels_sync.connectors import http
from channels_sync.connectors.interface import (
    BadPush,
    NewTokens,
    Page,
    ParseError,
    Push,
    RawOrder,
    Rejected,
    Shipment,
    ShopAccess,
    StockAnswer,
    StockItem,
    Unavailable,
    WireListing,
)
from channels_sync.connectors.reading import as_moment
from channels_sync.connectors.shopify import parse, signing
from channels_sync.connectors.shopify.client import ShopifyClient, decoded, next_page
from oms.drafts import OrderDraft

PAGE = "250"
# `inventory_levels.json` answers for at most 50 items.
LEVELS_AT_ONCE = 50
_SET = """mutation set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}"""


class ShopifyConnector:
    """Orders by REST, stock by GraphQL with compare, parcels by fulfillment orders."""

    window = timedelta(days=30)
    overlap = timedelta(minutes=10)

    def __init__(self, shop: ShopAccess) -> None:
        self._shop = shop
        self._client = ShopifyClient(shop)

    def pull(self, *, since: datetime, until: datetime, cursor: str) -> Page:
        """Orders touched in the window, oldest change first.

        A row that changes meanwhile moves to the end, never to a page already read.
        """
        if cursor:  # only limit may accompany page_info
            params = {"limit": PAGE, "page_info": cursor}
        else:
            params = {
                "status": "any", "limit": PAGE, "order": "updated_at asc",
                "updated_at_min": _stamp(since), "updated_at_max": _stamp(until),
            }  # fmt: skip
        response = self._client.get("orders.json", params)
        rows = decoded(response).get("orders")
        if not isinstance(rows, list):
            raise Unavailable("no_list", "the answer holds no orders")
        told = http.platform_time(response)
        return Page(
            tuple(self.raw(row) for row in rows if isinstance(row, dict) and row.get("id")),
            next_page(response),
            datetime.fromtimestamp(told, UTC) if told else None,
        )

    def fetch(self, *, number: str) -> RawOrder:
        """One order as it is now."""
        order = decoded(self._client.get(f"orders/{number}.json")).get("order")
        if not isinstance(order, dict):
            raise Unavailable("no_order", "the answer holds no order")
        return self.raw(order)

    def raw(self, order: dict[str, Any]) -> RawOrder:
        """An order object with its number, time and mark."""
        return RawOrder(
            parse.number_of(order), parse.modified_at_of(order), parse.mark_of(order), order
        )

    def read_push(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """Check and read a webhook.

        Raises:
            BadPush: unsigned, altered, about another shop, or unreadable.
        """
        signature = headers.get("X-Shopify-Hmac-Sha256", "")
        message_id = headers.get("X-Shopify-Webhook-Id", "")
        if not signature or not message_id:
            raise BadPush("unsigned", status=401)
        secret = self._shop.credentials.get("client_secret", "")
        if not signing.is_from_shopify(secret=secret, body=body, signature=signature):
            raise BadPush("bad_signature", status=401)
        triggered = headers.get("X-Shopify-Triggered-At", "")
        _refuse_stale(triggered, now=now)
        topic = headers.get("X-Shopify-Topic", "")
        if not topic.startswith("orders/"):
            return Push(message_id[:100], topic[:100], "", None)
        try:
            found = parse.orders_in(orjson.loads(body))
            order = self.raw(found[0])
        except (orjson.JSONDecodeError, ParseError, IndexError) as error:
            raise BadPush("malformed", status=400) from error
        return Push(message_id[:100], topic[:100], triggered[:40], order)

    def stock_batches(self, items: Sequence[StockItem]) -> list[list[StockItem]]:
        """At most 250 figures per call."""
        return [list(items[start : start + 250]) for start in range(0, len(items), 250)]

    def push_stock(self, items: Sequence[StockItem]) -> list[StockAnswer]:
        """Set figures if the platform still shows what we last set; else look and set again.

        All of a call or nothing of it is done, so refused figures leave the call and the rest
        goes again. The second repeat sets without comparing: the figure is ours to say.
        """
        answers: dict[int, StockAnswer] = {}
        left = {item.listing_id: (item, item.expected) for item in items}
        for attempt in range(4):
            batch = list(left.values())
            if not batch:
                break
            conflicts: list[StockItem] = []
            errors = self._set(batch)
            for position, (code, text) in errors.items():
                item = batch[position][0]
                if code.startswith(("COMPARE_", "CHANGE_FROM_")):
                    conflicts.append(item)
                else:
                    answers[item.listing_id] = StockAnswer(item.listing_id, Rejected(code, text))
                    del left[item.listing_id]
            if not errors:
                answers |= {key: StockAnswer(key, None) for key in left}
                left = {}
            shown = self._levels(conflicts) if attempt == 0 else {}
            for item in conflicts:
                left[item.listing_id] = (item, shown.get(item.inventory_item_id))
        for key in left:
            answers[key] = StockAnswer(key, Unavailable("conflict", "the figure kept changing"))
        return [answers[item.listing_id] for item in items]

    def _set(self, batch: list[tuple[StockItem, int | None]]) -> dict[int, tuple[str, str]]:
        place = f"gid://shopify/Location/{self._shop.location_id}"
        quantities = [
            {
                "inventoryItemId": f"gid://shopify/InventoryItem/{item.inventory_item_id}",
                "locationId": place,
                "quantity": item.qty,
                "changeFromQuantity": expected,
            }
            for item, expected in batch
        ]
        given = {"name": "available", "reason": "correction", "quantities": quantities}
        variables = {"input": given, "key": str(uuid.uuid4())}
        answer = self._client.graphql(_SET, variables).get("inventorySetQuantities")
        if not isinstance(answer, dict):
            raise Unavailable("no_answer", "inventorySetQuantities is missing in the answer")
        errors: dict[int, tuple[str, str]] = {}
        for error in answer.get("userErrors") or []:
            code, text = str(error.get("code")), str(error.get("message"))[:300]
            field = error.get("field") or []
            if len(field) < 3 or not str(field[2]).isdigit() or int(field[2]) >= len(batch):
                raise Rejected(code, text)
            errors[int(field[2])] = (code, text)
        return errors

    def _levels(self, items: list[StockItem]) -> dict[str, int]:
        """What the platform shows now, by inventory item."""
        shown: dict[str, int] = {}
        for start in range(0, len(items), LEVELS_AT_ONCE):
            ids = ",".join(i.inventory_item_id for i in items[start : start + LEVELS_AT_ONCE])
            params = {
                "inventory_item_ids": ids, "location_ids": self._shop.location_id, "limit": PAGE,
            }  # fmt: skip
            for level in decoded(self._client.get("inventory_levels.json", params)).get(
                "inventory_levels", []
            ):
                if isinstance(level.get("available"), int):
                    shown[str(level.get("inventory_item_id"))] = level["available"]
        return shown

    def push_shipment(self, shipment: Shipment) -> None:
        """Tell which lines left under which tracking number."""
        told = decoded(self._client.get(f"orders/{shipment.number}/fulfillment_orders.json"))
        wanted = dict(shipment.lines)
        parts = []
        for part in told.get("fulfillment_orders", []):
            if part.get("status") in ("closed", "cancelled", "incomplete"):
                continue
            lines = _open_lines(part, wanted if shipment.partial else None)
            if lines:
                parts.append(
                    {"fulfillment_order_id": part["id"], "fulfillment_order_line_items": lines}
                )
        if not parts:
            raise Rejected("nothing_open", "no open fulfillment order has these lines")
        tracking = {"number": shipment.waybill, "company": shipment.carrier_code}
        body = {"tracking_info": tracking, "notify_customer": False}
        for part in parts:
            body["line_items_by_fulfillment_order"] = [part]
            self._client.post("fulfillments.json", {"fulfillment": body})

    def is_shipped(self, shipment: Shipment) -> bool:
        """Whether the platform already knows this tracking number."""
        told = decoded(self._client.get(f"orders/{shipment.number}/fulfillments.json"))
        return any(
            shipment.waybill in (row.get("tracking_numbers") or [row.get("tracking_number")])
            and row.get("status") != "cancelled"
            for row in told.get("fulfillments", [])
        )

    def list_numbers(self, *, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Numbers of the orders placed in the window, page by page."""
        params = {
            "status": "any", "limit": PAGE, "fields": "id", "order": "created_at asc",
            "created_at_min": _stamp(since), "created_at_max": _stamp(until),
        }  # fmt: skip
        while True:
            response = self._client.get("orders.json", params)
            yield [str(row["id"]) for row in decoded(response).get("orders", []) if row.get("id")]
            cursor = next_page(response)
            if not cursor:
                return
            params = {"limit": PAGE, "fields": "id", "page_info": cursor}

    def listings(self) -> Iterator[list[WireListing]]:
        """Every variant of every product."""
        params = {"limit": PAGE, "fields": "id,title,variants"}
        while True:
            response = self._client.get("products.json", params)
            yield [
                _listing(product, variant)
                for product in decoded(response).get("products", [])
                for variant in product.get("variants", [])
            ]
            cursor = next_page(response)
            if not cursor:
                return
            params = {"limit": PAGE, "fields": "id,title,variants", "page_info": cursor}

    def refresh(self) -> NewTokens | None:
        """A custom app's token does not expire; there is nothing to refresh."""
        return None

    def find_location(self) -> str:
        """The first active location."""
        for place in decoded(self._client.get("locations.json")).get("locations", []):
            if place.get("active", True):
                return str(place["id"])
        raise Rejected("no_location", "the shop has no active location")

    def parse(self, payload: object) -> OrderDraft:
        """The neutral order."""
        return parse.parse(payload, self._shop)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_stale(triggered: str, *, now: datetime) -> None:
    """The time is not signed, but an honest webhook that old was pulled long ago."""
    if not triggered:
        return
    moment = as_moment(triggered, zone=UTC)
    if moment is None or abs((now - moment).total_seconds()) > 300:
        raise BadPush("stale", status=401)


def _open_lines(part: dict[str, Any], wanted: dict[str, int] | None) -> list[dict[str, Any]]:
    """Lines of a fulfillment order to ship: all that is left, or what the parcel holds."""
    lines = []
    for row in part.get("line_items", []):
        left = int(row.get("fulfillable_quantity") or 0)
        if wanted is not None:
            key = str(row.get("line_item_id"))
            left = min(left, wanted.get(key, 0))
            wanted[key] = wanted.get(key, 0) - left
        if left > 0:
            lines.append({"id": row["id"], "quantity": left})
    return lines


def _listing(product: dict[str, Any], variant: dict[str, Any]) -> WireListing:
    title = str(product.get("title") or "")
    if variant.get("title") not in (None, "", "Default Title"):
        title = f"{title} - {variant['title']}"
    shown = variant.get("inventory_quantity")
    return WireListing(
        item_id=str(product.get("id")),
        sku_id=str(variant.get("id")),
        inventory_item_id=str(variant.get("inventory_item_id") or ""),
        outer_code=str(variant.get("sku") or "").strip()[:64],
        title=title[:300],
        shown_qty=shown if isinstance(shown, int) else None,
    )
