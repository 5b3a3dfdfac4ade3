"""The page: shops, trading, faults, latest orders and what it was told; plain forms, no scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sandbox.page.words import words
from sandbox.world import faults, records, shops
from sandbox.world.clock import iso
from sandbox.world.money import major
from sandbox.world.orders import read
from sandbox.world.refusals import Refused
from sandbox.world.store import store
from sandbox.world.trading import Orders, trader

ROWS = 15
_STYLE = Path(__file__).with_name("sandbox.css")
_FIGURES = ("placed", "cancelled", "shipped", "refused_sold_out", "oversold", "disturbed", "calls")


def _english(request: HttpRequest) -> bool:
    return request.GET.get("lang") == "en"


def show(request: HttpRequest, *, sorry: str = "") -> HttpResponse:
    """The page as it is now; it reloads itself while buyers are ordering."""
    english = _english(request)
    text = words(english=english)
    progress = trader.describe()
    context = {
        "w": text,
        "lang": "en" if english else "zh-Hans",
        "query": "?lang=en" if english else "",
        "other": "?" if english else "?lang=en",
        "sorry": sorry,
        "shops": _shops(),
        "figures": _figures(text),
        "progress": progress,
        "state": text.get(progress["state"], progress["state"]),
        "running": progress["state"] == "trading",
        "kinds": [(kind, text[kind]) for kind in faults.KINDS],
        "faults": [
            {**fault, "name": text[fault["kind"]], "percent": f"{fault['share'] * 100:g}"}
            for fault in faults.describe()
        ],
        "orders": _orders(text),
        "calls": records.table_latest("calls", ROWS),
    }
    return render(request, "sandbox/page.html", context, status=400 if sorry else 200)


def _figures(text: dict[str, str]) -> list[tuple[str, int]]:
    summary = records.summary(shop=None)
    shown = [
        (text["refused" if name == "refused_sold_out" else name], summary[name])
        for name in _FIGURES
    ]
    pushes = summary["pushes"]
    return [*shown, (text["sent"], pushes["sent"]), (text["queued"], pushes["queued"])]


def _shops() -> list[dict[str, Any]]:
    sums = {
        row["shop"]: row
        for row in store.rows(
            "SELECT shop, COUNT(*) AS listings, SUM(stock) AS stock, SUM(sold) AS sold"
            " FROM listings GROUP BY shop"
        )
    }
    shown = []
    for shop in shops.everyone():
        row = sums.get(shop.code)
        figures = {name: row[name] if row else 0 for name in ("listings", "stock", "sold")}
        shown.append({"code": shop.code, "platform": shop.platform, **figures})
    return shown


def _orders(text: dict[str, str]) -> list[dict[str, Any]]:
    shown = []
    for row in store.rows("SELECT * FROM orders ORDER BY id DESC LIMIT ?", (ROWS,)):
        order = read(row)
        shown.append(
            {
                "number": order.number,
                "shop": order.shop,
                "state": order.state,
                "state_name": text[order.state],
                "amount": f"{major(order.payable)} {order.currency}",
                "lines": ", ".join(f"{line.sku} x {line.quantity}" for line in order.lines[:3])
                + (" ..." if len(order.lines) > 3 else ""),
                "tracking": ", ".join(parcel.tracking for parcel in order.parcels),
                "disturbed": order.disturbed,
                "at": iso(order.placed_ms),
            }
        )
    return shown


def act(request: HttpRequest, act: str) -> HttpResponse:
    """One form of the page; afterwards the page again."""
    form = request.POST
    try:
        if act == "trade":
            trader.start(
                Orders(
                    rate=max(0.01, _figure(form.get("rate"), 1)),
                    orders=int(_figure(form.get("orders"), 0)) or None,
                    seed=int(_figure(form.get("seed"), 1)),
                    cancel_share=min(1, _figure(form.get("cancel_percent"), 0) / 100),
                    patient=True,
                )
            )
        elif act == "stop":
            trader.stop()
        elif act == "fault":
            given: dict[str, Any] = {
                "kind": form.get("kind"),
                "share": _figure(form.get("percent"), 100) / 100,
            }
            if form.get("seconds"):
                given["seconds"] = _figure(form.get("seconds"), 0)
            faults.add(given)
        elif act == "clear":
            faults.clear()
        else:
            raise Refused("no_such_form", f"no form {act!r}", status=404)
    except Refused as refused:
        return show(request, sorry=refused.message)
    return HttpResponseRedirect("/?lang=en" if _english(request) else "/")


def _figure(text: str | None, default: float) -> float:
    if not text:
        return default
    try:
        return abs(float(text))
    except ValueError as wrong:
        raise Refused("bad_number", f"{text!r} is not a number") from wrong


def style(request: HttpRequest) -> HttpResponse:
    """The page's own style sheet."""
    del request
    return HttpResponse(_STYLE.read_text(encoding="utf-8"), content_type="text/css")
