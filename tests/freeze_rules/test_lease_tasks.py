"""The doorbells of leases, with transactions that really commit."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from freeze_rules import tasks
from freeze_rules.models import Lease
from inventory import services as inventory
from tests import given


def test_freezes_get_their_leases_and_owners_are_reminded(real_commits: str) -> None:
    given.person("WAREHOUSE_LEAD")
    given.stock("TEA", 10)
    hold = given.held("FZ-1", "TEA", 2, reason="MANUAL")

    tasks.give_leases()
    with transaction.atomic():
        inventory.set_reviews({hold: timezone.now() - timedelta(days=1)})
    tasks.remind_of_reviews()

    assert Lease.objects.get(hold_id=hold).reminded_at is not None
