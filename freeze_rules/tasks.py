"""Doorbells of the rules: what is due is said by rows."""

from celery import shared_task
from django.utils import timezone

from freeze_rules.services import leases
from outbox.periodic import once

# Batches of one run: a run ends in seconds, the next tick goes on.
BATCHES = 20


@shared_task
def give_leases(**_: object) -> None:
    """Every few seconds: freezes that nobody looks after get an owner and a review."""
    for _batch in range(BATCHES):
        with once(name="freeze_rules.give_leases") as alone:
            if not alone or leases.sweep() < leases.BATCH:
                return


@shared_task
def remind_of_reviews(**_: object) -> None:
    """Every minute: owners hear once a day of freezes past their review."""
    for _batch in range(BATCHES):
        with once(name="freeze_rules.remind_of_reviews") as alone:
            if not alone or leases.remind(now=timezone.now()) < leases.BATCH:
                return
