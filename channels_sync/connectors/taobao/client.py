"""Calls to TOP: one address, signed form fields, errors inside an HTTP 200.

Source: TOP router/rest. Every answer is `{"<method>_response": {...}}` or
`{"error_response": {...}}`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from channels_sync.connectors import http
from channels_sync.connectors.interface import (
    AuthExpired,
    ConnectorError,
    Rejected,
    ShopAccess,
    Throttled,
    Unavailable,
)
from channels_sync.connectors.taobao.parse import BEIJING
from channels_sync.connectors.taobao.signing import sign

SIGN_METHOD = "hmac-sha256"
# The platform's own words name the seconds: "This ban will last for 1 more seconds".
_BAN = re.compile(r"(\d{1,5})\s*(?:more\s*)?second")


class TopClient:
    """One shop's calls to TOP."""

    def __init__(self, shop: ShopAccess) -> None:
        self._url = shop.base_url
        self._key = shop.credentials.get("app_key", "")
        self._secret = shop.credentials.get("app_secret", "")
        self._session = shop.credentials.get("session", "")

    def call(self, method: str, *, may_repeat: bool, **fields: str) -> dict[str, Any]:
        """The inner object of the answer.

        Raises:
            ConnectorError: see `_refusal`.
        """
        response = http.call(
            lambda: self._request(method, fields), judge=_judge, may_repeat=may_repeat
        )
        name = method.removeprefix("taobao.").replace(".", "_") + "_response"
        inner = _decoded(response).get(name)
        if not isinstance(inner, dict):
            raise Unavailable("no_answer", f"{name} is missing in the answer")
        return inner

    def _request(self, method: str, fields: dict[str, str]) -> httpx.Request:
        params = {
            "method": method,
            "app_key": self._key,
            "session": self._session,
            "timestamp": datetime.now(UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "format": "json",
            "v": "2.0",
            "sign_method": SIGN_METHOD,
            **fields,
        }
        params = {name: value for name, value in params.items() if value != ""}
        params["sign"] = sign(secret=self._secret, params=params, method=SIGN_METHOD)
        return http.client().build_request("POST", self._url, data=params)


def _decoded(response: httpx.Response) -> dict[str, Any]:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable("not_json", "the answer is no JSON") from error
    if not isinstance(value, dict):
        raise Unavailable("not_json", "the answer is no object")
    return value


def _judge(response: httpx.Response) -> None:
    if response.status_code == 429:
        raise Throttled("429", retry_after=http.retry_after(response, default=1.0))
    if response.status_code >= 500:
        raise Unavailable(str(response.status_code))
    if response.status_code >= 300:
        raise Rejected(str(response.status_code))
    error = _decoded(response).get("error_response")
    if isinstance(error, dict):
        raise _refusal(error)


def _refusal(error: dict[str, Any]) -> ConnectorError:
    """TOP's error object as one of ours; `sub_code` is the telling one."""
    code, sub_code = str(error.get("code", "")), str(error.get("sub_code") or "")
    text = str(error.get("sub_msg") or error.get("msg") or "")[:300]
    name = sub_code or code
    if code == "7" or sub_code.startswith("accesscontrol.limited"):
        return Throttled(name, text, retry_after=_ban_seconds(sub_code, text))
    if code in ("26", "27") or sub_code in ("invalid-sessionkey", "missing-session"):
        return AuthExpired(name, text)
    if sub_code.startswith("isp.") or (code == "15" and not sub_code):
        return Unavailable(name, text)
    return Rejected(name, text)


def _ban_seconds(sub_code: str, text: str) -> float:
    """What the text says; the daily quota comes back at midnight, so look every ten minutes."""
    if "by-app-access-count" in sub_code:
        return 600.0
    told = _BAN.search(text)
    return float(told.group(1)) if told else 1.0
