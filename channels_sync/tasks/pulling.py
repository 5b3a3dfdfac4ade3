"""Pull each shop at its own interval; one shop's trouble never holds up another."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.db import transaction

from channels_sync.connectors import CONNECTORS
from channels_sync.connectors.interface import ConnectorError, Rejected
from channels_sync.services import pulling, shops
from channels_sync.services.pulling import Claim, StalePuller
from channels_sync.tasks.talking import Line, note

log = logging.getLogger(__name__)

WINDOW = {platform: connector.window for platform, connector in CONNECTORS.items()}
OVERLAP = {platform: connector.overlap for platform, connector in CONNECTORS.items()}
SECONDS = 20.0


@shared_task(name="channels_sync.tasks.pull_due")
def pull_due(**_: object) -> None:
    """Pull shops that are due until none is or the time is used up."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and pull_one(until=until):
        pass


def pull_one(*, until: float | None = None) -> bool:
    """Pull the shop that is due longest, page by page; False when none is due."""
    with transaction.atomic(durable=True):
        claim = pulling.claim_due(window=WINDOW, overlap=OVERLAP)
    if claim is None:
        return False
    try:
        _pull(claim, until=until)
    except StalePuller as error:
        log.warning("%s", error)
    except ConnectorError as error:
        with transaction.atomic(durable=True):
            pulling.give_back(claim=claim, restart=isinstance(error, Rejected))
        note(claim.shop_id, error)
    return True


def _pull(claim: Claim, *, until: float | None) -> None:
    line = Line(claim.shop_id)
    going: Claim | None = claim
    while going is not None:
        asked = going
        page = line.say(
            lambda connector, asked=asked: connector.pull(  # type: ignore[misc]
                since=asked.since, until=asked.until, cursor=asked.page
            )
        )
        with transaction.atomic(durable=True):
            going = pulling.store_page(claim=asked, page=page)
        if going is not None and until is not None and time.monotonic() > until:
            # The page is remembered; the next run goes on with it.
            with transaction.atomic(durable=True):
                pulling.give_back(claim=going, restart=False)
            return
    shops.note_answer(shop_id=claim.shop_id)
