"""Doorbells of the stock room."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from inventory import services as inventory
from inventory.services import sweeps
from outbox.periodic import once


@shared_task
def freeze_expired(**_: object) -> None:
    """Every hour: lots that expired since are frozen."""
    with once(name="inventory.freeze_expired") as alone:
        if alone:
            inventory.freeze_expired(today=timezone.localdate())


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
        began, found, replayed = sweeps.look_at_everything()
    with transaction.atomic(durable=True):
        sweeps.note_everything(began, found=found, replayed=replayed)
