"""Doorbells of the order desk."""

from celery import shared_task

from oms import services
from oms.selectors.retention import last_day_kept
from outbox.bells import bell_task, nudge
from outbox.periodic import once

PROCESS = "oms.tasks.process_orders"


@bell_task(PROCESS)
def process_orders() -> None:
    """Place whatever is due; rings again when the time is used up. Rung by intake and by beat.

    Orders are claimed row by row, so overlapping runs are harmless.
    """
    if not services.process_all(seconds=20.0):
        nudge(task=PROCESS)


@shared_task(name="oms.tasks.blank_receivers")
def blank_receivers(**_: object) -> None:
    """Hourly: remove receivers of orders that ended long ago, some hundreds a transaction."""
    before, more = last_day_kept(), True
    while more:
        with once(name="oms.tasks.blank_receivers") as alone:
            more = alone and services.blank_receivers(ended_before=before) == services.BATCH
