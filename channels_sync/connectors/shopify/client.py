"""Calls to Shopify's Admin API: addresses, headers, and what its answers mean.

Source: Admin API 2026-07 (REST and GraphQL). Errors come as HTTP status; GraphQL throttling comes
with status 200 and `extensions.code = THROTTLED`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import orjson

from channels_sync.connectors import http
from channels_sync.connectors.interface import (
    AuthExpired,
    Rejected,
    ShopAccess,
    Throttled,
    Unavailable,
)


class ShopifyClient:
    """One shop's Admin API."""

    def __init__(self, shop: ShopAccess) -> None:
        self._base = shop.base_url.rstrip("/") + "/"
        self._token = shop.credentials.get("access_token", "")

    def get(self, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        """Read; safe to repeat."""
        return http.call(
            lambda: self._request("GET", path, params=params), judge=_judge, may_repeat=True
        )

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Change something; not repeated after an unknown outcome."""
        return http.call(
            lambda: self._request("POST", path, body=body), judge=_judge, may_repeat=False
        )

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """A GraphQL document whose effect is absolute, so it may be repeated.

        Raises:
            Rejected: the document was refused as a whole.
        """
        body = {"query": query, "variables": variables}
        response = http.call(
            lambda: self._request("POST", "graphql.json", body=body),
            judge=_judge_graphql,
            may_repeat=True,
        )
        data = decoded(response).get("data")
        return data if isinstance(data, dict) else {}

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> httpx.Request:
        headers = {"X-Shopify-Access-Token": self._token, "Accept": "application/json"}
        content = None
        if body is not None:
            content = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        return http.client().build_request(
            method, urljoin(self._base, path), params=params, content=content, headers=headers
        )


def decoded(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object.

    Raises:
        Unavailable: it is none; a cut-off body must not look like an empty page.
    """
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable("not_json", "the answer is no JSON") from error
    if not isinstance(value, dict):
        raise Unavailable("not_json", "the answer is no object")
    return value


def next_page(response: httpx.Response) -> str:
    """`page_info` of the next page from the `Link` header, empty on the last one."""
    link = response.links.get("next", {}).get("url", "")
    return parse_qs(urlsplit(link).query).get("page_info", [""])[0]


def _judge(response: httpx.Response) -> None:
    status = response.status_code
    if status == 429:
        raise Throttled("429", retry_after=http.retry_after(response, default=2.0))
    if status == 401:
        raise AuthExpired("401", _words(response))
    if status >= 500:
        raise Unavailable(str(status))
    if status >= 300:
        raise Rejected(str(status), _words(response))
    decoded(response)


def _judge_graphql(response: httpx.Response) -> None:
    _judge(response)
    body = decoded(response)
    errors = body.get("errors")
    if not isinstance(errors, list) or not errors:
        return
    first = errors[0] if isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    if code == "THROTTLED":
        raise Throttled("THROTTLED", retry_after=_refill_seconds(body))
    raise Rejected(str(code or "graphql_error"), str(first.get("message", ""))[:300])


def _refill_seconds(body: dict[str, Any]) -> float:
    """How long the points bucket needs for this query, from the answer itself."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return min(max(missing / float(status["restoreRate"]), 0.2), 60.0)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 1.0


def _words(response: httpx.Response) -> str:
    """`errors` as text; Shopify sends a text, a list or an object."""
    try:
        errors = decoded(response).get("errors", "")
    except Unavailable:
        return ""
    return (errors if isinstance(errors, str) else orjson.dumps(errors).decode())[:300]
