"""The sandbox's control API as the day uses it (sandbox/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

# What goes wrong during the day; every kind that the sandbox knows.
MISBEHAVIOUR: list[dict[str, Any]] = [
    {"kind": "late_push", "share": 0.02, "seconds": 2},
    {"kind": "duplicate_push", "share": 0.03},
    {"kind": "out_of_order_push", "share": 0.02},
    {"kind": "lost_push", "share": 0.02},
    {"kind": "http_429", "share": 0.02},
    {"kind": "http_500", "share": 0.02},
    {"kind": "timeout_before", "share": 0.003, "seconds": 3},
    {"kind": "timeout_after", "share": 0.005, "seconds": 3},
    {"kind": "truncated_body", "share": 0.01},
    {"kind": "expired_token", "share": 0.003},
    {"kind": "visibility_lag", "share": 0.02, "seconds": 3},
]


class Outside:
    """The sandbox, asked and told over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=60)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """A JSON answer."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A JSON answer to a JSON body."""
        return self._ask("POST", path, json=body or {})

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A JSON answer to a JSON body."""
        return self._ask("PUT", path, json=body)

    def delete(self, path: str) -> None:
        """Take something away."""
        self._client.delete(path).raise_for_status()

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, **more)
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        found: dict[str, Any] = answer.json()
        return found

    def rows(self, path: str, name: str) -> Iterator[dict[str, Any]]:
        """All rows of a paged record."""
        after: int | None = 0
        while after is not None:
            page = self.get(path, after=after)
            yield from page[name]
            after = page["next_after"]

    def misbehave(self, seed: int) -> None:
        """Switch the faults on."""
        self.post(
            "/sandbox/faults", {"faults": [{**fault, "seed": seed} for fault in MISBEHAVIOUR]}
        )

    def behave(self) -> None:
        """Switch them off."""
        self.delete("/sandbox/faults")
