"""Housekeeping of people."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction

from org import services
from org.services import approvals, invitations, sessions
from org.services.notice_sending import SPREAD
from outbox.bells import bell_task, nudge
from outbox.periodic import once

log = logging.getLogger("org.seals")

JOBS = "org.tasks.work_on_jobs"
SEND_NOTICES = "org.tasks.send_notices"
READ_SEALS = "org.tasks.read_seals"
# Blocks of one chain that a beat may seal: a backlog is sealed in seconds, others wait no longer.
MOST_BLOCKS = 10


@shared_task(name="org.tasks.forget_failures")
def forget_failures(**_: object) -> None:
    """Hourly: drop counts of failed sign-ins that lock nobody any more, and sessions run out."""
    with once(name="org.tasks.forget_failures") as alone:
        if alone:
            services.forget_failures()
            sessions.forget_sessions()


@bell_task(name="org.tasks.send_invitations")
def send_invitations() -> None:
    """Send the mails with links that are due."""
    invitations.send_due()


# 5,000 rows each; a house that is asked 300 times a second brings 18,000 a minute.
MOST_SWEEPS = 20


@shared_task(name="org.tasks.forget_requests")
def forget_requests(**_: object) -> None:
    """Each minute: drop nonces whose time stamps are stale and answers older than a day."""
    with once(name="org.tasks.forget_requests") as alone:
        if alone:
            for _round in range(MOST_SWEEPS):
                if not services.forget_requests():
                    break


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


@shared_task(name="org.tasks.seal")
def seal(**_: object) -> None:
    """Every second: seal what was committed, in a transaction of its own for each block.

    The first block of an hour is logged: logs are kept elsewhere, so a chain whose tail was cut
    off no longer has what stands there.
    """
    for chain in settings.SEALED:
        for _again in range(MOST_BLOCKS):
            with once(name=f"org.tasks.seal {chain}") as alone:
                block = services.seal(chain=chain) if alone else None
            if block is None:
                break
            if block.is_first_of_its_hour:
                log.info("Sealed %s:%s:%s", chain, block.number, block.hash)


@shared_task(name="org.tasks.begin_reading_seals")
def begin_reading_seals(**_: object) -> None:
    """Daily: have all chains read again."""
    with once(name="org.tasks.begin_reading_seals") as alone:
        if alone:
            services.begin_reading()


@bell_task(name=READ_SEALS)
def read_seals() -> None:
    """Read the next blocks of every chain that is being read; more of it is a new message."""
    more = False
    for chain in settings.SEALED:
        with transaction.atomic(durable=True):
            more = services.read_on(chain=chain) is not None or more
    if more:
        nudge(task=READ_SEALS)


@bell_task(name=SEND_NOTICES)
def send_notices() -> None:
    """Work out whom notices go to, and send what is due; more of it is a new message."""
    more = services.spread_notices() == SPREAD
    if services.send_notices() or more:
        nudge(task=SEND_NOTICES)
