"""Faults, records and the reset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.control.wire import body, number, reply
from sandbox.world import faults, platform, records, shops
from sandbox.world.store import store
from sandbox.world.trading import trader


def show_faults(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/faults``."""
    del request
    return reply({"faults": faults.describe()})


def add_faults(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/faults``: all of them or none."""
    given = body(request)
    with store.transaction():
        for one in given.get("faults", [given]):
            faults.add(one)
    return reply({"faults": faults.describe()}, 201)


def clear_faults(request: HttpRequest, fault: int | None = None) -> HttpResponse:
    """``DELETE /sandbox/faults`` and ``DELETE /sandbox/faults/<id>``."""
    del request
    faults.clear(fault)
    return reply({"faults": faults.describe()})


def summary(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/records/summary``."""
    return reply(records.summary(shop=request.GET.get("shop") or None))


def _listed(
    name: str, ask: Callable[..., tuple[list[dict[str, Any]], int | None]], usual: int
) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        rows, after = ask(
            shop=request.GET.get("shop") or None,
            after=number(request.GET.get("after"), 0),
            limit=max(1, number(request.GET.get("limit"), usual, most=20_000)),
            **({"platform": request.GET.get("platform") or None} if name == "orders" else {}),
        )
        return reply({name: rows, "next_after": after})

    return view


orders = _listed("orders", records.orders_after, 5_000)
stock = _listed("stock", records.stock_after, 20_000)


def table(request: HttpRequest, name: str) -> HttpResponse:
    """``GET /sandbox/records/shipments|pushes|calls|stock-updates``."""

    def ask(**window: Any) -> tuple[list[dict[str, Any]], int | None]:
        return records.table_after(name, **window)

    return _listed(name.replace("-", "_"), ask, 5_000)(request)


def reset(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/reset``."""
    keep = bool(body(request).get("keep_shops"))
    trader.stop(cancels=False)
    records.forget_all(keep_shops=keep)
    trader.forget()
    for kind in platform.platforms():
        kind.forget()
    shops.load()
    faults.load()
    return reply({"reset": True, "shops": len(shops.everyone())})
