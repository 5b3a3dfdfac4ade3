"""Work on the inbox: fetch, take in, and process at once what was taken in."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, transaction

from channels_sync.connectors.interface import (
    Connector,
    ConnectorError,
    RawOrder,
    Throttled,
    Unavailable,
)
from channels_sync.services import intake
from channels_sync.services.intake import Wanted
from channels_sync.tasks.talking import Line, note
from oms import services as orders
from outbox.bells import bell_task, nudge

log = logging.getLogger(__name__)

TAKE_IN = "channels_sync.tasks.process_inbox"
FETCH = "channels_sync.tasks.fetch_orders"
BATCH = 200
FETCHES = 64
FIRST_TRY_SECONDS = 2.0
# Batches per ring; then the bell is rung again so that other work gets its turn.
ROUNDS = 20


@bell_task(TAKE_IN)
def process_inbox() -> None:
    """Fetch what was only named, take everything in, route and hold it in the same breath.

    One process does this (the queue `orders`), so what arrives meanwhile is the next batch: under
    load batches grow, instead of many small ones competing. So it never waits long for a
    platform: whoever does not answer at once is asked again by `fetch_orders`.
    """
    for _ in range(ROUNDS):
        fetched = fetch_wanted(again=False)
        if not _take_in_and_place() and not fetched:
            return
    nudge(task=TAKE_IN)


@bell_task(FETCH)
def fetch_orders() -> None:
    """Ask again, with patience, for what a first short try did not bring."""
    for _ in range(ROUNDS):
        if not fetch_wanted(again=True):
            return
    nudge(task=FETCH)


def round_of_inbox() -> bool:
    """One batch of each kind; False when nothing waited."""
    fetched = fetch_wanted(again=False) + fetch_wanted(again=True)
    return _take_in_and_place() or bool(fetched)


def _take_in_and_place() -> bool:
    taken = take_in()
    if taken:
        orders.process()
    return bool(taken)


def fetch_wanted(*, again: bool) -> int:
    """Ask the platforms for orders of which only the number is known; gives how many."""
    if not intake.any_wanted(again=again):
        return 0
    with transaction.atomic(durable=True):
        wanted = intake.claim_wanted(again=again, limit=FETCHES)
    by_shop: dict[int, list[Wanted]] = {}
    for one in wanted:
        by_shop.setdefault(one.shop_id, []).append(one)
    for shop_id, mine in by_shop.items():
        line = Line(shop_id)
        if again:
            answers = line.say_all(_fetch, mine)
        else:
            answers = line.ask_briefly(_fetch, mine, seconds=FIRST_TRY_SECONDS)
        _store(shop_id, dict(zip(mine, answers, strict=True)))
    return len(wanted)


def _fetch(connector: Connector, one: Wanted) -> RawOrder:
    return connector.fetch(number=one.number)


def _store(shop_id: int, answers: dict[Wanted, RawOrder | ConnectorError]) -> None:
    with transaction.atomic(durable=True):
        intake.store_fetched(answers=answers)
    # One order that cannot be fetched waits alone; the shop rests when it says so or says nothing.
    troubles = [one for one in answers.values() if isinstance(one, (Throttled, Unavailable))]
    throttled = [one for one in troubles if isinstance(one, Throttled)]
    if throttled or (troubles and len(troubles) == len(answers)):
        note(shop_id, (throttled or troubles)[0])


def take_in() -> int:
    """Hand over one batch; when it fails as a whole, each row alone. Gives how many rows."""
    try:
        with transaction.atomic(durable=True):
            return intake.take_in(limit=BATCH)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("A batch of the inbox failed; its rows go one by one")
    ids = intake.waiting(limit=BATCH)
    for row_id in ids:
        try:
            with transaction.atomic(durable=True):
                intake.take_in(row_ids=[row_id])
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("Inbox order %s failed: %s", row_id, type(error).__name__)
            with transaction.atomic(durable=True):
                intake.put_aside(row_id=row_id, error=error)
    return len(ids)
