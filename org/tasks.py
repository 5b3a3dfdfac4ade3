"""Housekeeping of people."""

from celery import shared_task
from django.db import transaction

from org import services
from org.services import approvals
from outbox.bells import bell_task, nudge
from outbox.periodic import once

JOBS = "org.tasks.work_on_jobs"


@shared_task(name="org.tasks.forget_failures")
def forget_failures(**_: object) -> None:
    """Hourly: drop counts of failed sign-ins that lock nobody any more."""
    with once(name="org.tasks.forget_failures") as alone:
        if alone:
            services.forget_failures()


@bell_task(name=JOBS)
def work_on_jobs() -> None:
    """Do chunks of the job that waits longest; more of it, or another, is a new message."""
    if services.work_on_jobs():
        nudge(task=JOBS)


@shared_task(name="org.tasks.watch_approvals")
def watch_approvals(**_: object) -> None:
    """Escalate or close requests whose deadline has passed, batch by batch."""
    while True:
        with transaction.atomic(durable=True):
            if approvals.watch_deadlines() < approvals.BATCH:
                return
