"""What left the house is known at the platform: once, whatever becomes of the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from channels_sync.models import ShipmentUpload, Shop
from channels_sync.services import shipments, shops
from channels_sync.tasks.uploading import upload_batch
from outbox.clock import database_now
from tests import given
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db
PLATFORMS = pytest.mark.parametrize("platform", ["shopify", "taobao"])


def owe(shop: Shop, number: str, waybill: str = "SF1000000001", **more: Any) -> ShipmentUpload:
    return ShipmentUpload.objects.create(
        shop=shop, order_number=f"SO-{number}", platform_number=number, waybill=waybill,
        carrier_code="SF", **more,
    )  # fmt: skip


def upload_all() -> None:
    for _ in range(20):
        if not upload_batch():
            return


def known(world: World, number: str) -> list[str]:
    """Waybills the platform accepted."""
    record = world.get(f"/sandbox/orders/{number}")
    return [one["number"] for one in record["order"]["tracking"]]


def again(row: ShipmentUpload) -> None:
    ShipmentUpload.objects.filter(pk=row.pk).update(due_at=database_now())
    Shop.objects.update(not_before=None)


@PLATFORMS
def test_a_parcel_is_told(world: World, platform: str) -> None:
    given.sku("TEA")
    shop = world.shop(platform)
    number = world.order(shop)
    row = owe(shop, number)

    upload_all()

    assert known(world, number) == ["SF1000000001"]
    assert world.get(f"/sandbox/orders/{number}")["order"]["state"] == "shipped"
    row = ShipmentUpload.objects.get(pk=row.pk)
    assert (row.done_at is not None, row.attempts, row.outcome_unknown) == (True, 0, False)


@PLATFORMS
def test_a_part_of_an_order_is_told_with_its_lines(world: World, platform: str) -> None:
    shop = world.shop(platform, listings=("TEA", "RICE"))
    number = world.order(
        shop, lines=[{"sku": "TEA", "quantity": 1}, {"sku": "RICE", "quantity": 1}]
    )
    line = world.get(f"/sandbox/orders/{number}")["order"]["lines"][0]["id"]
    owe(shop, number, lines=[[str(line), 1]], is_partial=True)

    upload_all()

    assert world.get(f"/sandbox/orders/{number}")["order"]["state"] == "partially_shipped"


@PLATFORMS
def test_a_lost_answer_is_looked_up_before_it_is_told_again(world: World, platform: str) -> None:
    shop = world.shop(platform)
    number = world.order(shop)
    row = owe(shop, number)
    world.fault("timeout_after", shop=shop.code, count=1, only=["ship"], seconds=0.1)
    upload_all()
    row = ShipmentUpload.objects.get(pk=row.pk)
    assert (row.done_at, row.outcome_unknown, row.attempts) == (None, True, 1)

    again(row)
    upload_all()

    row = ShipmentUpload.objects.get(pk=row.pk)
    assert row.done_at is not None
    summary = world.get(f"/sandbox/records/summary?shop={shop.code}")
    assert (summary["shipments_told"], summary["refused_shipments"]) == (1, 0)


@PLATFORMS
def test_a_worker_that_died_in_the_middle_is_repeated_by_looking_first(
    world: World, platform: str
) -> None:
    shop = world.shop(platform)
    number = world.order(shop)
    row = owe(shop, number)
    with transaction.atomic():
        (job,) = shipments.claim()
    shops.connector_of(shop).push_shipment(job.shipment)
    assert upload_batch() == 0
    ShipmentUpload.objects.update(claimed_until=database_now() - timedelta(seconds=1))

    upload_all()

    assert ShipmentUpload.objects.get(pk=row.pk).done_at is not None
    summary = world.get(f"/sandbox/records/summary?shop={shop.code}")
    assert (summary["shipments_told"], summary["refused_shipments"]) == (1, 0)


@PLATFORMS
def test_what_the_platform_refuses_is_dead_in_plain_sight(world: World, platform: str) -> None:
    shop = world.shop(platform)
    number = world.order(shop)
    world.cancel(shop, number)
    row = owe(shop, number)

    upload_all()

    row = ShipmentUpload.objects.get(pk=row.pk)
    assert (row.done_at, row.attempts) == (None, 1)
    assert row.dead_at is not None
    assert row.error_code
    with transaction.atomic():
        assert shipments.retry(upload_ids=[row.pk]) == 1
    assert ShipmentUpload.objects.get(pk=row.pk).dead_at is None


@PLATFORMS
def test_a_throttled_shop_waits_and_loses_no_try(world: World, platform: str) -> None:
    shop = world.shop(platform)
    number = world.order(shop)
    row = owe(shop, number)
    world.fault("http_429", shop=shop.code, count=1)

    upload_all()

    row = ShipmentUpload.objects.get(pk=row.pk)
    assert (row.attempts, row.done_at, row.claimed_until) == (0, None, None)
    again(row)
    upload_all()
    assert ShipmentUpload.objects.get(pk=row.pk).done_at is not None
