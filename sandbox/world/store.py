"""The sandbox's own file: one SQLite database, one connection, one lock.

One process with one writer needs no more than this, and it keeps every sale atomic: a stock figure
is
checked and lowered under the lock. ``synchronous=OFF`` survives a killed process (the operating
system has
the pages); a power cut may cost the last moments, which is fine for a fake world.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS shops (
    code TEXT PRIMARY KEY, platform TEXT NOT NULL, domain TEXT NOT NULL, spec TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS listings (
    id INTEGER PRIMARY KEY, shop TEXT NOT NULL, sku TEXT NOT NULL, item_id INTEGER NOT NULL,
    variant_id INTEGER NOT NULL, title TEXT NOT NULL, price INTEGER NOT NULL,
    stock INTEGER NOT NULL DEFAULT 0, sold INTEGER NOT NULL DEFAULT 0,
    cancelled INTEGER NOT NULL DEFAULT 0, oversold INTEGER NOT NULL DEFAULT 0,
    told INTEGER, told_ms INTEGER, times_told INTEGER NOT NULL DEFAULT 0, UNIQUE (shop, sku));
CREATE INDEX IF NOT EXISTS listings_item ON listings (shop, item_id, variant_id);
CREATE INDEX IF NOT EXISTS listings_variant ON listings (shop, variant_id);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, shop TEXT NOT NULL, platform TEXT NOT NULL, number TEXT NOT NULL,
    state TEXT NOT NULL, source TEXT NOT NULL, placed_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, cancelled_ms INTEGER,
    shipped_ms INTEGER, payable INTEGER NOT NULL, currency TEXT NOT NULL,
    disturbed INTEGER NOT NULL DEFAULT 0, odd INTEGER NOT NULL DEFAULT 0, push_sent_ms INTEGER,
    push_attempts INTEGER NOT NULL DEFAULT 0, push_answered_ms INTEGER, body TEXT NOT NULL,
    raw TEXT, UNIQUE (shop, number));
CREATE INDEX IF NOT EXISTS orders_modified ON orders (shop, modified_ms, id);
CREATE INDEX IF NOT EXISTS orders_number ON orders (number);
CREATE TABLE IF NOT EXISTS shipments (
    id INTEGER PRIMARY KEY, shop TEXT NOT NULL, number TEXT NOT NULL, tracking TEXT NOT NULL,
    company TEXT NOT NULL, at_ms INTEGER NOT NULL, outcome TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stock_updates (
    id INTEGER PRIMARY KEY, shop TEXT NOT NULL, sku TEXT NOT NULL, value INTEGER NOT NULL,
    before INTEGER, at_ms INTEGER NOT NULL, outcome TEXT NOT NULL, why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pushes (
    id INTEGER PRIMARY KEY, shop TEXT NOT NULL, order_id INTEGER, number TEXT NOT NULL,
    topic TEXT NOT NULL, message_id TEXT NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL,
    is_first INTEGER NOT NULL, created_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, sent_ms INTEGER, status INTEGER, latency_ms INTEGER,
    faults TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS pushes_queued ON pushes (due_ms) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS pushes_order ON pushes (order_id);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, shop TEXT NOT NULL, platform TEXT NOT NULL,
    operation TEXT NOT NULL, method TEXT NOT NULL, status INTEGER NOT NULL, outcome TEXT NOT NULL,
    took_ms INTEGER NOT NULL, fault TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counters (
    shop TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (shop, name));
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, spec TEXT NOT NULL,
    eligible INTEGER NOT NULL DEFAULT 0, hits INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS second_thoughts (
    order_id INTEGER PRIMARY KEY, due_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS second_thoughts_due ON second_thoughts (due_ms);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreTaken(Exception):
    """Another process has the file open; two worlds in one file would sell the same unit twice."""


class Store:
    """The one connection, opened on first use and shared by every thread under ``lock``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._guard: IO[bytes] | None = None
        self._depth = 0

    def open(self) -> sqlite3.Connection:
        """Open the file named by ``SANDBOX_DB``.

        Raises:
            StoreTaken: another process holds it.
        """
        with self.lock:
            if self._connection is None:
                path = Path(os.environ.get("SANDBOX_DB", ".data/sandbox.sqlite3"))
                path.parent.mkdir(parents=True, exist_ok=True)
                guard = path.with_name(path.name + ".lock").open("ab")
                try:
                    fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as taken:
                    guard.close()
                    raise StoreTaken(f"{path} is in use by another sandbox process") from taken
                connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=OFF")
                connection.execute("PRAGMA cache_size=-65536")
                connection.executescript(SCHEMA)
                self._connection, self._guard = connection, guard
            return self._connection

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if self._guard is not None:
                self._guard.close()
                self._guard = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside happens or nothing does; may be nested, the outermost one commits."""
        with self.lock:
            connection = self.open()
            if self._depth == 0:
                connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield connection
            except BaseException:
                if self._depth == 1:
                    connection.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a question."""
        with self.lock:
            return self.open().execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a question, or None."""
        with self.lock:
            found: sqlite3.Row | None = self.open().execute(sql, values).fetchone()
            return found

    def number(self, sql: str, values: Sequence[Any] = ()) -> int:
        """The one figure a question asks for; 0 where it is NULL."""
        found = self.row(sql, values)
        return int(found[0] or 0) if found else 0


store = Store()


def count(*, shop: str, name: str, by: int = 1) -> None:
    """Raise a counter of a shop."""
    with store.transaction() as file:
        file.execute(
            "INSERT INTO counters VALUES (?, ?, ?) "
            "ON CONFLICT (shop, name) DO UPDATE SET value = value + excluded.value",
            (shop, name, by),
        )
