"""TOP's one address: a signed form, a method in it, always HTTP 200."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sandbox.platforms.taobao import errors, logistics, payload, signing, stock, trades
from sandbox.platforms.taobao.errors import Answer, TopError
from sandbox.world import calls, shops
from sandbox.world.calls import Call
from sandbox.world.clock import now_ms
from sandbox.world.shops import Shop

DRIFT_MS = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Method:
    """One API method: its operation in the journal, and whether it needs a session."""

    operation: str
    handle: Callable[[Shop, Mapping[str, str]], dict[str, Any]]
    session: bool = True


def _time(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    del shop, params
    return {"time": payload.stamp(now_ms())}


def _refresh(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.top.auth.token.refresh``; the answer's ``token_result`` is JSON in a string, as TOP
    has it.
    """
    given = trades.required(params, "refresh_token")
    if given == shop.credentials["refresh_token"]:
        shops.renew_session(shop)
    elif not shops.is_spent(shop, given):
        raise errors.business("isv.invalid-parameter:refresh_token", "refresh_token非法")
    ttl = shop.session_ttl or 365 * 86_400
    token = {
        "access_token": shop.credentials["session"],
        "refresh_token": shop.credentials["refresh_token"],
        "expires_in": ttl,
        "expire_time": now_ms() + ttl * 1000,
        "re_expires_in": ttl,
        "token_type": "Bearer",
        "taobao_user_id": str(shop.user_id),
        "taobao_user_nick": shop.seller_nick,
    }
    return {"token_result": json.dumps(token, ensure_ascii=False)}


METHODS = {
    "taobao.trades.sold.increment.get": Method("list", trades.increment),
    "taobao.trade.fullinfo.get": Method("fetch", trades.fullinfo),
    "taobao.skus.quantity.update": Method("stock", stock.update_skus),
    "taobao.item.quantity.update": Method("stock", stock.update_item),
    "taobao.items.onsale.get": Method("listings", stock.onsale),
    "taobao.item.skus.get": Method("listings", stock.item_skus),
    "taobao.skus.custom.get": Method("listings", stock.skus_custom),
    "taobao.logistics.offline.send": Method("ship", logistics.offline_send),
    "taobao.logistics.companies.get": Method("other", logistics.companies, session=False),
    "taobao.time.get": Method("other", _time, session=False),
    "taobao.top.auth.token.refresh": Method("refresh", _refresh, session=False),
}


def rest(request: HttpRequest) -> HttpResponse:
    """``POST /taobao/router/rest``."""
    params = {name: str(value) for name, value in [*request.GET.items(), *request.POST.items()]}
    found = shops.by_app(
        platform="taobao",
        app_key=params.get("app_key", ""),
        session=params.get("session", ""),
    )
    if params.get("refresh_token"):
        token = params["refresh_token"]
        theirs = [
            one
            for one in found
            if one.credentials["refresh_token"] == token or shops.is_spent(one, token)
        ]
        found = theirs or found
    if not params.get("app_key"):
        return TopError(28, "Missing App Key").response()
    if not found:
        return TopError(29, "Invalid App Key").response()
    shop = found[0]
    name = params.get("method", "")
    method = METHODS.get(name)
    business = {key: value for key, value in params.items() if key not in _COMMON}
    call = Call(method.operation if method else "other", name, str(business))

    def handle() -> HttpResponse:
        try:
            _admit(shop, params, method)
            assert method is not None
            data = method.handle(shop, params)
        except TopError as no:
            return no.response()
        envelope = name.removeprefix("taobao.").replace(".", "_") + "_response"
        return Answer({envelope: {**data, "request_id": "sandbox"}})

    return calls.answer(request, shop=shop, call=call, handle=handle)


_COMMON = {"app_key", "session", "sign", "sign_method", "timestamp", "format", "v", "method"}


def _admit(shop: Shop, params: Mapping[str, str], method: Method | None) -> None:
    """TOP's doorkeeper: parameters, clock, signature, session, frequency, in that order."""
    if not params.get("method"):
        raise TopError(21, "Missing Method")
    if method is None:
        raise TopError(22, "Invalid Method")
    if params.get("format", "json") != "json":
        raise TopError(23, "Invalid Format")
    if not params.get("sign"):
        raise TopError(24, "Missing Signature")
    _check_clock(params.get("timestamp", ""))
    way = params.get("sign_method", "md5")
    if way not in signing.METHODS:
        raise TopError(25, "Invalid Signature", "isv.invalid-signature-method", way)
    right = signing.sign(secret=shop.credentials["app_secret"], params=params, method=way)
    if params["sign"] != right:
        raise TopError(25, "Invalid Signature", "isv.invalid-signature", "签名无效")
    if method.session:
        if not params.get("session"):
            raise TopError(26, "Missing Session", "isv.missing-session", "缺少SessionKey")
        until = shop.session_until_ms
        expired = until is not None and until <= now_ms()
        if params["session"] != shop.credentials["session"] or expired:
            raise TopError(27, "Invalid session", "invalid-sessionkey", "SessionKey非法")
    _check_frequency(shop)


def _check_clock(text: str) -> None:
    if not text:
        raise TopError(30, "Missing Timestamp")
    if text.isdigit():
        moment = int(text)
    else:
        try:
            stamp = datetime.strptime(f"{text}+0800", "%Y-%m-%d %H:%M:%S%z")
        except ValueError as wrong:
            raise TopError(31, "Invalid Timestamp") from wrong
        moment = int(stamp.timestamp() * 1000)
    if abs(moment - now_ms()) > DRIFT_MS:
        raise TopError(31, "Invalid Timestamp", "isv.invalid-timestamp", "时间戳相差超过10分钟")


_seconds: dict[str, tuple[int, int]] = {}
_lock = threading.Lock()


def _check_frequency(shop: Shop) -> None:
    allowed = shop.option("calls_per_second", 0)
    if not allowed:
        return
    second = int(time.monotonic())
    with _lock:
        current, used = _seconds.get(shop.code, (second, 0))
        used = used + 1 if current == second else 1
        _seconds[shop.code] = (second, used)
    if used > allowed:
        raise TopError(
            7,
            "App Call Limited",
            "accesscontrol.limited-by-api-access-count",
            "This ban will last for 1 more seconds",
        )


def forget() -> None:
    """Nobody has called yet."""
    with _lock:
        _seconds.clear()


def expire(shop: Shop) -> HttpResponse | None:
    """The session is over; the call itself then meets code 27 like any other."""
    shops.expire_session(shop)
    return None


URLS = [path("taobao/router/rest", rest)]
