"""Push stock figures: many figures per call, many calls at once, one shop's trouble apart."""

from __future__ import annotations

import logging
import time

from celery import shared_task
from django.db import transaction

from channels_sync.connectors.interface import (
    ConnectorError,
    Rejected,
)
from channels_sync.models import Shop
from channels_sync.services import publishing, shops
from channels_sync.services.publishing import Job
from channels_sync.tasks.talking import Line, note
from outbox.bells import bell_task, nudge
from outbox.periodic import once

log = logging.getLogger(__name__)

NAME = "channels_sync.tasks.publish_stock"
SECONDS = 20.0


@bell_task(NAME)
def publish_stock() -> None:
    """Publish every stale figure, batch after batch; rings again when the time is used up."""
    until = time.monotonic() + SECONDS
    while publish_batch():
        if time.monotonic() >= until:
            nudge(task=NAME)
            return


def publish_batch() -> int:
    """Claim one batch and push it; gives how many figures."""
    with transaction.atomic(durable=True):
        jobs = publishing.claim()
    for job in jobs:
        _publish(job)
    return sum(len(job.items) for job in jobs)


def _publish(job: Job) -> None:
    answers: dict[int, ConnectorError | None] = {}
    trouble: ConnectorError | None = None
    try:
        line = _line(job.shop_id)
        batches = line.connector.stock_batches(job.items)
        told = line.say_all(lambda connector, batch: connector.push_stock(batch), batches)
    except ConnectorError as error:
        answers, trouble = {item.listing_id: error for item in job.items}, error
    else:
        for batch, answer in zip(batches, told, strict=True):
            if isinstance(answer, ConnectorError):
                answers |= {item.listing_id: answer for item in batch}
                trouble = trouble or answer
            else:
                answers |= {one.listing_id: one.error for one in answer}
    with transaction.atomic(durable=True):
        publishing.store_answers(job=job, answers=answers)
    if trouble is not None and not isinstance(trouble, Rejected):
        note(job.shop_id, trouble)
    elif any(error is None for error in answers.values()):
        shops.note_answer(shop_id=job.shop_id)


def _line(shop_id: int) -> Line:
    """A line to the shop that knows where its figures lie."""
    shop = Shop.objects.get(pk=shop_id)
    if shop.platform != Shop.Platform.SHOPIFY or shop.location_id:
        return Line(shop_id)
    found = Line(shop_id).say(lambda connector: connector.find_location())
    shops.note_location(shop_id=shop_id, location_id=found)
    return Line(shop_id)


@shared_task(name="channels_sync.tasks.sweep_figures")
def sweep_figures(**_: object) -> None:
    """Each minute: whatever moved without being told is published all the same."""
    after = 0
    while True:
        with once(name="sweep figures") as alone:
            if not alone:
                return
            after = publishing.sweep(after=after)
        if not after:
            return
