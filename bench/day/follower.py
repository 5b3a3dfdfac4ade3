"""A program that follows every change of stock all day, as an ERP would: by the signed API alone.

At the end what it added up must be what the board says, unit for unit: a change that was lost,
given twice or given in part would show.
"""

from __future__ import annotations

import threading
from collections import Counter

from client import House, Unreachable

Place = tuple[str, str, str]
CHANGES = "/api/v1/stock/changes"
BOARD = "/api/v1/stock/board"
PAGE = 500


class Follower(threading.Thread):
    """Reads the feed of changes until it is told to finish."""

    def __init__(self, *, url: str, key_id: str, secret: str) -> None:
        super().__init__(name="follower", daemon=True)
        self.units: Counter[Place] = Counter()
        self.changes = 0
        self.trouble: BaseException | None = None
        self._house = House(url, key_id=key_id, secret=secret, tries=12)
        self._cursor = ""
        self._over = threading.Event()

    def run(self) -> None:
        """Page after page; the house may be killed meanwhile."""
        try:
            while not self._over.is_set():
                if not self.read():
                    self._over.wait(1.0)
        except Unreachable as trouble:
            self.trouble = trouble

    def read(self) -> int:
        """One page; gives how many changes it had."""
        page = self._house.get(CHANGES, cursor=self._cursor or None, limit=PAGE)
        for change in page["changes"]:
            for line in change["lines"]:
                place = (line["warehouse_code"], line["sku_code"], line["grade"])
                self.units[place] += line["on_hand"]
        self._cursor = page["cursor"]
        self.changes += len(page["changes"])
        return len(page["changes"])

    def finish(self) -> list[str]:
        """Read the rest and compare with the board; gives each difference as a sentence."""
        self._over.set()
        self.join(60)
        if self.trouble is not None:
            return [repr(self.trouble)]
        while self.read():
            continue
        board: Counter[Place] = Counter()
        for row in self._house.each(BOARD, "rows", limit=PAGE):
            board[row["warehouse_code"], row["code"], row["grade"]] += row["on_hand"]
        self._house.close()
        return [
            f"{' '.join(place)}: {self.units[place]} by the feed, {board[place]} on the board"
            for place in sorted({*self.units, *board})
            if self.units[place] != board[place]
        ]
