"""Clients of the sandbox written without its code: their signatures are their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

SHOPIFY_TOKEN = "shpat_test"
SHOPIFY_SECRET = "hush"
APP_KEY, APP_SECRET = "12345678", "helloworld"


def top_sign(params: dict[str, str], secret: str, method: str) -> str:
    """TOP's signature, from its description alone."""
    text = "".join(key + value for key, value in sorted(params.items()) if value and key != "sign")
    if method == "md5":
        return hashlib.md5((secret + text + secret).encode()).hexdigest().upper()  # noqa: S324
    name = "md5" if method == "hmac" else "sha256"
    return hmac.new(secret.encode(), text.encode(), name).hexdigest().upper()


def china(offset_s: float = 0) -> str:
    """Now (plus an offset) as TOP writes it."""
    moment = datetime.now(UTC) + timedelta(hours=8, seconds=offset_s)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def shopify_hmac(body: bytes, secret: str = SHOPIFY_SECRET) -> str:
    """A webhook's signature, from its description alone."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def tmc_sign(timestamp: str, body: bytes, secret: str = APP_SECRET) -> str:
    """The relay's signature, from its description alone."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest().upper()


@dataclass
class Push:
    """One push as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def topic(self) -> str:
        return self.headers.get("x-shopify-topic") or str(json.loads(self.body)["topic"])

    @property
    def number(self) -> str:
        data = json.loads(self.body)
        return str(data["id"] if "line_items" in data else json.loads(data["content"])["tid"])


@dataclass
class Receiver:
    """A web server that keeps every push; ``statuses`` are its next answers, then 200."""

    pushes: list[Push] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.pushes.append(Push(self.path, headers, body, time.monotonic()))
                self.send_response(owner.statuses.pop(0) if owner.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def url(self, path: str) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def wait(self, count: int, within: float = 60) -> list[Push]:
        """The pushes once there are ``count``."""
        until = time.monotonic() + within
        while len(self.pushes) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.pushes) >= count, f"{len(self.pushes)} pushes, not {count}"
        return self.pushes


@dataclass
class World:
    """The running sandbox and what tests ask of it."""

    http: httpx.Client
    receiver: Receiver

    def control(self, method: str, path: str, data: Any = None, *, status: int = 200) -> Any:
        """One control call."""
        answer = self.http.request(method, f"/sandbox/{path}", json=data)
        assert answer.status_code == status, answer.text
        return answer.json()

    def shopify(self, code: str = "west.myshopify.com", **more: Any) -> Shopify:
        """A shop on Shopify."""
        data = {
            "platform": "shopify",
            "code": code,
            "push_url": self.receiver.url("/shopify"),
            "credentials": {"access_token": SHOPIFY_TOKEN, "client_secret": SHOPIFY_SECRET},
            **more,
        }
        return Shopify(self, self.control("POST", "shops", data, status=201))

    def taobao(self, code: str = "tb-east", **more: Any) -> Top:
        """A shop on Taobao."""
        data = {
            "platform": "taobao",
            "code": code,
            "push_url": self.receiver.url("/taobao"),
            "credentials": {
                "app_key": APP_KEY,
                "app_secret": APP_SECRET,
                "session": f"s-{code}",
                "refresh_token": f"r-{code}",
            },
            **more,
        }
        return Top(self, self.control("POST", "shops", data, status=201))

    def order(self, shop: str, sku: str = "TEA-1", quantity: int = 1, **more: Any) -> Any:
        """One placed order's record."""
        data = {"shop": shop, "lines": [{"sku": sku, "quantity": quantity}], **more}
        return self.control("POST", "orders", data, status=201)["order"]

    def settled(self, within: float = 120) -> Any:
        """The progress of trading once nothing is pending any more."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            now = self.control("GET", "trade")
            pending = now["cancels_pending"] + now["pushes_pending"]
            if now["state"] != "trading" and not pending:
                return now
            time.sleep(0.05)
        raise AssertionError(f"still busy: {now}")

    def figure(self, shop: str, sku: str = "TEA-1") -> Any:
        """The stock record of one listing."""
        rows = self.control("GET", f"records/stock?shop={shop}")["stock"]
        return next(row for row in rows if row["sku"] == sku)


@dataclass
class Shopify:
    """The product's side of a Shopify shop."""

    world: World
    shop: Any

    @property
    def code(self) -> str:
        return str(self.shop["code"])

    def call(
        self, method: str, path: str, data: Any = None, *, token: str = SHOPIFY_TOKEN
    ) -> httpx.Response:
        """One Admin API call."""
        url = path if path.startswith("http") else self.shop["base_url"] + path
        headers = {"X-Shopify-Access-Token": token}
        return self.world.http.request(method, url, json=data, headers=headers)

    def item(self, sku: str = "TEA-1") -> int:
        """The inventory item of a SKU."""
        variants = self.call("GET", "variants.json?limit=250").json()["variants"]
        return int(next(one for one in variants if one["sku"] == sku)["inventory_item_id"])

    def set_quantities(self, quantities: list[dict[str, Any]], **more: Any) -> Any:
        """``inventorySetQuantities``."""
        query = (
            "mutation Set($input: InventorySetQuantitiesInput!) { inventorySetQuantities"
            "(input: $input) { userErrors { code field message } } }"
        )
        place = f"gid://shopify/Location/{self.shop['location_id']}"
        rows = [
            {
                "locationId": place,
                "inventoryItemId": f"gid://shopify/InventoryItem/{one['item']}",
                **{name: value for name, value in one.items() if name != "item"},
            }
            for one in quantities
        ]
        given = {"name": "available", "reason": "correction", "quantities": rows, **more}
        answer = self.call("POST", "graphql.json", {"query": query, "variables": {"input": given}})
        assert answer.status_code == 200
        return answer.json()


@dataclass
class Top:
    """The product's side of a Taobao shop."""

    world: World
    shop: Any

    def __post_init__(self) -> None:
        self.session = self.shop["credentials"]["session"]

    @property
    def code(self) -> str:
        return str(self.shop["code"])

    def post(self, method: str, **params: Any) -> Any:
        """One call; parameters named with a leading underscore replace common ones."""
        way = params.pop("_sign_method", "hmac-sha256")
        sent = {
            "method": method,
            "app_key": APP_KEY,
            "session": self.session,
            "timestamp": params.pop("_timestamp", china()),
            "format": "json",
            "v": "2.0",
            "sign_method": way,
            **{name: str(value) for name, value in params.items() if not name.startswith("_")},
        }
        sent["sign"] = params.get("_sign") or top_sign(sent, APP_SECRET, way)
        answer = self.world.http.post("/taobao/router/rest", data=sent)
        assert answer.status_code == 200
        return answer.json()

    def pull(self, *, page_no: int = 1, page_size: int = 100, **more: Any) -> Any:
        """One page of what changed in the last ten minutes."""
        answer = self.post(
            "taobao.trades.sold.increment.get",
            fields="tid,status,modified,payment,orders",
            start_modified=china(-600),
            end_modified=china(2),
            page_no=page_no,
            page_size=page_size,
            **more,
        )
        return answer["trades_sold_increment_get_response"]

    def tids(self, **paging: Any) -> list[str]:
        """The numbers on one page."""
        return [str(one["tid"]) for one in self.pull(**paging).get("trades", {}).get("trade", [])]
