"""The nightly proof: every order of yesterday at the platform is here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels_sync.connectors.interface import RawOrder
from channels_sync.models import InboxOrder, MissingOrder, NightlyComparison, Shop
from channels_sync.services import inbox


def day_of(moment: datetime) -> date:
    """The calendar day of the house's zone."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """Beginning and end of a day of the house's zone, in UTC."""
    zone = timezone.get_default_timezone()
    assert settings.USE_TZ
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def shops_to_compare(*, day: date) -> list[int]:
    """Active shops whose orders of that day have not been compared yet."""
    done = NightlyComparison.objects.filter(day=day).values("shop_id")
    rows = Shop.objects.filter(is_active=True).exclude(pk__in=done).exclude(platform="api")
    return list(rows.order_by("id").values_list("id", flat=True))


def record(*, shop_id: int, day: date, numbers: Sequence[str]) -> int:
    """Keep the result and have what is missing fetched, in the caller's transaction.

    Args:
        numbers: every order the platform says was placed that day.

    Returns:
        How many we lacked.
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    placed = set(numbers)
    here = set(
        InboxOrder.objects.filter(shop_id=shop_id, platform_number__in=placed).values_list(
            "platform_number", flat=True
        )
    )
    missing = sorted(placed - here)
    made, _ = NightlyComparison.objects.update_or_create(
        shop_id=shop_id, day=day, defaults={"placed": len(placed), "missing": len(missing)}
    )
    MissingOrder.objects.bulk_create(
        [MissingOrder(comparison=made, platform_number=number) for number in missing],
        ignore_conflicts=True,
    )
    wanted = [RawOrder(number, None, "", None) for number in missing]
    inbox.store(shop_id=shop_id, orders=wanted, source=inbox.WISHED)
    return len(missing)
