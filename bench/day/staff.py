"""Scripted warehouse staff: they sign in and pick, check, pack and ship over HTTP, by scans.

Every command carries a key, so a request whose answer was lost (a killed web process) is simply
sent again.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

EACH_CALL = 200
PATIENCE_S = 60.0


class Worker(threading.Thread):
    """One person on the floor of one warehouse."""

    def __init__(
        self, *, url: str, warehouse: str, username: str, password: str, name: str
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.warehouse = warehouse
        self.shipped = 0
        self.refusals: dict[str, int] = {}
        self.trouble: BaseException | None = None
        self._login = (username, password)
        self._client = httpx.Client(base_url=url, timeout=30, follow_redirects=False)
        self._keys = (f"{name}-{number}" for number in itertools.count(1))
        self._home = threading.Event()

    def finish(self) -> None:
        """Go home after this round."""
        self._home.set()

    def run(self) -> None:
        """Round after round until sent home."""
        try:
            self._patiently(self._sign_in)
            while not self._home.is_set():
                if not self._round():
                    self._home.wait(0.3)
        except BaseException as trouble:
            self.trouble = trouble
            raise

    def _sign_in(self) -> None:
        page = self._client.get("/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if token is None:
            raise httpx.TransportError("no sign-in form")
        answer = self._client.post(
            "/sign-in/",
            data={
                "csrfmiddlewaretoken": token.group(1),
                "username": self._login[0],
                "password": self._login[1],
            },
            headers={"Referer": str(self._client.base_url)},
        )
        if answer.status_code != 302:
            raise RuntimeError(f"{self._login[0]} cannot sign in: {answer.status_code}")

    def _round(self) -> int:
        """One walk, then the bench, then the truck; how much was done."""
        done = self._pick()
        done += self._check()
        done += self._pack()
        done += self._ship()
        done += self._put_back()
        return done

    def _pick(self) -> int:
        made = self._post(
            "pick-lists/", {"key": next(self._keys), "warehouse": self.warehouse, "limit": 100}
        )
        scans = [
            {
                "key": next(self._keys),
                "pick_list": made["data"]["pick_list"],
                "location": step["location"],
                "barcode": step["barcodes"][0] if step["barcodes"] else step["sku_code"],
                "qty": step["left"],
                "task": step["task"],
            }
            for step in made.get("steps", [])
            if step["left"]
        ]
        return self._many("picks/", "picks", scans)

    def _check(self) -> int:
        scans = [
            {
                "key": next(self._keys),
                "fulfilment": found["number"],
                "barcode": line["barcode"],
                "qty": line["left"],
            }
            for found in self._get("fulfilments/", "fulfilments", state="PICKED")
            for line in found["lines"]
            if line["left"]
        ]
        return self._many("checks/", "checks", scans)

    def _pack(self) -> int:
        closings = [
            {"key": next(self._keys), "fulfilment": found["number"]}
            for found in self._get("fulfilments/", "fulfilments", state="CHECKED")
        ]
        return self._many("parcels/", "parcels", closings)

    def _ship(self) -> int:
        departures = [
            {"key": next(self._keys), "parcel": found["number"]}
            for found in self._get("shipments/", "parcels")
        ]
        gone = self._many("shipments/", "shipments", departures)
        self.shipped += gone
        return gone

    def _put_back(self) -> int:
        scans = [
            {
                "key": next(self._keys),
                "fulfilment": found["fulfilment"],
                "location": "A-01",
                "barcode": barcode,
                "qty": left,
            }
            for found in self._get("put-backs/", "put_backs")
            for _sku, barcode, _lot, left in found["lines"]
            if left
        ]
        return self._many("put-backs/", "put_backs", scans)

    def _many(self, path: str, name: str, items: Sequence[dict[str, Any]]) -> int:
        done = 0
        for batch in _batches(items):
            for result in self._post(path, {name: batch})["results"]:
                done += bool(result["ok"])
                if not result["ok"]:
                    code = f"{name}:{result['code']}"
                    self.refusals[code] = self.refusals.get(code, 0) + 1
        return done

    def _get(self, path: str, name: str, **params: Any) -> list[dict[str, Any]]:
        params |= {"warehouse": self.warehouse, "limit": 200}
        answer = self._patiently(lambda: self._client.get(f"/floor/api/{path}", params=params))
        rows: list[dict[str, Any]] = answer.json()[name]
        return rows

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        def send() -> httpx.Response:
            return self._client.post(
                f"/floor/api/{path}",
                json=body,
                headers={
                    "X-CSRFToken": self._client.cookies.get("csrftoken") or "",
                    "Referer": str(self._client.base_url),
                },
            )

        answer: dict[str, Any] = self._patiently(send).json()
        return answer

    def _patiently(self, send: Callable[[], Any]) -> Any:
        """Send until the house answers; it may just be starting again."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = send()
                if answer is None or answer.status_code < 500:
                    break
                last = f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError as error:
                last = repr(error)
            if time.monotonic() > until:
                raise RuntimeError(f"{self.name} waited {PATIENCE_S:.0f} s: {last}")
            time.sleep(0.2)
        if answer is not None and answer.status_code >= 400:
            raise RuntimeError(f"{self.name}: {answer.status_code} {answer.text[:500]}")
        return answer


def _batches(items: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(items), EACH_CALL):
        yield items[start : start + EACH_CALL]
