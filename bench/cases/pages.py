"""Order list and stock board with a hundred thousand orders and balances, over HTTP."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from bench import crowd, house, measure

WARM_UP = 6
LIMIT_MS = 200.0


@dataclass(frozen=True)
class Asked:
    """One address, and what its answer must show."""

    url: str
    shows: str


def main(arguments: list[str]) -> int:
    """Fill, then ask each kind of page a hundred times, one request after the other."""
    options = _options(arguments)
    times = 5 if options.quick else 100
    # Nothing but servers and web: the pages read, nobody works in the background.
    with house.running(parts=("web",), demo=False) as stack:
        began = time.monotonic()
        from bench import filling

        crowded = filling.fill(orders=options.orders, balances=options.balances)
        print(f"filled in {time.monotonic() - began:.0f} s")
        pages = _pages(crowded, times)
        figures: dict[str, float | str] = {
            "orders": crowded.orders,
            "order_lines": crowded.lines,
            "balances": crowded.balances,
        }
        statements = _statements({name: asked[0] for name, asked in pages.items()})
        with httpx.Client(base_url=stack.url, timeout=60) as client:
            _sign_in(client)
            for name, asked in pages.items():
                figures |= _measure(client, name, asked)
                figures[f"{name}_statements"] = statements[name]
    limits = {name: LIMIT_MS for name in figures if name.endswith("_p95_ms")}
    return measure.report(figures, options.json, limits)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = measure.options("pages", arguments)
    parser.add_argument("--orders", type=int, default=None)
    parser.add_argument("--balances", type=int, default=None)
    options = parser.parse_args(arguments)
    options.orders = options.orders or (3_000 if options.quick else 100_000)
    options.balances = options.balances or (400 if options.quick else 100_000)
    return options


def _pages(crowded: crowd.Crowd, times: int) -> dict[str, list[Asked]]:
    """For each kind of page its addresses, no two alike where the kind allows it."""
    pick = random.Random(1)
    numbers = [pick.randint(crowded.first_order, crowded.last_order) for _ in range(times)]
    # Page 51 and on: fifty rows a page.
    deep = [crowded.last_order - 2_500 - 50 * at for at in range(min(times, 8))]
    stores = [pick.randrange(crowded.skus) for _ in range(times)]
    return {
        "orders": [Asked("/orders/", "SO-")] * times,
        "orders_by_state": [
            Asked(_url("/orders/", state=crowd.STATES[at % len(crowd.STATES)]), "SO-")
            for at in range(times)
        ],
        "orders_by_shop": [
            Asked(_url("/orders/", shop=1 + at % crowd.SHOPS), "SO-") for at in range(times)
        ],
        "orders_search_number": [
            Asked(_url("/orders/", q=f"SO-{number}"), f"/orders/SO-{number}/") for number in numbers
        ],
        "orders_search_platform_number": [
            Asked(_url("/orders/", q=crowd.platform_number(at)), "SO-")
            for at in [pick.randint(1, crowded.orders - 1) for _ in range(times)]
        ],
        "orders_page_50": [
            Asked(_url("/orders/", **{"from": f"<{deep[at % len(deep)]}"}), "SO-")
            for at in range(times)
        ],
        "stock": [Asked("/stock/", crowd.sku_code(0))] * times,
        "stock_search": [
            Asked(_url("/stock/", q=crowd.sku_code(at)), crowd.sku_code(at)) for at in stores
        ],
        "stock_search_name": [
            Asked(_url("/stock/", q=crowd.sku_name(at)), crowd.sku_code(at)) for at in stores
        ],
        "stock_only_held": [Asked("/stock/?shelf=frozen", "BENCH-")] * times,
    }


def _url(path: str, **asked: object) -> str:
    return f"{path}?{urlencode(asked)}"


def _sign_in(client: httpx.Client) -> None:
    client.get("/sign-in/").raise_for_status()
    answer = client.post(
        "/sign-in/",
        data={
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
            "username": crowd.PERSON,
            "password": crowd.PASSWORD,
        },
        headers={"Referer": str(client.base_url)},
    )
    assert answer.status_code == 302, f"cannot sign in: {answer.status_code}"


def _measure(client: httpx.Client, name: str, asked: Sequence[Asked]) -> dict[str, float | str]:
    """Milliseconds from asking to the last byte, by the one who asks."""
    for one in asked[:WARM_UP]:
        client.get(one.url)
    took = []
    for one in asked:
        began = time.perf_counter()
        answer = client.get(one.url)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, f"{one.url}: {answer.status_code}"
        assert one.shows in answer.text, f"{one.url} does not show {one.shows}"
    return {
        f"{name}_p50_ms": measure.part(took, 0.50),
        f"{name}_p95_ms": measure.part(took, 0.95),
    }


def _statements(pages: dict[str, Asked]) -> dict[str, int]:
    """SQL statements behind each page, session and person included, counted in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from org.models import Person

    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(Person.objects.get(username=crowd.PERSON))
    found = {}
    for name, asked in pages.items():
        client.get(asked.url)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(asked.url)
        assert answer.status_code == 200, f"{asked.url}: {answer.status_code}"
        found[name] = len(captured)
    return found
