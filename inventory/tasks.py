"""Doorbells of the stock room."""

from celery import shared_task
from django.utils import timezone

from inventory import services as inventory
from outbox.periodic import once


@shared_task
def freeze_expired(**_: object) -> None:
    """Every hour: lots that expired since are frozen."""
    with once(name="inventory.freeze_expired") as alone:
        if alone:
            inventory.freeze_expired(today=timezone.localdate())
