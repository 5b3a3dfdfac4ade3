"""Doorbells of the stock room."""

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from inventory import services as inventory
from inventory.selectors.everything import look_at_everything
from inventory.services import snapshots, sweeps, warnings
from outbox.periodic import once

# Batches of one run: a run ends in seconds, the next tick goes on.
BATCHES = 20


@shared_task
def freeze_expired(**_: object) -> None:
    """Every hour: lots that expired since are frozen."""
    with once(name="inventory.freeze_expired") as alone:
        if alone:
            inventory.freeze_expired(today=timezone.localdate())


@shared_task
def release_due(**_: object) -> None:
    """Every few seconds: claims whose time is up, some thousand in a transaction."""
    for _batch in range(BATCHES):
        with once(name="inventory.release_due") as alone:
            if not alone or inventory.release_due(now=timezone.now()) < inventory.DUE_AT_ONCE:
                return


@shared_task
def warn_of_reviews(**_: object) -> None:
    """Every minute: freezes whose review has become due are told of."""
    with once(name="inventory.warn_of_reviews") as alone:
        if alone:
            warnings.warn_of_reviews()


@shared_task
def sweep_changed(**_: object) -> None:
    """Every minute: all laws on what changed since the minute before."""
    with once(name="inventory.sweep_changed") as alone:
        if alone:
            sweeps.sweep_changed()


@shared_task
def sweep_slice(**_: object) -> None:
    """Every minute: all laws on a slice of the rest, so that an hour covers everything."""
    with once(name="inventory.sweep_slice") as alone:
        if alone:
            sweeps.sweep_slice()


# Ten million entries take minutes; a second one finds the lock taken and goes.
@shared_task(soft_time_limit=3600, time_limit=3660)
def sweep_everything(**_: object) -> None:
    """When somebody asked, and once a day: both checkers on everything."""
    with once(name="inventory.sweep_everything", one_moment=True) as alone:
        if not alone or not sweeps.everything_is_due():
            return
        began = timezone.now()
        found = look_at_everything()
    with transaction.atomic(durable=True):
        sweeps.note_everything(began, found=found)


@shared_task
def take_marks(**_: object) -> None:
    """Every few seconds: balances that moved much get marks, so that their past is read quickly."""
    for _batch in range(BATCHES):
        with once(name="inventory.take_marks") as alone:
            if not alone or not snapshots.take_marks():
                return


@shared_task
def take_snapshot(**_: object) -> None:
    """Every few minutes, until it is done: the stock of all balances at the end of last month.

    An hour late, so that what was being written at midnight is in it.
    """
    month = snapshots.last_month_end(timezone.now() - timedelta(hours=1))
    for _batch in range(BATCHES):
        with once(name="inventory.take_marks") as alone:
            if not alone or snapshots.take_snapshot(taken_for=month):
                return
