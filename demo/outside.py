"""Opens the demo company's shops at the sandbox, over its control API (sandbox/README.md)."""

from __future__ import annotations

from typing import Any

import httpx

from demo import company

# A push dollar price: the Shopify shop sells to the world.
YUAN_PER_DOLLAR = 7


def open_shops(*, sandbox_url: str, house_url: str, timeout_s: float = 10) -> list[str]:
    """Create the shops with their listings there; known shops keep their stock and orders.

    Raises:
        httpx.HTTPError: the sandbox did not answer, or refused.
    """
    opened = []
    with httpx.Client(base_url=sandbox_url, timeout=timeout_s) as client:
        for shop in company.SHOPS:
            answer = client.post("/sandbox/shops", json=_shop(shop, house_url))
            answer.raise_for_status()
            opened.append(shop.code)
    return opened


def _shop(shop: company.Shop, house_url: str) -> dict[str, Any]:
    return {
        "platform": shop.platform,
        "code": shop.code,
        "domain": shop.code,
        "seller_nick": shop.name,
        "currency": shop.currency,
        "credentials": shop.credentials,
        "push_url": f"{house_url}/push/{shop.platform}/{shop.code}/",
        "options": shop.sandbox_options,
        "listings": [
            {"sku": code, "title": name, "price": _price(price, shop.currency)}
            for code, name, price in _offered()
        ],
    }


def _offered() -> list[tuple[str, str, str]]:
    """Code, title and price in yuan of everything on sale: goods and kits."""
    goods = [(code, name, price) for code, name, _c, _k, price, *_rest in company.GOODS]
    return goods + [(code, name, price) for code, name, _c, price, _parts in company.KITS]


def _price(yuan: str, currency: str) -> str:
    return yuan if currency == "CNY" else f"{float(yuan) / YUAN_PER_DOLLAR:.2f}"
