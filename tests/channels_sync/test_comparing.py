"""The nightly proof that nothing is missing, and what happens to what is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from channels_sync.models import InboxOrder, MissingOrder, NightlyComparison
from channels_sync.services import comparison
from channels_sync.tasks import inbox
from channels_sync.tasks.comparing import compare_day
from channels_sync.tasks.pulling import pull_one
from oms.models import Order
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db


def today() -> date:
    return comparison.day_of(timezone.now())


@pytest.mark.parametrize("platform", ["shopify", "taobao"])
def test_what_is_missing_is_shown_and_fetched(world: World, platform: str) -> None:
    shop = world.shop(platform)
    kept = {world.order(shop) for _ in range(2)}
    while pull_one():
        pass
    lost = world.order(shop)

    assert compare_day(day=today()) == 1

    row = NightlyComparison.objects.get()
    assert (row.shop_id, row.placed, row.missing) == (shop.pk, 3, 1)
    assert MissingOrder.objects.get().platform_number == lost
    while inbox.round_of_inbox():
        pass
    assert set(Order.objects.values_list("platform_number", flat=True)) == kept | {lost}


def test_a_day_is_compared_once_and_only_its_own_orders_count(world: World) -> None:
    shop = world.shop("shopify")
    world.order(shop)
    assert compare_day(day=today() - timedelta(days=1)) == 0
    assert NightlyComparison.objects.get().placed == 0
    assert compare_day(day=today() - timedelta(days=1)) == 0
    assert InboxOrder.objects.count() == 0


def test_a_platform_in_trouble_leaves_the_day_to_be_compared(world: World) -> None:
    shop = world.shop("shopify")
    world.fault("http_500", shop=shop.code)
    compare_day(day=today())
    assert not NightlyComparison.objects.exists()
    assert comparison.shops_to_compare(day=today()) == [shop.pk]


def test_a_day_is_the_houses_day() -> None:
    start, end = comparison.bounds(date(2026, 1, 2))
    assert start.isoformat() == "2026-01-01T16:00:00+00:00"
    assert end - start == timedelta(days=1)
