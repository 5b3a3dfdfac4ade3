"""Signed requests against the house inside the test's process."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from client.signing import signed_headers
from org.services import NewSecret

_count = itertools.count(1)
STOCK = "/api/v1/stock/"


def signed(
    who: NewSecret,
    method: str,
    path: str,
    *,
    query: str = "",
    body: Any = None,
    key: str = "",
    sent_query: str | None = None,
    sent_body: bytes | None = None,
    headers: dict[str, str] | None = None,
    address: str = "127.0.0.1",
    **signing: Any,
) -> Any:
    """The answer to one signed request. `sent_...` is sent instead of what was signed."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    made = signed_headers(
        key_id=who.key_id, secret=who.secret, method=method, path=path, query=query, body=content,
        **signing,
    )  # fmt: skip
    if key:
        made["Idempotency-Key"] = key
    return Client().generic(
        method,
        path,
        content if sent_body is None else sent_body,
        content_type="application/json",
        headers={"Accept-Language": "en", **made, **(headers or {})},
        QUERY_STRING=query if sent_query is None else sent_query,
        REMOTE_ADDR=address,
    )


def codes(answer: Any) -> list[str]:
    """The codes of a refusal."""
    return [each["code"] for each in answer.json()["errors"]]


def announcement(document: str = "PO-1", qty: int = 5) -> dict[str, Any]:
    """A receipt that is announced: a write that is one transaction."""
    return {
        "document": document, "warehouse": "WH1", "sku": "TEA", "qty": qty,
        "due_at": "2090-01-31T08:00:00+08:00",
    }  # fmt: skip
