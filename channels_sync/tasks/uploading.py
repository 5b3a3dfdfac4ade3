"""Tell the platforms what left."""

from __future__ import annotations

import time

from django.db import transaction

from channels_sync.connectors.interface import Connector, ConnectorError, Rejected
from channels_sync.services import shipments, shops
from channels_sync.services.shipments import Job
from channels_sync.tasks.talking import Line, note
from outbox.bells import bell_task, nudge

NAME = "channels_sync.tasks.upload_shipments"
SECONDS = 20.0


@bell_task(NAME)
def upload_shipments() -> None:
    """Upload every waybill that is owed; rings again when the time is used up."""
    until = time.monotonic() + SECONDS
    while upload_batch():
        if time.monotonic() >= until:
            nudge(task=NAME)
            return


def upload_batch() -> int:
    """Claim one batch and upload it; gives how many parcels."""
    with transaction.atomic(durable=True):
        jobs = shipments.claim()
    by_shop: dict[int, list[Job]] = {}
    for job in jobs:
        by_shop.setdefault(job.shop_id, []).append(job)
    for shop_id, mine in by_shop.items():
        _upload(shop_id, mine)
    return len(jobs)


def _upload(shop_id: int, jobs: list[Job]) -> None:
    told = Line(shop_id).say_all(_tell, jobs)
    answers = [
        (job, one if isinstance(one, ConnectorError) else None)
        for job, one in zip(jobs, told, strict=True)
    ]
    with transaction.atomic(durable=True):
        shipments.store_answers(answers=answers)
    trouble = [error for _, error in answers if error and not isinstance(error, Rejected)]
    if trouble:
        note(shop_id, trouble[0])
    else:
        shops.note_answer(shop_id=shop_id)


def _tell(connector: Connector, job: Job) -> bool:
    """Look before calling again when nobody knows whether the last call had its effect."""
    if job.look_first and connector.is_shipped(job.shipment):
        return True
    try:
        connector.push_shipment(job.shipment)
    except Rejected:
        # Somebody (a lost answer, the shop's own people) may have told it before.
        if not connector.is_shipped(job.shipment):
            raise
    return True
