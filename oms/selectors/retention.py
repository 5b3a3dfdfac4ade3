"""Which receivers are kept longer than they may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from oms.models import Order, Receiver

ENDED = ("SHIPPED", "COMPLETED", "CANCELLED", "CLOSED")


def kept_too_long(*, ended_before: datetime) -> QuerySet[Receiver]:
    """Receivers, not yet removed, of orders that ended before a moment."""
    rows = Receiver.objects.filter(blanked_at__isnull=True, order__state__in=ENDED)
    ended = Coalesce("order__shipped_at", "order__cancelled_at", "order__received_at")
    return rows.annotate(ended_at=ended).filter(ended_at__lt=ended_before)


def last_day_kept(*, grace: timedelta = timedelta(0)) -> datetime:
    """Orders that ended before this moment keep no receiver."""
    return timezone.now() - timedelta(days=settings.RECEIVER_RETENTION_DAYS) - grace


def told_as(order_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Shop and platform number of orders."""
    rows = Order.objects.filter(pk__in=order_ids)
    return list(rows.values_list("shop_id", "platform_number"))
