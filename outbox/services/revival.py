"""Give dead news another life."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import connection, transaction
from django.db.models.functions import Now

from outbox.bells import nudge
from outbox.models import News
from outbox.services.telling import DELIVER


def revive(*, ids: Sequence[int]) -> int:
    """Deliver given-up news again, from the first attempt. Joins the caller's transaction.

    Returns:
        How many rows were dead and live again; others are left alone.
    """
    assert connection.in_atomic_block, "Reviving joins the transaction of whoever asks for it."
    rows = News.objects.select_for_update().filter(id__in=ids, dead_at__isnull=False)
    found = dict(rows.order_by("id").values_list("id", "handler"))
    News.objects.filter(id__in=found).update(
        dead_at=None, attempts=0, not_before=Now(), last_error=""
    )
    for handler in sorted(set(found.values())):
        transaction.on_commit(partial(nudge, task=DELIVER, args=(handler,)), robust=True)
    return len(found)
