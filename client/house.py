"""Speaks to the house: signs, waits when it is told to, sends again what may be sent again."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import httpx

from client.answers import Error, Refused, Unreachable
from client.signing import signed_headers

Parameter = str | int | bool | Sequence[str | int] | None
# Worth another try after a while: too many requests, restarting, overloaded.
LATER = frozenset({429, 502, 503, 504})
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What the house answered. `replayed`: it had been done before under the same key."""

    status: int
    data: Any
    replayed: bool
    # The version of what is shown, for `if_match`; empty when it has none.
    etag: str


def new_key() -> str:
    """A key for a write that has no natural one, such as a document's number."""
    return uuid.uuid4().hex


class House:
    """The API under one address, as one client. Use one for each thread."""

    def __init__(
        self,
        url: str,
        *,
        key_id: str,
        secret: str,
        language: str = "en",
        tries: int = 5,
        timeout_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is sent yet.

        Args:
            url: where the house stands, such as "https://stock.example.com".
            key_id: the client's key.
            secret: one of its living secrets.
            language: of the sentences in errors, "en" or "zh-hans".
            tries: how often a request is sent at most.
            timeout_s: seconds to wait for each answer.
            sleep: how to wait between tries.
        """
        self._key_id = key_id
        self._secret = secret
        self._tries = tries
        self._sleep = sleep
        self._line = httpx.Client(
            base_url=url, timeout=timeout_s, headers={"Accept-Language": language}
        )

    def __enter__(self) -> House:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._line.close()

    def get(self, path: str, **parameters: Parameter) -> Any:
        """A question's answer.

        Raises:
            Refused, Unreachable.
        """
        return self.send("GET", path, parameters=parameters).data

    def each(self, path: str, rows: str, **parameters: Parameter) -> Iterator[dict[str, Any]]:
        """All rows of a list, page after page.

        Args:
            path: of the list.
            rows: the name under which the answer carries them.
            parameters: of the question; `limit` is the size of a page.

        Raises:
            Refused, Unreachable.
        """
        while True:
            page = self.get(path, **parameters)
            yield from page[rows]
            if not page.get("cursor") or not page[rows]:
                return
            parameters["cursor"] = page["cursor"]

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        """Do something once; the same key and body again gives the same answer.

        Args:
            path: of what is done.
            body: JSON.
            key: names this write; without one it gets a new key, and is done once all the same as
                long as this process keeps trying.

        Raises:
            Refused, Unreachable.
        """
        return self.send("POST", path, body=body, key=key).data

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Parameter] | None = None,
        body: Any = None,
        key: str = "",
        if_match: str = "",
    ) -> Answer:
        """One request, sent until it is answered or the tries are used up.

        Args:
            method: upper case.
            path: from the first slash, not encoded.
            parameters: of the question; lists are repeated, None is left out.
            body: JSON; None for no body.
            key: the Idempotency-Key of a write; a new one when empty.
            if_match: the `etag` of the answer that was seen.

        Raises:
            Refused: the house said no.
            Unreachable: no answer.
        """
        query = _query_of(parameters or {})
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        if method not in ("GET", "HEAD"):
            headers["Idempotency-Key"] = key or new_key()
        if if_match:
            headers["If-Match"] = if_match
        trouble, wait_s = "", 0.0
        for attempt in range(self._tries):
            if attempt:
                self._sleep(wait_s)
            try:
                response = self._line.send(self._made(method, path, query, content, headers))
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
                wait_s = _patience(attempt)
                continue
            if not _try_again(response):
                return _answer(response)
            trouble = f"{response.status_code} {response.text[:200]}"
            wait_s = _told_to_wait(response, attempt)
        raise Unreachable(f"{method} {path}: no answer after {self._tries} tries. Last: {trouble}")

    def _made(
        self, method: str, path: str, query: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Request:
        """A request with a signature of its own: a nonce is good for one."""
        signed = signed_headers(
            key_id=self._key_id, secret=self._secret, method=method, path=path, query=query,
            body=content,
        )  # fmt: skip
        address = f"{path}?{query}" if query else path
        return self._line.build_request(
            method, address, content=content, headers={**headers, **signed}
        )


def _query_of(parameters: Mapping[str, Parameter]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if value is None:
            continue
        many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [
            (name, str(each).lower() if isinstance(each, bool) else str(each)) for each in many
        ]
    return urlencode(pairs)


def _patience(attempt: int) -> float:
    """Twice as long each time, and never all clients at the same moment."""
    longest: float = min(LONGEST_WAIT_S, 0.5 * 2**attempt)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


def _told_to_wait(response: httpx.Response, attempt: int) -> float:
    told = response.headers.get("Retry-After", "")
    return min(float(told), LONGEST_WAIT_S) if told.isdigit() else _patience(attempt)


def _try_again(response: httpx.Response) -> bool:
    if response.status_code in LATER:
        return True
    # The first copy of this very write is still being worked on.
    return response.status_code == 409 and "Retry-After" in response.headers


def _answer(response: httpx.Response) -> Answer:
    data: Any = None
    if response.headers.get("Content-Type", "").startswith("application/json"):
        data = response.json()
    if response.status_code >= 400:
        told = data.get("errors", []) if isinstance(data, dict) else []
        errors = tuple(Error.of(each) for each in told)
        raise Refused(response.status_code, errors, response.text)
    return Answer(
        response.status_code,
        data,
        response.headers.get("Idempotency-Replayed") == "true",
        response.headers.get("ETag", ""),
    )
