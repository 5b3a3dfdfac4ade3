"""The inbox: newest version wins, poison is kept apart, every failure is in sight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from channels_sync.connectors.interface import RawOrder
from channels_sync.models import InboxOrder, Listing, Shop
from channels_sync.services import inbox as told
from channels_sync.services import intake
from channels_sync.tasks import inbox
from channels_sync.tasks.talking import Line
from oms.models import Order, OrderException
from tests import given
from tests.channels_sync.test_pushes import connected
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def payload(number: int = 1, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    line = {"id": number * 10, "sku": "TEA", "variant_id": 5, "product_id": 6, "quantity": 1,
            "price": "10.00"}  # fmt: skip
    return {
        "id": number, "created_at": NOON.isoformat(), "updated_at": at.isoformat(),
        "financial_status": "paid", "total_price": "10.00", "currency": "USD",
        "line_items": [line],
        "shipping_address": {"name": "Ann Lee", "address1": "1 Elm St", "city": "Boston",
                             "province": "MA", "zip": "02101", "country_code": "US"},
        **more,
    }  # fmt: skip


def tell(shop: Shop, order: dict[str, Any], source: str = told.PUSHED) -> int:
    from channels_sync.services.shops import connector_of

    raw = connector_of(shop).raw(order)  # type: ignore[attr-defined]
    with transaction.atomic():
        return told.store(shop_id=shop.pk, orders=[raw], source=source)


def test_the_newest_version_wins_whatever_the_order_of_arrival() -> None:
    shop = connected("shopify")
    newer = payload(at=NOON + timedelta(seconds=5), cancelled_at=NOON.isoformat())
    assert tell(shop, newer) == 1
    assert tell(shop, payload()) == 0
    inbox.round_of_inbox()

    assert Order.objects.get().state == "CANCELLED"
    assert InboxOrder.objects.get().modified_at == NOON + timedelta(seconds=5)


def test_the_same_version_again_is_not_taken_in_twice() -> None:
    shop = connected("shopify")
    tell(shop, payload())
    inbox.round_of_inbox()
    before = InboxOrder.objects.values().get()

    assert tell(shop, payload()) == 0
    assert not inbox.round_of_inbox()
    assert InboxOrder.objects.values().get() == before


def test_two_versions_of_one_second_are_settled_by_asking_the_platform() -> None:
    shop = connected("shopify")
    tell(shop, payload())
    inbox.round_of_inbox()
    assert tell(shop, payload(financial_status="refunded")) == 1

    row = InboxOrder.objects.get()
    assert (row.fetch_wanted, row.payload["financial_status"]) == (True, "paid")
    tell(shop, payload(financial_status="refunded"), told.FETCHED)
    inbox.take_in()
    assert Order.objects.get().state == "CANCELLED"


def test_a_change_within_the_same_second_reaches_the_order(world: World) -> None:
    """Platform times have whole seconds; what a fetch says last is true."""
    shop = world.shop("shopify")
    tell(shop, payload(at=NOON))
    inbox.take_in()
    moved = payload(at=NOON)
    moved["shipping_address"]["city"] = "Salem"
    tell(shop, moved, told.FETCHED)
    inbox.take_in()

    from oms.models import Receiver

    assert Receiver.objects.get().city == "Salem"


def test_one_poisonous_payload_does_not_stop_the_others() -> None:
    shop = connected("shopify")
    tell(shop, payload(1))
    bad = payload(2)
    del bad["created_at"]
    bad["updated_at"] = "yesterday"
    with transaction.atomic():
        told.store(shop_id=shop.pk, orders=[RawOrder("2", NOON, "x", bad)], source=told.PUSHED)
    tell(shop, payload(3))

    inbox.round_of_inbox()

    assert set(Order.objects.values_list("platform_number", flat=True)) == {"1", "3"}
    row = InboxOrder.objects.get(platform_number="2")
    assert row.dead_at is not None
    assert (row.error_code, row.error_where) == ("time_missing", "updated_at")


def test_a_payload_that_cannot_be_opened_is_kept_apart() -> None:
    """One row encrypted with a lost key must not stop the shop."""
    shop = connected("shopify")
    tell(shop, payload(1))
    tell(shop, payload(2))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE channels_sync_inboxorder SET payload='x' WHERE platform_number='1'")

    inbox.take_in()

    assert Order.objects.get().platform_number == "2"
    row = InboxOrder.objects.defer("payload").get(platform_number="1")
    assert (row.attempts, row.dead_at, row.error_code) == (1, None, "NoKeyFits")
    for _ in range(7):
        with transaction.atomic():
            intake.put_aside(row_id=row.pk, error=ValueError())
    assert InboxOrder.objects.defer("payload").get(pk=row.pk).dead_at is not None


def test_a_batch_costs_a_constant_number_of_statements(
    django_assert_max_num_queries: Any,
) -> None:
    given.sku("TEA")
    shop = connected("shopify")
    tell(shop, payload(1))
    with transaction.atomic():
        intake.take_in()

    def count(numbers: range) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for number in numbers:
            tell(shop, payload(number))
        with (
            CaptureQueriesContext(
                connection,
            ) as seen,
            transaction.atomic(),
        ):
            intake.take_in()
        return len(seen)

    assert count(range(2, 4)) == count(range(10, 60))


def test_an_unknown_item_is_kept_as_an_unmatched_listing() -> None:
    shop = connected("shopify")
    tell(shop, payload())
    inbox.round_of_inbox()

    row = Listing.objects.get()
    assert (row.outer_code, row.sku_id, row.is_offered) == ("TEA", None, False)
    assert OrderException.objects.get().code == "unmapped_sku"


def test_an_order_that_does_not_exist_is_a_dead_letter(world: World) -> None:
    shop = world.shop("taobao")
    with transaction.atomic():
        told.store(shop_id=shop.pk, orders=[RawOrder("123456", None, "", None)], source=told.PUSHED)

    inbox.round_of_inbox()

    row = InboxOrder.objects.get()
    assert row.dead_at is not None
    assert row.error_code == "isv.trade-not-exist"


def test_an_order_told_again_while_it_was_fetched_is_fetched_again(world: World) -> None:
    shop = world.shop("taobao")
    number = world.order(shop)
    name = RawOrder(number, None, "", None)
    with transaction.atomic():
        told.store(shop_id=shop.pk, orders=[name], source=told.PUSHED)
    with transaction.atomic():
        (wanted,) = intake.claim_wanted(again=False)
    fetched = Line(shop.pk).connector.fetch(number=number)
    with transaction.atomic():
        told.store(shop_id=shop.pk, orders=[name], source=told.PUSHED)
    with transaction.atomic():
        intake.store_fetched(answers={wanted: fetched})

    row = InboxOrder.objects.get()
    assert (row.fetch_wanted, row.payload is not None) == (True, True)


def test_dead_letters_get_another_try() -> None:
    shop = connected("shopify")
    tell(shop, payload(1))
    InboxOrder.objects.update(dead_at=NOON, attempts=8)
    assert not inbox.round_of_inbox()
    with transaction.atomic():
        told.retry(row_ids=[InboxOrder.objects.get().pk])
    assert inbox.round_of_inbox()
    assert Order.objects.count() == 1
