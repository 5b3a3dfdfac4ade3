"""Doorbells of the outbox."""

from celery import shared_task

from outbox import selectors, services
from outbox.bells import answered, nudge
from outbox.services.telling import DELIVER


@shared_task(name=DELIVER)
def deliver(handler: str, **_: object) -> None:
    """Let one handler hear everything that is due; rings again when the time is used up."""
    answered(task=DELIVER, args=(handler,))
    if services.deliver(handler=handler).more:
        nudge(task=DELIVER, args=(handler,))


@shared_task(name="outbox.tasks.sweep")
def sweep(**_: object) -> None:
    """Each second: one batch for every handler with due news, so a lost nudge costs a second.

    Rows are claimed, so a second beat or an overlapping sweep is harmless.
    """
    for handler in selectors.handlers_with_due_news():
        if services.deliver_batch(handler=handler).more:
            nudge(task=DELIVER, args=(handler,))
