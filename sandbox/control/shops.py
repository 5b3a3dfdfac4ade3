"""Shops and their listings."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.control.wire import body, number, reply
from sandbox.world import listings, platform, shops
from sandbox.world.clock import iso, now_ms
from sandbox.world.money import major
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop
from sandbox.world.store import store

_INVENTORY = 40_000_000_000_000


def shown(shop: Shop) -> dict[str, Any]:
    """A shop, for whoever set it up."""
    return {
        "code": shop.code,
        "platform": shop.platform,
        "domain": shop.domain,
        "base_url": platform.of(shop.platform).address(shop),
        "push_url": shop.push_url,
        "currency": shop.currency,
        "seller_nick": shop.seller_nick,
        "user_id": shop.user_id,
        "location_id": shop.location_id,
        "credentials": shop.credentials,
        "session_ttl": shop.session_ttl,
        "session_until": iso(shop.session_until_ms),
        "receivers_seed": shop.receivers_seed,
        "options": shop.options,
        "listings": store.number("SELECT COUNT(*) FROM listings WHERE shop = ?", (shop.code,)),
    }


def _stable(code: str, base: int) -> int:
    """A number for a shop that is the same every time."""
    return base + int.from_bytes(hashlib.blake2b(code.encode(), digest_size=4).digest())


def create(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/shops``."""
    given = body(request)
    code = str(given.get("code") or given.get("domain") or "")
    if not code:
        raise Refused("bad_shop", "a shop needs a code")
    kind = platform.of(str(given.get("platform", "")))
    with store.transaction():
        try:
            shop, known = shops.find(code), True
        except Refused:
            shop, known = _new(code, kind), False
        if shop.platform != kind.name:
            raise Refused("bad_shop", f"{code} is a shop on {shop.platform}", status=409)
        _apply(shop, given)
        shops.save(shop)
        listings.add(shop, given.get("listings") or [])
    return reply(shown(shop), 200 if known else 201)


def _new(code: str, kind: platform.Platform) -> Shop:
    return Shop(
        code=code,
        platform=kind.name,
        domain=code,
        currency=kind.currency,
        seller_nick=code,
        user_id=_stable(code, 200_000_000),
        location_id=_stable(code, 70_000_000_000),
        credentials=shops.fresh_credentials(kind.credentials, {}),
    )


def _apply(shop: Shop, given: dict[str, Any]) -> None:
    shop.domain = str(given.get("domain", shop.domain))
    shop.push_url = str(given.get("push_url", shop.push_url) or "")
    shop.currency = str(given.get("currency", shop.currency))
    shop.seller_nick = str(given.get("seller_nick", shop.seller_nick))
    shop.user_id = int(given.get("user_id", shop.user_id))
    shop.location_id = int(given.get("location_id", shop.location_id))
    shop.receivers_seed = int(given.get("receivers_seed", shop.receivers_seed))
    credentials = dict(given.get("credentials") or {})
    shop.credentials |= {name: str(value) for name, value in credentials.items()}
    shop.options |= dict(given.get("options") or {})
    if "session_ttl" in given or "session" in credentials:
        ttl = given.get("session_ttl", shop.session_ttl)
        shop.session_ttl = None if ttl is None else int(ttl)
        shop.session_until_ms = (
            None if shop.session_ttl is None else now_ms() + shop.session_ttl * 1000
        )
    other = shops.by_domain(shop.domain)
    if other is not None and other.code != shop.code:
        raise Refused("bad_shop", f"{other.code} has the domain {shop.domain}", status=409)


def every(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/shops``."""
    del request
    return reply({"shops": [shown(shop) for shop in shops.everyone()]})


def one(request: HttpRequest, code: str) -> HttpResponse:
    """``GET /sandbox/shops/<code>``."""
    del request
    return reply(shown(shops.find(code)))


def remove(request: HttpRequest, code: str) -> HttpResponse:
    """``DELETE /sandbox/shops/<code>``."""
    del request
    shops.forget(code)
    return reply({"removed": code})


def add_listings(request: HttpRequest, code: str) -> HttpResponse:
    """``PUT /sandbox/shops/<code>/listings``."""
    shop = shops.find(code)
    added, known = listings.add(shop, body(request).get("listings") or [])
    total = store.number("SELECT COUNT(*) FROM listings WHERE shop = ?", (code,))
    return reply({"added": added, "known": known, "listings": total})


def show_listings(request: HttpRequest, code: str) -> HttpResponse:
    """``GET /sandbox/shops/<code>/listings``."""
    shops.find(code)
    limit = number(request.GET.get("limit"), 5_000, most=20_000)
    rows = store.rows(
        "SELECT * FROM listings WHERE shop = ? AND id > ? ORDER BY id LIMIT ?",
        (code, number(request.GET.get("after"), 0), limit),
    )
    found = [
        {
            "id": row["id"],
            "sku": row["sku"],
            "item_id": row["item_id"],
            "variant_id": row["variant_id"],
            "inventory_item_id": row["variant_id"] + _INVENTORY,
            "title": row["title"],
            "price": major(row["price"]),
            "stock": row["stock"],
            "sold": row["sold"],
        }
        for row in rows
    ]
    return reply({"listings": found, "next_after": rows[-1]["id"] if len(rows) == limit else None})


def set_stock(request: HttpRequest, code: str) -> HttpResponse:
    """``POST /sandbox/shops/<code>/stock``."""
    figures = body(request).get("stock")
    if not isinstance(figures, dict):
        raise Refused("bad_request", 'stock is an object like {"TEA-1": 5}')
    return reply({"set": listings.set_by_hand(shops.find(code), figures)})
