"""Orders handed in over HTTP: one at a time and waited for, one at a time and go, many at a time.

Everything a program meets is in it: signature, nonce, limits, idempotency, the answer. The client
runs beside the house, in a process of its own with a thread for each line; it speaks HTTP with the
standard library, because what it uses of the two cores the house has not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from bench import house, measure
from client.house import new_key
from client.signing import signed_headers

LINES = 16
SECONDS = 20
BATCH = 500
LEAST = {"held_per_s": 120.0, "accepted_per_s": 300.0, "batch_orders_per_s": 1_500.0}
# What the figures are about is asked of the house in the meantime; the lane takes in the rest.
PARTS = ("web", "worker-orders", "worker-floor", "beat")


def main(arguments: list[str]) -> int:
    """Ask for `SECONDS` in each of three ways and count what was answered."""
    if arguments[:1] == ["client"]:
        return _client(json.loads(arguments[1]))
    options = measure.options("api", arguments).parse_args(arguments)
    seconds = 2 if options.quick else SECONDS
    with house.running(parts=PARTS, demo=False) as stack:
        keys = _company()
        figures: dict[str, float | str] = {}
        for way, name in (
            ("held", "held_per_s"),
            ("accepted", "accepted_per_s"),
            ("batch", "batch_orders_per_s"),
        ):
            before = house.cpu_ms(stack)
            found = _asked({"url": stack.url, "keys": keys, "way": way, "seconds": seconds})
            used = house.cpu_ms(stack)
            # Beside other work the rate says little; what an order costs stays what it is.
            for part, ms in sorted(used.items()):
                cost = (ms - before.get(part, 0.0)) / max(found["orders"], 1)
                figures[f"{way}_{part}_cpu_ms_per_order"] = cost
            figures[f"{way}_client_cpu_ms_per_order"] = found["cpu_ms"] / max(found["orders"], 1)
            figures[name] = found["orders"] / found["seconds"]
            figures[f"{way}_p50_ms"] = measure.part(found["ms"], 0.50)
            figures[f"{way}_p95_ms"] = measure.part(found["ms"], 0.95)
            figures[f"{way}_refused"] = float(found["refused"])
            if way == "held":
                figures["held_not_held"] = float(found["odd"])
    return measure.report(figures, options.json, least=LEAST)


def _company() -> list[list[str]]:
    """A warehouse full of goods, a shop to hand orders into, and the keys of some clients."""
    from django.db import transaction

    from channels_sync.services import shops
    from inventory import services as inventory
    from org import roles
    from org import services as org
    from org.models.clients import MOST_BURST, MOST_PER_MINUTE
    from org.scope import Scope
    from org.services.clients import ClientWish, add_client

    actor = "system:bench"
    with transaction.atomic(durable=True):
        unit = org.create_unit(kind="HEAD_OFFICE", code="HQ", name="HQ", actor=actor)
        home = inventory.add_warehouse(code="WH1", name="WH1", unit_id=unit.pk)
        place = inventory.add_location(warehouse_id=home, code="A-01", actor=actor)
        skus = inventory.add_skus(
            [{"code": f"G-{number:03d}", "name": f"G {number}"} for number in range(200)]
        )
    with transaction.atomic(durable=True):
        inventory.receive(
            [
                inventory.ReceiveRequest(
                    key="bench", document="BENCH", warehouse_id=home, location_id=place,
                    lines=tuple(
                        inventory.Line(sku_id=sku, qty=1_000_000) for sku in skus.values()
                    ),
                )
            ],
            actor=actor,
        )[0].check()  # fmt: skip
    keys = []
    with transaction.atomic(durable=True):
        shops.create(
            platform="api", code="ERP", name="ERP", unit_id=unit.pk, base_url="", credentials={},
            warehouse_ids=[home], actor=actor,
        )  # fmt: skip
        for number in range(LINES):
            wish = ClientWish(
                name=f"bench {number}",
                permissions=[roles.ORDERS_CREATE, roles.ORDERS_VIEW],
                unit_codes=["HQ"],
                per_minute=MOST_PER_MINUTE,
                burst=MOST_BURST,
            )
            made = add_client(wish, actor=actor, scope=Scope.everything())
            keys.append([made.key_id, made.secret])
    return keys


def _asked(wish: dict[str, Any]) -> dict[str, Any]:
    """What the client's process found."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "api", "client", json.dumps(wish)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _client(wish: dict[str, Any]) -> int:
    """Ask on many lines until the time is over; prints what came back."""
    found: dict[str, Any] = {"orders": 0, "refused": 0, "odd": 0, "ms": []}
    lock = threading.Lock()
    start = time.monotonic()
    until = start + wish["seconds"]

    def line(number: int) -> None:
        ask = _line(wish, number)
        turn = 0
        while time.monotonic() < until:
            turn += 1
            began = time.monotonic()
            orders, refused, odd = ask(f"{wish['way']}-{os.getpid()}-{number}-{turn}")
            ms = (time.monotonic() - began) * 1000
            with lock:
                found["orders"] += orders
                found["refused"] += refused
                found["odd"] += odd
                found["ms"].append(ms)

    threads = [threading.Thread(target=line, args=(number,)) for number in range(LINES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found["seconds"] = time.monotonic() - start
    found["cpu_ms"] = time.process_time() * 1000
    print(json.dumps(found))
    return 0


def _line(wish: dict[str, Any], number: int) -> Callable[[str], tuple[int, int, int]]:
    """A line to the house: gives orders answered, refused, and answered without stock."""
    key_id, secret = wish["keys"][number % len(wish["keys"])]
    way = wish["way"]
    path = "/api/v1/orders/batch" if way == "batch" else "/api/v1/orders"
    extra = {"Prefer": "respond-async"} if way == "accepted" else {}
    where = urlsplit(wish["url"])
    http = HTTPConnection(str(where.hostname), where.port, timeout=60)

    def ask(name: str) -> tuple[int, int, int]:
        body: Any = _order(name)
        if way == "batch":
            body = {"items": [_order(f"{name}-{at}") for at in range(BATCH)]}
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = signed_headers(
            key_id=key_id, secret=secret, method="POST", path=path, query="", body=content
        )
        headers |= {"Content-Type": "application/json", "Idempotency-Key": new_key(), **extra}
        http.request("POST", path, content, headers)
        answer = http.getresponse()
        told = answer.read()
        if answer.status >= 300:
            return 0, 1, 0
        odd = way == "held" and json.loads(told)["stock"] != "held"
        return (BATCH if way == "batch" else 1), 0, int(odd)

    return ask


def _order(name: str) -> dict[str, Any]:
    first = hash(name) % 100
    return {
        "number": name,
        "lines": [
            {"sku": f"G-{first:03d}", "qty": 1, "price": "12.50"},
            {"sku": f"G-{first + 100:03d}", "qty": 2, "price": "8.00"},
        ],
        "receiver": {
            "name": "李雷", "phone": "13812345678", "country": "CN", "province": "浙江省",
            "city": "杭州市", "district": "余杭区", "address": "文一西路969号",
        },
    }  # fmt: skip
