"""Every list with a million orders and ten million entries, for somebody of 3 of 50 stores."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from urllib.parse import urlencode

import httpx

from bench import crowd, house, measure

STORES, MINE = 50, 3
LIMIT_MS = 200.0
WARM_UP = 3
CLERK, PROGRAMMER = "benchclerk", "benchit"


def main(arguments: list[str]) -> int:
    """Fill, then read each list in each of its orders and tabs, one request after the other."""
    options = _options(arguments)
    with house.running(parts=("web",), demo=False) as stack:
        began = time.monotonic()
        from bench import filling

        crowded = filling.fill(orders=options.orders, balances=options.balances, stores=STORES)
        filling.add_entries(options.entries)
        _somebody()
        from bench import reported

        reported.report(rows=options.rows, stores=STORES, readers=(CLERK, crowd.PERSON))
        print(f"filled in {time.monotonic() - began:.0f} s")
        figures: dict[str, float | str] = {
            "orders": crowded.orders,
            "entries": options.entries,
            "balances": crowded.balances,
        }
        readers = {
            CLERK: pages(crowded) | told_pages(),
            crowd.PERSON: desk_pages(),
            PROGRAMMER: program_pages(),
        }
        for reader, asked in readers.items():
            with httpx.Client(base_url=stack.url, timeout=120) as client:
                _sign_in(client, reader)
                for name, urls in asked.items():
                    figures |= _measure(client, name, urls, options.times)
    limits = {name: LIMIT_MS for name in figures if name.endswith("_p95_ms")}
    return measure.report(figures, options.json, limits)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = measure.options("lists", arguments)
    parser.add_argument("--orders", type=int, default=None)
    parser.add_argument("--balances", type=int, default=None)
    parser.add_argument("--entries", type=int, default=None)
    parser.add_argument("--rows", type=int, default=None, help="of each of the other lists")
    options = parser.parse_args(arguments)
    options.orders = options.orders or (5_000 if options.quick else 1_000_000)
    options.balances = options.balances or (400 if options.quick else 100_000)
    options.entries = options.entries or (2_000 if options.quick else 10_000_000)
    options.rows = options.rows or (200 if options.quick else 100_000)
    options.times = 3 if options.quick else 40
    return options


def _somebody() -> None:
    """A clerk of three of the stores, and whoever looks after programs."""
    from django.db import transaction

    from org import services as org
    from tests import given

    given.person("IT", name=PROGRAMMER)
    clerk = given.person("CLERK", at=crowd.store_code(0), name=CLERK)
    for number in range(1, MINE):
        with transaction.atomic(durable=True):
            org.assign(
                person_id=clerk.pk, unit_id=given.unit(crowd.store_code(number)).pk, role="CLERK",
                actor=given.ACTOR,
            )  # fmt: skip


def pages(crowded: crowd.Crowd) -> dict[str, list[str]]:
    """Addresses by what they ask for."""
    deep = [crowded.last_order - 50_000 * at // 50 for at in range(1, 9)]
    return {
        "orders": ["/orders/"],
        "orders_by_state": [_url("/orders/", state=state) for state in crowd.STATES],
        "orders_with_exceptions": [_url("/orders/", state="EXCEPTION")],
        "orders_by_shop": [_url("/orders/", shop=1 + at) for at in range(crowd.SHOPS)],
        "orders_deep": [_url("/orders/", **{"from": f"<{at}"}) for at in deep],
        "orders_dearest": [_url("/orders/", sort="-total")],
        "orders_oldest": [_url("/orders/", sort="received")],
        "orders_of_a_day": [_url("/orders/", since="2026-01-01", state="SHIPPED")],
        "orders_search": [_url("/orders/", q=crowd.platform_number(at)) for at in range(1, 9)],
        "exceptions": ["/exceptions/", "/exceptions/?overdue=1", "/exceptions/?sort=deadline"],
        "holds": ["/holds/", "/holds/?role=COMMITMENT", "/holds/?role=ALL&sort=-cost"],
        "stock": ["/stock/", "/stock/?shelf=frozen", "/stock/?sort=-on_hand"],
        "stock_search": [_url("/stock/", q=crowd.sku_name(at)) for at in range(8)],
        "lots": ["/stock/lots/"],
        "shipments": ["/shipments/", "/shipments/?state=waiting"],
        "jobs": ["/jobs/"],
    }


def told_pages() -> dict[str, list[str]]:
    """What was told of: by the clerk, within three stores."""
    return {
        "customs": ["/customs/", "/customs/?state=INSPECTING", "/customs/?q=5300000007"],
        "suppliers": ["/suppliers/blocked/", "/suppliers/blocked/?sort=supplier"],
        "inspections": ["/inspections/", "/inspections/?result=ASKED", "/inspections/?q=QI-7"],
        "incidents": ["/incidents/", "/incidents/?state=leaking", "/incidents/?q=round"],
        "promotions": ["/promotions/", "/promotions/?sort=closes"],
        "recalls": ["/recalls/"],
        "sensors": ["/sensors/", "/sensors/?shelf=trouble", "/sensors/?sort=last_at"],
        "excursions": ["/sensors/excursions/"],
        "notices": ["/notices/", "/notices/?tab=unread", "/notices/?q=Export"],
        "journal": ["/stock/journal/"],
        "freeze_journal": ["/freezes/journal/"],
    }


def desk_pages() -> dict[str, list[str]]:
    """Lists of the head office."""
    return {
        "all_jobs": ["/jobs/", "/jobs/?state=failed", "/jobs/?q=Export"],
        "freeze_rules": ["/freeze-rules/"],
        "skus": ["/masters/skus/", "/masters/skus/?sort=code"],
        "warehouses": ["/masters/warehouses/"],
        "locations": ["/stock/locations/"],
        "counts": ["/floor/counts/"],
        "people": ["/people/"],
        "units": ["/units/", "/units/?kind=STORE", "/units/?sort=code"],
        "trail": ["/trail/"],
    }


def program_pages() -> dict[str, list[str]]:
    """Lists of programs and what they were told."""
    return {
        "clients": ["/api/clients/", "/api/clients/?state=idle", "/api/clients/?sort=-used"],
        "webhooks": ["/webhooks/", "/webhooks/?state=failing"],
        "webhook_messages": [
            "/webhooks/messages/", "/webhooks/messages/?state=dead", "/webhooks/messages/?q=500"
        ],
    }  # fmt: skip


def _url(path: str, **asked: object) -> str:
    return f"{path}?{urlencode(asked)}"


def _sign_in(client: httpx.Client, name: str) -> None:
    client.get("/sign-in/").raise_for_status()
    answer = client.post(
        "/sign-in/",
        data={
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
            "username": name,
            "password": crowd.PASSWORD,
        },
        headers={"Referer": str(client.base_url)},
    )
    assert answer.status_code == 302, f"cannot sign in: {answer.status_code}"


def _measure(
    client: httpx.Client, name: str, urls: Sequence[str], times: int
) -> dict[str, float | str]:
    """Milliseconds from asking to the last byte, by the one who asks; all addresses in turn."""
    for at in range(WARM_UP):
        client.get(urls[at % len(urls)])
    took = []
    for at in range(max(times, len(urls))):
        url = urls[at % len(urls)]
        began = time.perf_counter()
        answer = client.get(url)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
    return {
        f"{name}_p50_ms": measure.part(took, 0.50),
        f"{name}_p95_ms": measure.part(took, 0.95),
    }
