"""The Admin API's addresses. Errors have Shopify's own bodies: ``{"errors": ...}``."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path

from sandbox.platforms.shopify import graphql, limits, paging, payload, shipping
from sandbox.platforms.shopify.payload import INVENTORY_OFFSET
from sandbox.world import calls, listings, orders, shops
from sandbox.world.calls import Call
from sandbox.world.listings import Told
from sandbox.world.orders import Order, read
from sandbox.world.shops import Shop
from sandbox.world.store import store

WRONG_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105
Handle = Callable[[HttpRequest, Shop, str], HttpResponse]


def errors(status: int, words: object) -> HttpResponse:
    """Shopify's error body."""
    return JsonResponse({"errors": words}, status=status, json_dumps_params={"ensure_ascii": False})


def crowded() -> HttpResponse:
    """429, as the leaky bucket answers."""
    words = (
        "Exceeded 2 calls per second for api client. "
        "Reduce request rates to resume uninterrupted service."
    )
    response = errors(429, words)
    response["Retry-After"] = "2.0"
    return response


def broken() -> HttpResponse:
    """500 with Shopify's words."""
    return errors(500, "Internal Server Error")


def expire(shop: Shop) -> HttpResponse | None:
    """Admin tokens do not expire by themselves; being refused once is what a caller sees."""
    del shop
    return errors(401, WRONG_TOKEN)


def _answer(data: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})


def endpoint(operation: str, handle: Handle, methods: str = "GET") -> Callable[..., HttpResponse]:
    """One address: shop, token, bucket, faults and journal around what it does."""

    def view(request: HttpRequest, domain: str, version: str, one: str = "") -> HttpResponse:
        del version
        shop = shops.by_domain(domain)
        if shop is None or shop.platform != "shopify":
            return errors(404, "Not Found")
        body = request.body.decode("utf-8", "replace")
        call = Call(operation, f"{request.method} {request.get_full_path()[:200]}", body)
        return calls.answer(
            request,
            shop=shop,
            call=call,
            handle=lambda: _guarded(request, shop, one, handle, methods=methods),
        )

    return view


def _guarded(
    request: HttpRequest, shop: Shop, one: str, handle: Handle, *, methods: str
) -> HttpResponse:
    if request.headers.get("X-Shopify-Access-Token") != shop.credentials["access_token"]:
        return errors(401, WRONG_TOKEN)
    if request.method not in methods.split():
        return errors(406, "Not Acceptable")
    if handle is _graphql:
        return handle(request, shop, one)
    room = limits.pour(shop, kind="rest", cost=1)
    if not room.ok:
        response = crowded()
        response["Retry-After"] = f"{max(1.0, (room.level + 1 - room.size) / room.leak):.1f}"
    else:
        try:
            response = handle(request, shop, one)
        except paging.BadPage as bad:
            response = errors(400, str(bad))
    response["X-Shopify-Shop-Api-Call-Limit"] = f"{math.ceil(room.level)}/{int(room.size)}"
    return response


def _fields(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
    wanted = request.GET.get("fields")
    if not wanted:
        return data
    names = {name.strip() for name in wanted.split(",")}
    return {name: value for name, value in data.items() if name in names}


def _orders(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    page = paging.ask(request, paging.ORDER_FILTERS)
    rows, after = paging.orders_page(shop.code, page)
    found = [_fields(request, payload.order(shop, read(row))) for row in rows]
    response = _answer({"orders": found})
    if after is not None:
        response["Link"] = paging.link(request, page, after)
    return response


def _count(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    filters = {name: request.GET[name] for name in paging.ORDER_FILTERS if request.GET.get(name)}
    return _answer({"count": paging.count_orders(shop.code, {"status": "any", **filters})})


def _find(shop: Shop, number: str) -> Order | None:
    return orders.by_number(shop=shop.code, number=number)


def _order(request: HttpRequest, shop: Shop, one: str) -> HttpResponse:
    order = _find(shop, one)
    if order is None:
        return errors(404, "Not Found")
    return _answer({"order": _fields(request, payload.order(shop, order))})


def _locations(_request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    return _answer({"locations": [payload.location(shop)]})


def _variants(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    page = paging.ask(request, ())
    rows = store.rows(
        "SELECT * FROM listings WHERE shop = ? AND id > ? ORDER BY id LIMIT ?",
        (shop.code, page.after[0] if page.after else 0, page.limit + 1),
    )
    shown = rows[: page.limit]
    response = _answer({"variants": [_fields(request, payload.variant(row)) for row in shown]})
    if len(rows) > page.limit:
        response["Link"] = paging.link(request, page, [shown[-1]["id"]])
    return response


def _variant(_request: HttpRequest, shop: Shop, one: str) -> HttpResponse:
    listing = listings.by_variant(shop.code, int(one)) if one.isdigit() else None
    if listing is None:
        return errors(404, "Not Found")
    return _answer({"variant": payload.variant(listing)})


def _products(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    page = paging.ask(request, ())
    items = store.rows(
        "SELECT DISTINCT item_id FROM listings WHERE shop = ? AND item_id > ?"
        " ORDER BY item_id LIMIT ?",
        (shop.code, page.after[0] if page.after else 0, page.limit + 1),
    )
    shown = items[: page.limit]
    found = [
        _fields(request, payload.product(listings.of_item(shop.code, row["item_id"])))
        for row in shown
    ]
    response = _answer({"products": found})
    if len(items) > page.limit:
        response["Link"] = paging.link(request, page, [shown[-1]["item_id"]])
    return response


def _levels(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    page = paging.ask(request, ("inventory_item_ids", "location_ids"))
    if not page.filters:
        return errors(422, "inventory_item_ids or location_ids is required")
    where, values = "", [shop.code, page.after[0] if page.after else 0]
    wanted = page.filters.get("inventory_item_ids")
    if wanted is not None:
        ids = [int(one) - INVENTORY_OFFSET for one in wanted.split(",") if one.strip().isdigit()]
        if len(ids) > 50:
            raise paging.BadPage("at most 50 inventory_item_ids")
        where = f"AND variant_id IN ({','.join('?' * len(ids))})"
        values += ids
    rows = store.rows(
        f"SELECT * FROM listings WHERE shop = ? AND id > ? {where} ORDER BY id LIMIT ?",  # noqa: S608
        [*values, page.limit + 1],
    )
    shown = rows[: page.limit]
    response = _answer(
        {"inventory_levels": [payload.level(shop, row, row["stock"]) for row in shown]}
    )
    if len(rows) > page.limit:
        response["Link"] = paging.link(request, page, [shown[-1]["id"]])
    return response


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body or b"{}")
    except ValueError as wrong:
        raise paging.BadPage("The request body is not valid JSON") from wrong


def _set_level(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    given = _json(request)
    given = given if isinstance(given, dict) else {}
    for name in ("inventory_item_id", "location_id", "available"):
        if name not in given:
            return errors(400, {name: "Required parameter missing or invalid"})
    try:
        item, place, value = (
            int(given[name]) for name in ("inventory_item_id", "location_id", "available")
        )
    except (TypeError, ValueError):
        return errors(422, ["available must be a number"])
    with store.transaction():
        listing = listings.by_variant(shop.code, item - INVENTORY_OFFSET)
        if listing is None or place != shop.location_id:
            listings.tell_refused(shop, sku=str(item), value=value, why="not_found")
            return errors(404, "Not Found")
        if not 0 <= value <= graphql.TOO_HIGH:
            listings.tell_refused(shop, sku=listing["sku"], value=0, why="out_of_range")
            return errors(422, ["available is out of range"])
        listings.tell(shop, [Told(listing, value)])
    return _answer({"inventory_level": payload.level(shop, listing, value)})


def _fulfillment_orders(_request: HttpRequest, shop: Shop, one: str) -> HttpResponse:
    order = _find(shop, one)
    if order is None:
        return errors(404, "Not Found")
    return _answer({"fulfillment_orders": [payload.fulfillment_order(shop, order)]})


def _shown_parcels(shop: Shop, order: Order) -> list[dict[str, Any]]:
    lines = payload.order(shop, order).get("line_items", [])
    return [payload.fulfillment(order, parcel, lines) for parcel in order.parcels]


def _fulfillments(_request: HttpRequest, shop: Shop, one: str) -> HttpResponse:
    order = _find(shop, one)
    if order is None:
        return errors(404, "Not Found")
    return _answer({"fulfillments": _shown_parcels(shop, order)})


def _ship(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    try:
        order, parcel = shipping.create(shop, _json(request))
    except shipping.Unprocessable as no:
        return errors(422, [str(no)])
    shown = next(one for one in _shown_parcels(shop, order) if one["id"] == parcel.id)
    return _answer({"fulfillment": shown}, status=201)


def _graphql(request: HttpRequest, shop: Shop, _one: str) -> HttpResponse:
    try:
        document = json.loads(request.body)
    except ValueError:
        return errors(400, "The request body is not valid JSON")
    return _answer(graphql.answer(shop, document))


def _path(tail: str, operation: str, handle: Handle, methods: str = "GET") -> URLPattern:
    start = "shopify/<str:domain>/admin/api/<str:version>/"
    return path(start + tail, endpoint(operation, handle, methods))


URLS = [
    _path("orders.json", "list", _orders),
    _path("orders/count.json", "count", _count),
    _path("orders/<str:one>/fulfillment_orders.json", "fetch", _fulfillment_orders),
    _path("orders/<str:one>/fulfillments.json", "fetch", _fulfillments),
    _path("orders/<str:one>.json", "fetch", _order),
    _path("locations.json", "other", _locations),
    _path("products.json", "listings", _products),
    _path("variants.json", "listings", _variants),
    _path("variants/<str:one>.json", "listings", _variant),
    _path("inventory_levels.json", "stock_read", _levels),
    _path("inventory_levels/set.json", "stock", _set_level, "POST"),
    _path("fulfillments.json", "ship", _ship, "POST"),
    _path("graphql.json", "stock", _graphql, "POST"),
]
