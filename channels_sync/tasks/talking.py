"""Talking to a shop from a task: between transactions, with one token refresh when needed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from django.db import transaction

from channels_sync.connectors.http import refuse_inside_transaction
from channels_sync.connectors.interface import (
    AuthExpired,
    Connector,
    ConnectorError,
    NotTried,
    Throttled,
    Unavailable,
)
from channels_sync.models import Shop
from channels_sync.services import shops

log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Q = TypeVar("_Q")

SPEAKERS = 8
# How long to wait for somebody else's refresh: one call with its time-outs.
OTHERS_REFRESH_SECONDS = 20.0


class Line:
    """A connector to one shop that refreshes the token once when the platform says it expired."""

    def __init__(self, shop_id: int) -> None:
        self._shop_id = shop_id
        self._open()

    def _open(self) -> None:
        shop = Shop.objects.get(pk=self._shop_id)
        self.version = shop.token_version
        self.connector: Connector = shops.connector_of(shop)

    def say(self, call: Callable[[Connector], _T]) -> _T:
        """Make one call; after an expired token refresh and make it once more.

        Raises:
            ConnectorError: as the connector says.
        """
        try:
            return call(self.connector)
        except AuthExpired:
            self.renew()
            return call(self.connector)

    def say_all(
        self, call: Callable[[Connector, _Q], _T], asked: Sequence[_Q]
    ) -> list[_T | ConnectorError]:
        """Many calls at once, an answer or an error for each; expired ones go again once.

        After the first call that shows the shop to be in trouble the rest is not tried.
        """
        found = self._together(call, asked)
        late = [place for place, one in enumerate(found) if isinstance(one, AuthExpired)]
        if late:
            try:
                self.renew()
            except ConnectorError as error:
                log.warning("No new token for shop %s: %s", self._shop_id, error.code)
                return found
            again = self._together(call, [asked[place] for place in late])
            for place, one in zip(late, again, strict=True):
                found[place] = one
        return found

    def ask_briefly(
        self, call: Callable[[Connector, _Q], _T], asked: Sequence[_Q], *, seconds: float
    ) -> list[_T | ConnectorError]:
        """Many calls at once for so long and no longer; who has not answered is unavailable.

        No token is refreshed here. Threads that still wait end by the calls' own time-outs.
        """
        refuse_inside_transaction()
        connector, until = self.connector, time.monotonic() + seconds
        pool = ThreadPoolExecutor(max_workers=min(SPEAKERS, len(asked)))
        waiting = [pool.submit(call, connector, question) for question in asked]
        found: list[_T | ConnectorError] = []
        for one in waiting:
            try:
                found.append(one.result(timeout=max(0.0, until - time.monotonic())))
            except ConnectorError as error:
                found.append(error)
            except TimeoutError:
                found.append(Unavailable("slow", f"no answer within {seconds:g} s"))
        pool.shutdown(wait=False, cancel_futures=True)
        return found

    def _together(
        self, call: Callable[[Connector, _Q], _T], asked: Sequence[_Q]
    ) -> list[_T | ConnectorError]:
        refuse_inside_transaction()
        pause = Event()

        def one(question: _Q) -> _T | ConnectorError:
            if pause.is_set():
                return NotTried("not_tried")
            try:
                return call(self.connector, question)
            except ConnectorError as error:
                if isinstance(error, (Throttled, Unavailable)):
                    # Else every call waits for its own time-out, longer than a claim lasts.
                    pause.set()
                return error

        if len(asked) == 1:
            return [one(asked[0])]
        # The threads only speak HTTP; the database stays with this one.
        with ThreadPoolExecutor(max_workers=min(SPEAKERS, len(asked))) as pool:
            return list(pool.map(one, asked))

    def renew(self) -> None:
        """Have a newer token than the one that was refused: refresh it, or wait for who does.

        Raises:
            ConnectorError: the platform refuses to refresh.
        """
        patience = time.monotonic() + OTHERS_REFRESH_SECONDS
        while True:
            with transaction.atomic(durable=True):
                turn = shops.claim_refresh(shop_id=self._shop_id, seen_version=self.version)
            if turn == "mine":
                self._refresh()
                return
            if turn == "done" or time.monotonic() > patience:
                self._open()
                return
            time.sleep(0.1)

    def _refresh(self) -> None:
        tokens = None
        try:
            tokens = self.connector.refresh()
        finally:
            with transaction.atomic(durable=True):
                shops.store_refresh(shop_id=self._shop_id, seen_version=self.version, tokens=tokens)
        self._open()


def note(shop_id: int, error: ConnectorError) -> None:
    """Write down that a shop is in trouble, and leave it alone for a while."""
    with transaction.atomic(durable=True):
        shops.note_trouble(shop_id=shop_id, error=error)
    log.info("Shop %s: %s", shop_id, error.code)
