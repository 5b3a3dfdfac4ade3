"""Doorbell of the webhooks."""

from outbox import bells
from outbox.bells import bell_task
from webhooks.services import send_due

TASK = "webhooks.tasks.send"


@bell_task(TASK)
def send() -> None:
    """Send what is due; rings again while there is more."""
    if send_due().more:
        bells.nudge(task=TASK)
