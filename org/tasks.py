"""Housekeeping of people."""

from celery import shared_task

from org import services
from outbox.periodic import once


@shared_task(name="org.tasks.forget_failures")
def forget_failures(**_: object) -> None:
    """Hourly: drop counts of failed sign-ins that lock nobody any more."""
    with once(name="org.tasks.forget_failures") as alone:
        if alone:
            services.forget_failures()
