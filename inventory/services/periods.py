"""Closed periods: what is booked afterwards is booked into the open one."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

from inventory.ledger import lock_periods
from inventory.models import Closing
from inventory.requests import Refused


def close_until(*, until: datetime, actor: str) -> datetime:
    """Close everything before `until`; gives the moment before which all is closed now.

    Closing what is closed already changes nothing: a period is never opened again. Bookings
    that are under way with a time of their own are waited for.

    Raises:
        Refused: in_the_future, because what happens now must find an open period.
    """
    assert connection.in_atomic_block
    lock_periods(alone=True)
    now = timezone.now()
    if until > now:
        raise Refused("in_the_future", asked=until, there=now)
    latest = closed_until()
    if latest is not None and until <= latest:
        return latest
    Closing.objects.create(until=until, closed_by=actor)
    return until


def closed_until() -> datetime | None:
    """The moment before which nothing may be booked any more, if any."""
    return Closing.objects.order_by("-until").values_list("until", flat=True).first()
