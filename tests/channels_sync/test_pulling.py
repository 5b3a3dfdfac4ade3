"""Pulls lose nothing: overlap, moving pages, throttling, expired tokens, stale pullers."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import transaction

from channels_sync.connectors.interface import Page
from channels_sync.models import InboxOrder, PullCursor, Shop
from channels_sync.services import pulling, shops
from channels_sync.tasks import inbox
from channels_sync.tasks.pulling import OVERLAP, WINDOW, pull_one
from channels_sync.tasks.talking import Line
from oms.models import Order
from outbox.clock import database_now
from tests import given
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db


def pull_all() -> int:
    count = 0
    while pull_one():
        count += 1
        assert count < 500
    return count


def due_again(shop: Shop) -> None:
    PullCursor.objects.filter(shop=shop).update(due_at=database_now())


def claim_now() -> pulling.Claim | None:
    with transaction.atomic():
        return pulling.claim_due(window=WINDOW, overlap=OVERLAP)


@pytest.mark.parametrize("platform", ["shopify", "taobao"])
def test_a_lost_push_is_made_good_by_the_pull(world: World, platform: str) -> None:
    given.stock("TEA", 10)
    shop = world.shop(platform)
    numbers = {world.order(shop) for _ in range(3)}

    pull_all()
    while inbox.round_of_inbox():
        pass

    assert set(Order.objects.values_list("platform_number", flat=True)) == numbers
    assert given.free("TEA") == 7
    cursor = PullCursor.objects.get(shop=shop)
    assert (cursor.window_until, cursor.page, cursor.leased_until) == (None, "", None)
    assert cursor.due_at > database_now() + timedelta(seconds=100)


@pytest.mark.parametrize("platform", ["shopify", "taobao"])
def test_many_pages_are_read_to_the_end(world: World, platform: str) -> None:
    shop = world.shop(platform)
    world.trade(shop, 260)

    pull_all()

    assert InboxOrder.objects.filter(shop=shop).count() == 260


def test_orders_that_move_between_the_pages_are_not_lost(world: World) -> None:
    """Taobao sorts newest change first: a change while paging moves the order to page 1."""
    shop = world.shop("taobao")
    world.trade(shop, 210)
    rows = world.get(f"/sandbox/records/orders?shop={shop.code}")["orders"]
    PullCursor.objects.filter(shop=shop).update(safe_until=database_now() - timedelta(minutes=1))
    moved = iter(rows[:40] + rows[150:])

    claim = claim_now()
    assert claim is not None
    going: pulling.Claim | None = claim
    pages = 0
    while going is not None:
        page = Line(shop.pk).connector.pull(since=going.since, until=going.until, cursor=going.page)
        for _ in range(30):
            if (one := next(moved, None)) is not None:
                world.cancel(shop, one["number"])
        with transaction.atomic():
            going = pulling.store_page(claim=going, page=page)
        pages += 1
    due_again(shop)
    pull_all()

    assert pages >= 3
    assert InboxOrder.objects.filter(shop=shop).count() == 210


def test_the_cursor_moves_only_with_the_last_page(world: World) -> None:
    shop = world.shop("shopify")
    before = PullCursor.objects.get(shop=shop).safe_until
    claim = claim_now()
    assert claim is not None
    with transaction.atomic():
        going = pulling.store_page(claim=claim, page=Page((), "more"))
    assert going is not None
    assert PullCursor.objects.get(shop=shop).safe_until == before

    with transaction.atomic():
        assert pulling.store_page(claim=going, page=Page((), "")) is None
    assert PullCursor.objects.get(shop=shop).safe_until == claim.until


def test_a_puller_that_lost_its_claim_stores_nothing(world: World) -> None:
    shop = world.shop("shopify")
    stale = claim_now()
    assert stale is not None
    PullCursor.objects.update(leased_until=database_now() - timedelta(seconds=1))
    fresh = claim_now()
    assert fresh is not None
    number = world.order(shop)

    page = Line(shop.pk).connector.pull(since=stale.since, until=fresh.until, cursor="")
    assert fresh.fence == stale.fence + 1
    with pytest.raises(pulling.StalePuller), transaction.atomic():
        pulling.store_page(claim=stale, page=page)
    assert not InboxOrder.objects.filter(platform_number=number).exists()


def test_one_throttled_shop_does_not_hold_up_another(world: World) -> None:
    busy, calm = world.shop("shopify"), world.shop("taobao")
    world.order(calm)
    world.fault("http_429", shop=busy.code)

    pull_all()

    assert InboxOrder.objects.filter(shop=calm).count() == 1
    cursor = PullCursor.objects.get(shop=busy)
    busy = Shop.objects.get(pk=busy.pk)
    assert busy.not_before is not None
    assert busy.not_before > database_now()
    assert cursor.leased_until is None
    assert (busy.failures, busy.trouble) == (0, "")


def test_a_token_that_expires_in_the_middle_is_refreshed_once(world: World) -> None:
    shop = world.shop("taobao")
    number = world.order(shop)
    world.fault("expired_token", shop=shop.code, count=1, skip=1)

    pull_all()
    inbox.round_of_inbox()

    assert Order.objects.get().platform_number == number
    fresh = Shop.objects.get(pk=shop.pk)
    assert fresh.token_version == shop.token_version + 1
    assert fresh.credentials["session"] != shop.credentials["session"]
    assert fresh.credentials["app_secret"] == "helloworld"


@pytest.mark.parametrize("kind", ["http_500", "timeout_before", "truncated_body"])
@pytest.mark.parametrize("platform", ["shopify", "taobao"])
def test_a_platform_in_trouble_is_noted_and_pulled_later(
    world: World, platform: str, kind: str
) -> None:
    shop = world.shop(platform)
    world.order(shop)
    world.fault(kind, shop=shop.code, seconds=0.1)

    pull_all()

    row = Shop.objects.get(pk=shop.pk)
    assert (row.failures, InboxOrder.objects.count()) == (1, 0)
    assert row.trouble
    world.delete("/sandbox/faults")
    with transaction.atomic():
        shops.pull_now(shop_id=shop.pk)
    pull_all()
    row = Shop.objects.get(pk=shop.pk)
    assert (row.failures, row.trouble, InboxOrder.objects.count()) == (0, "", 1)


def test_late_rows_are_found_by_the_overlap(world: World) -> None:
    """A row that shows up late carries a time the cursor has already passed."""
    shop = world.shop("shopify")
    world.fault("visibility_lag", shop=shop.code, seconds=1)
    number = world.order(shop)
    pull_all()
    assert InboxOrder.objects.count() == 0

    time.sleep(1.2)
    due_again(shop)
    pull_all()

    assert InboxOrder.objects.get().platform_number == number
