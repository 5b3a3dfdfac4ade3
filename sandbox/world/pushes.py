"""Pushes: queued in the transaction of the event, sent by threads until answered 2xx."""

from __future__ import annotations

import heapq
import http.client
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.world import faults, platform, shops
from sandbox.world.clock import now_ms
from sandbox.world.orders import Order
from sandbox.world.platform import Message
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop
from sandbox.world.store import store

# Shopify gives a receiver five seconds (platforms.md section 6); TMC relays are given the same.
ANSWER_WITHIN = 5.0
OVERTAKEN_AFTER_MS = 200


def backoff() -> list[float]:
    """Seconds before each further attempt; when they run out the push has failed."""
    text = os.environ.get("SANDBOX_PUSH_BACKOFF", "1,2,5,15,60,300")
    return [float(part) for part in text.split(",") if part.strip()]


def announce(shop: Shop, order: Order, event: str) -> None:
    """Queue the pushes an event causes; joins the transaction of the event."""
    if not shop.push_url:
        return
    for message in platform.of(shop.platform).messages(shop, order, event):
        queue(shop, order_id=order.id, number=order.number, message=message)


def queue(shop: Shop, *, order_id: int | None, number: str, message: Message) -> None:
    """Queue one push, with the bad luck the switches have for it."""
    moment = now_ms()
    due, copy_due, state = moment, None, "queued"
    touched = faults.for_push(
        shop=shop.code, platform=shop.platform, number=number, topic=message.topic
    )
    for fault in touched:
        if fault.kind == "lost_push":
            state = "lost"
        elif fault.kind == "duplicate_push":
            copy_due = moment + int(fault.seconds * 1000)
        else:
            due = max(due, moment + int(fault.seconds * 1000))
    kinds = ",".join(fault.kind for fault in touched)
    with store.transaction() as file:
        is_first = order_id is not None and not store.number(
            "SELECT COUNT(*) FROM pushes WHERE order_id = ?", (order_id,)
        )
        push_id = store.number("SELECT MAX(id) FROM pushes") + 1
        kind = platform.of(shop.platform)
        message_id = kind.message_id(push_id)
        times = [(due, state, int(is_first))]
        if copy_due is not None and state == "queued":
            times.append((max(copy_due, due), "queued", 0))
        for offset, (when, as_state, first) in enumerate(times):
            file.execute(
                "INSERT INTO pushes (id, shop, order_id, number, topic, message_id, body, state,"
                " is_first, created_ms, due_ms, faults)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    push_id + offset,
                    shop.code,
                    order_id,
                    number,
                    message.topic,
                    message_id,
                    kind.seal(message.body, message_id),
                    as_state,
                    first,
                    moment,
                    when,
                    kinds,
                ),
            )
            if as_state == "queued":
                dispatcher.schedule(push_id + offset, when)
        if touched and order_id is not None:
            file.execute("UPDATE orders SET disturbed = 1 WHERE id = ?", (order_id,))
        if order_id is not None:
            _overtake(file, order_id=order_id, newest=push_id, due=due)


def _overtake(file: sqlite3.Connection, *, order_id: int, newest: int, due: int) -> None:
    """Pushes of the order held back to be out of order leave just after the newest one."""
    held = file.execute(
        "SELECT id FROM pushes WHERE order_id = ? AND id < ? AND state = 'queued'"
        " AND attempts = 0 AND faults LIKE '%out_of_order_push%'",
        (order_id, newest),
    ).fetchall()
    for row in held:
        after = due + OVERTAKEN_AFTER_MS
        file.execute("UPDATE pushes SET due_ms = ? WHERE id = ?", (after, row["id"]))
        dispatcher.schedule(row["id"], after)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status (0 when nothing came), a short body, and how long it took."""

    status: int
    body: str
    latency_ms: int


class Courier:
    """One thread's open connections; they are reused while the receiver keeps them."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send one push and wait for its answer, at most ``ANSWER_WITHIN`` seconds."""
        target = urlsplit(url)
        key = (target.scheme, target.netloc)
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        started = time.monotonic()
        for last in (False, True):
            reused = key in self._open
            connection = self._open.pop(key, None) or self._connect(*key)
            try:
                connection.request("POST", path, body, headers)
                response = connection.getresponse()
                text = response.read(2_000)
                if response.read(1):
                    connection.close()
                else:
                    self._open[key] = connection
                status, words = response.status, text.decode("utf-8", "replace")
            except (OSError, http.client.HTTPException) as broken:
                connection.close()
                # A kept connection the receiver had closed meanwhile says nothing about him.
                closed = isinstance(broken, http.client.RemoteDisconnected | ConnectionError)
                if reused and closed and not last:
                    continue
                status, words = 0, f"{type(broken).__name__}: {broken}"
            return Answer(status, words, int((time.monotonic() - started) * 1000))
        raise AssertionError("the second attempt always answers")

    def close(self) -> None:
        """Hang up."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    @staticmethod
    def _connect(scheme: str, netloc: str) -> http.client.HTTPConnection:
        if scheme == "https":
            return http.client.HTTPSConnection(netloc, timeout=ANSWER_WITHIN)
        return http.client.HTTPConnection(netloc, timeout=ANSWER_WITHIN)


class Dispatcher:
    """Threads that send what is due. The file is the truth; the heap is only who is next."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._wake = threading.Condition()
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Take up what an earlier process left, and start the senders."""
        left = store.rows("SELECT id, due_ms FROM pushes WHERE state = 'queued'")
        with self._wake:
            self._stopping = False
            self._heap = [(row["due_ms"], row["id"]) for row in left]
            heapq.heapify(self._heap)
        for index in range(max(1, int(os.environ.get("SANDBOX_PUSH_SENDERS", "8")))):
            thread = threading.Thread(target=self._work, name=f"push-{index}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let every sender finish the push in its hand."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(ANSWER_WITHIN)
        self._threads.clear()

    def schedule(self, push_id: int, due_ms: int) -> None:
        """Have a push looked at when it is due."""
        with self._wake:
            heapq.heappush(self._heap, (due_ms, push_id))
            self._wake.notify()

    def _next(self) -> int | None:
        with self._wake:
            while not self._stopping:
                if self._heap:
                    wait = (self._heap[0][0] - now_ms()) / 1000
                    if wait <= 0:
                        return heapq.heappop(self._heap)[1]
                    self._wake.wait(wait)
                else:
                    self._wake.wait(5)
            return None

    def _work(self) -> None:
        courier = Courier()
        while (push_id := self._next()) is not None:
            # The transaction that queued it holds the lock until it commits, so a push never
            # leaves before its order can be fetched.
            row = store.row("SELECT * FROM pushes WHERE id = ?", (push_id,))
            if row is None or row["state"] != "queued":
                continue
            if row["due_ms"] > now_ms():
                self.schedule(push_id, row["due_ms"])
                continue
            self._send(courier, row)
        courier.close()

    def _send(self, courier: Courier, row: sqlite3.Row) -> None:
        try:
            shop = shops.find(row["shop"])
        except Refused:
            with store.transaction() as file:
                file.execute("UPDATE pushes SET state = 'failed' WHERE id = ?", (row["id"],))
            return
        if not self._claim(row):
            return
        sent_ms = now_ms()
        headers = platform.of(shop.platform).headers(
            shop, row["topic"], row["message_id"], row["body"], sent_ms
        )
        answer = courier.post(shop.push_url, row["body"], headers)
        self._settle(row, sent_ms=sent_ms, answer=answer)

    @staticmethod
    def _claim(row: sqlite3.Row) -> bool:
        """Mark the push as being sent; a rescheduled push sits in the heap twice."""
        with store.transaction() as file:
            taken = file.execute(
                "UPDATE pushes SET attempts = attempts + 1, due_ms = ?"
                " WHERE id = ? AND state = 'queued' AND attempts = ?",
                (now_ms() + int(ANSWER_WITHIN * 1000), row["id"], row["attempts"]),
            )
            return taken.rowcount == 1

    def _settle(self, row: sqlite3.Row, *, sent_ms: int, answer: Answer) -> None:
        ok = 200 <= answer.status < 300
        attempt = row["attempts"] + 1
        waits = backoff()
        again = not ok and attempt <= len(waits)
        due = now_ms() + int(waits[attempt - 1] * 1000) if again else row["due_ms"]
        state = "sent" if ok else "queued" if again else "failed"
        with store.transaction() as file:
            file.execute(
                "UPDATE pushes SET state = ?, due_ms = ?, sent_ms = ?, status = ?, latency_ms = ?"
                " WHERE id = ?",
                (state, due, sent_ms, answer.status, answer.latency_ms, row["id"]),
            )
            if row["is_first"]:
                file.execute(
                    "UPDATE orders SET push_sent_ms = COALESCE(push_sent_ms, ?),"
                    " push_attempts = ?, push_answered_ms = ? WHERE id = ?",
                    (sent_ms, attempt, now_ms() if ok else None, row["order_id"]),
                )
        if again:
            self.schedule(row["id"], due)


dispatcher = Dispatcher()
