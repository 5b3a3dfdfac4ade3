"""Receivers are kept as long as somebody may still need them, and no longer.

What is left of an ended order is who sold what to which city: numbers, goods, amounts and the
ledger stay whole. The law that none is kept too long is in `oms.selectors.audit`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now

from oms.models import Receiver
from oms.selectors.retention import kept_too_long
from org import services as org
from outbox import services as outbox

BATCH = 500


def blank_receivers(*, ended_before: datetime, limit: int | None = None) -> int:
    """Remove receivers of orders that ended before a moment; returns how many.

    Joins the caller's transaction. Country, province and city stay, for statistics.
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    rows = kept_too_long(ended_before=ended_before).select_for_update(of=("self",), no_key=True)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: limit or BATCH])
    if not ids:
        return 0
    Receiver.objects.filter(pk__in=ids).update(
        name="", phone="", town="", address="", token="",
        masked_name="", masked_phone="", masked_address="", district="", postcode="",
        latitude=None, longitude=None, blanked_at=Now(),
    )  # fmt: skip
    org.record(
        actor="system:retention", action="receivers.blanked", subject="receivers",
        after={"orders": len(ids), "ended_before": ended_before.isoformat()},
    )  # fmt: skip
    outbox.tell(topic="receivers.blanked", keys=[str(each) for each in ids])
    return len(ids)
