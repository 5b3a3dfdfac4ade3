"""A store's till that sells while the line is down and tells its sales later, each once.

A sale is on the till's own disk before anybody is told. Its number is the key under which the house
books it, so telling it again after a cut line, a crash or a full day changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from client import House, Unreachable

SALES = "/api/v1/pos/sales"
AT_ONCE = 100
KEPT, BOOKED, REFUSED = "KEPT", "BOOKED", "REFUSED"
_TABLE = """
    CREATE TABLE IF NOT EXISTS sale (
        id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
        state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '')"""


@dataclass
class Told:
    """Sales booked now, booked before already, refused and why; how many are still kept."""

    booked: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    kept: int = 0


class Till:
    """One till. Use it from one thread; one process for each file."""

    def __init__(self, *, house: House, warehouse: str, name: str, file: Path) -> None:
        """Open its file; sales that were kept are still there.

        Args:
            house: the line to the house.
            warehouse: code of the store's warehouse.
            name: of the till; its sales are numbered "T1-0001".
            file: where it keeps its sales.
        """
        self._house, self._warehouse, self._name = house, warehouse, name
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(_TABLE)

    def __enter__(self) -> Till:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def sell(self, goods: Mapping[str, int], *, at: datetime | None = None) -> str:
        """Sell units by barcode, whether the house can be reached or not; the sale's number."""
        [(last,)] = self._file.execute("SELECT coalesce(max(id), 0) FROM sale").fetchall()
        number = f"{self._name}-{last + 1:04d}"
        body = {
            "warehouse": self._warehouse,
            "number": number,
            "occurred_at": (at or datetime.now(UTC)).isoformat(),
            "lines": [{"barcode": code, "qty": qty} for code, qty in goods.items()],
        }
        self._file.execute(
            "INSERT INTO sale (id, number, body, state) VALUES (?, ?, ?, ?)",
            [last + 1, number, json.dumps(body), KEPT],
        )
        return number

    def tell(self) -> Told:
        """Tell the house what is kept, the oldest first; without a line it stays kept.

        A sale that the house refuses (the goods are gone, or frozen) is no longer told: the money
        is in the drawer, so a person settles it.

        Raises:
            client.Refused: the house does not let this till in.
        """
        told = Told()
        while batch := self._kept(AT_ONCE):
            try:
                answer = self._house.post(SALES, {"items": batch})
            except Unreachable:
                break
            for sale, result in zip(batch, answer["results"], strict=True):
                self._settle(told, str(sale["number"]), result)
        [(told.kept,)] = self._file.execute(
            "SELECT count(*) FROM sale WHERE state = ?", [KEPT]
        ).fetchall()
        return told

    def _kept(self, many: int) -> list[dict[str, Any]]:
        rows = self._file.execute(
            "SELECT body FROM sale WHERE state = ? ORDER BY id LIMIT ?", [KEPT, many]
        )
        return [json.loads(text) for (text,) in rows]

    def _settle(self, told: Told, number: str, result: Mapping[str, Any]) -> None:
        state, why = BOOKED, ""
        if result["status"] >= 400:
            state, why = REFUSED, str(result["errors"][0]["code"])
            told.refused[number] = why
        elif result["status"] == 200:
            told.repeated.append(number)
        else:
            told.booked.append(number)
        self._file.execute(
            "UPDATE sale SET state = ?, why = ? WHERE number = ?", [state, why, number]
        )

    def sales(self) -> dict[str, str]:
        """State of every sale by its number: KEPT, BOOKED or REFUSED with why."""
        rows = self._file.execute("SELECT number, state, why FROM sale ORDER BY id")
        return {number: f"{state} {why}".strip() for number, state, why in rows}
