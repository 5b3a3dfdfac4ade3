"""Doorbells of the order desk."""

from oms import services
from outbox.bells import bell_task, nudge

PROCESS = "oms.tasks.process_orders"


@bell_task(PROCESS)
def process_orders() -> None:
    """Place whatever is due; rings again when the time is used up. Rung by intake and by beat.

    Orders are claimed row by row, so overlapping runs are harmless.
    """
    if not services.process_all(seconds=20.0):
        nudge(task=PROCESS)
