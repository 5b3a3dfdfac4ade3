"""Trading, the retail replay, the folder feed and raw pushes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.control.wire import body, number, reply
from sandbox.world import baskets, feed, platform, shops
from sandbox.world.clock import now_ms
from sandbox.world.pushes import Courier
from sandbox.world.refusals import Refused
from sandbox.world.trading import Orders, trader

_KEYS = {name for name in Orders.__dataclass_fields__ if name != "patient"}


def _range(given: Any, name: str, default: tuple[float, float]) -> tuple[float, float]:
    if given is None:
        return default
    low, high = (given, given) if isinstance(given, int | float) else (given[0], given[1])
    if not 0 <= low <= high:
        raise Refused("bad_trade", f"{name} is [least, most]")
    return float(low), float(high)


def wish(given: dict[str, Any]) -> Orders:
    """What a run is asked to do.

    Raises:
        Refused: a key is unknown or a figure makes no sense.
    """
    unknown = set(given) - _KEYS
    if unknown:
        raise Refused("bad_trade", f"unknown keys: {', '.join(sorted(unknown))}")
    source = str(given.get("source", "random"))
    share, rate = float(given.get("cancel_share") or 0), float(given.get("rate", 10))
    zero, fuel = str(given.get("zero_lines", "drop")), str(given.get("fuel", "keep"))
    if source not in ("random", "retail"):
        raise Refused("bad_trade", "source is random or retail")
    if not 0 <= share <= 1 or not 0 <= rate <= 10_000:
        raise Refused("bad_trade", "cancel_share is 0 to 1, rate 0 to 10000 a second")
    if zero not in ("drop", "keep") or fuel not in ("keep", "convert", "drop"):
        raise Refused("bad_trade", "zero_lines is drop or keep, fuel is keep, convert or drop")
    lines = _range(given.get("lines"), "lines", (1, 4))
    quantity = _range(given.get("quantity"), "quantity", (1, 3))
    if lines[0] < 1 or quantity[0] < 1:
        raise Refused("bad_trade", "lines and quantity start at 1")
    return Orders(
        source=source,
        rate=rate,
        orders=None if given.get("orders") is None else int(given["orders"]),
        seed=int(given.get("seed", 1)),
        platforms=[str(one) for one in given.get("platforms") or []],
        shops=[str(one) for one in given.get("shops") or []],
        cancel_share=share,
        cancel_after=_range(given.get("cancel_after"), "cancel_after", (0.5, 10.0)),
        lines=(int(lines[0]), int(lines[1])),
        quantity=(int(quantity[0]), int(quantity[1])),
        folder=str(given.get("folder", "")),
        zero_lines=zero,
        fuel=fuel,
    )


def start(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/trade``."""
    trader.start(wish(body(request)))
    return reply(trader.describe(), 202)


def progress(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/trade``."""
    del request
    return reply(trader.describe())


def stop(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/trade/stop``."""
    trader.stop(cancels=bool(body(request).get("cancels", True)))
    return reply(trader.describe())


def retail(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/retail``."""
    return reply(
        baskets.survey(
            Path(request.GET.get("folder", "")),
            shops=number(request.GET.get("shops"), 1, most=1_000),
            zero=request.GET.get("zero_lines", "drop"),
            fuel=request.GET.get("fuel", "keep"),
        )
    )


def feed_folder(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/feed``."""
    given = body(request)
    shop = shops.find(str(given.get("shop", "")))
    if given.get("platform", shop.platform) != shop.platform:
        raise Refused("bad_feed", f"{shop.code} is a shop on {shop.platform}")
    folder = Path(str(given.get("folder", "")))
    return reply({"files": feed.feed(shop, folder, push=bool(given.get("push", True)))})


def raw_push(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/pushes``: one push of any content, signed well or badly."""
    given = body(request)
    shop = shops.find(str(given.get("shop", "")))
    way = str(given.get("sign", "good"))
    if way not in ("good", "bad", "missing", "stale"):
        raise Refused("bad_push", "sign is good, bad, missing or stale")
    url = str(given.get("url") or shop.push_url)
    if not url.startswith(("http://", "https://")):
        raise Refused("bad_push", "the shop has no push_url")
    content = str(given.get("body", "")).encode()
    kind = platform.of(shop.platform)
    moment = now_ms() - (3_600_000 if way == "stale" else 0)
    signed = content + b" " if way == "bad" else content
    headers = kind.headers(
        shop, str(given.get("topic", "")), kind.message_id(moment), signed, moment
    )
    if way == "missing":
        headers = {
            name: value
            for name, value in headers.items()
            if "sign" not in name.lower() and "hmac" not in name.lower()
        }
    courier = Courier()
    answer = courier.post(url, content, headers)
    courier.close()
    return reply({"status": answer.status, "body": answer.body, "latency_ms": answer.latency_ms})
