"""The outside world as tests see it: its control API, and shops of ours connected to it."""

from __future__ import annotations

import itertools
import time
from typing import Any

import httpx
from django.db import transaction

from channels_sync.models import Shop
from channels_sync.services import shops
from tests import given

_count = itertools.count(1)
SECRET = "hush"


class World:
    """Control API of the sandbox."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.base = str(client.base_url).rstrip("/")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._read(self.client.post(path, json=body))

    def get(self, path: str) -> dict[str, Any]:
        return self._read(self.client.get(path))

    def delete(self, path: str) -> None:
        self.client.delete(path)

    @staticmethod
    def _read(response: httpx.Response) -> dict[str, Any]:
        assert response.status_code < 300, f"{response.status_code} {response.text[:500]}"
        found: dict[str, Any] = response.json() if response.content else {}
        return found

    def fault(self, kind: str, **more: Any) -> None:
        self.post("/sandbox/faults", {"kind": kind, **more})

    def order(self, shop: Shop, sku: str = "TEA", quantity: int = 1, **more: Any) -> str:
        """Somebody buys; gives the platform's number."""
        lines = more.pop("lines", [{"sku": sku, "quantity": quantity}])
        body = {"shop": shop.code, "lines": lines, "force": True, **more}
        return str(self.post("/sandbox/orders", body)["order"]["number"])

    def trade(self, shop: Shop, orders: int) -> None:
        """So many buyers, one after the other; back when the last one has ordered."""
        self.post(f"/sandbox/shops/{shop.code}/stock", {"stock": {"TEA": 5000}})
        run = {"rate": 0, "orders": orders, "shops": [shop.code], "lines": [1, 1],
               "quantity": [1, 1]}  # fmt: skip
        self.post("/sandbox/trade", run)
        while (told := self.get("/sandbox/trade"))["state"] == "trading":
            time.sleep(0.05)
        assert (told["state"], told["placed"]) == ("done", orders), told

    def cancel(self, shop: Shop, number: str) -> None:
        self.post(f"/sandbox/orders/{number}/cancel?shop={shop.code}", {})

    def shop(
        self,
        platform: str = "shopify",
        *,
        listings: tuple[str, ...] = ("TEA",),
        warehouses: tuple[str, ...] = ("WH1",),
        push_url: str = "",
        **more: Any,
    ) -> Shop:
        """A shop that exists at the platform and is connected to us."""
        code = f"{platform}-{next(_count)}"
        credentials = {
            "shopify": {"access_token": f"shpat-{code}", "client_secret": SECRET},
            "taobao": {
                "app_key": "12345678", "app_secret": "helloworld", "session": f"s-{code}",
                "refresh_token": f"r-{code}",
            },
        }[platform]  # fmt: skip
        offered = [
            {"sku": sku, "title": sku.title(), "price": "10.00", "stock": 0,
             "item_id": 1000 + place, "variant_id": 2000 + place}
            for place, sku in enumerate(listings)
        ]  # fmt: skip
        options = {"bucket": 4000, "leak": 1000, **more.pop("options", {})}
        body = {
            "platform": platform, "code": code, "credentials": credentials,
            "listings": more.pop("offered", offered), "options": options, **more,
        }  # fmt: skip
        if push_url:
            body["push_url"] = push_url
        made = self.post("/sandbox/shops", body)
        with transaction.atomic():
            return shops.create(
                platform=platform,
                code=code,
                name=code.title(),
                unit_id=given.unit().pk,
                base_url=self.base + made["base_url"],
                credentials=credentials,
                warehouse_ids=[given.warehouse_id(one) for one in warehouses],
                currency="USD" if platform == "shopify" else "CNY",
                location_id=str(made.get("location_id") or ""),
                actor="system:test",
            )
