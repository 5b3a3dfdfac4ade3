"""Work on the inbox: fetch, take in, and process at once what was taken in."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError, transaction

from channels_sync.connectors.interface import ConnectorError, RawOrder, Throttled, Unavailable
from channels_sync.services import intake
from channels_sync.services.intake import Wanted
from channels_sync.tasks.talking import Line, note
from oms import services as orders
from outbox.bells import bell_task, nudge

log = logging.getLogger(__name__)

NAME = "channels_sync.tasks.process_inbox"
BATCH = 200
FETCHES = 64
# Batches per ring; then the bell is rung again so that other work gets its turn.
ROUNDS = 20


@bell_task(NAME)
def process_inbox() -> None:
    """Fetch and take in everything that waits, then route and hold it in the same breath."""
    for _ in range(ROUNDS):
        if not round_of_inbox():
            return
    nudge(task=NAME)


def round_of_inbox() -> bool:
    """One batch of each kind; False when nothing waited."""
    fetched = fetch_wanted()
    taken = take_in()
    if taken:
        orders.process()
    return bool(fetched or taken)


def fetch_wanted() -> int:
    """Ask the platforms for orders of which only the number is known; gives how many."""
    if not intake.any_wanted():
        return 0
    with transaction.atomic(durable=True):
        wanted = intake.claim_wanted(limit=FETCHES)
    by_shop: dict[int, list[Wanted]] = {}
    for one in wanted:
        by_shop.setdefault(one.shop_id, []).append(one)
    for shop_id, mine in by_shop.items():
        answers = Line(shop_id).say_all(
            lambda connector, one: connector.fetch(number=one.number), mine
        )
        _store(shop_id, dict(zip(mine, answers, strict=True)))
    return len(wanted)


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
