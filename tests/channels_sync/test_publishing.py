"""The shop shows what is free: by version, and nobody overwrites a newer figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from channels_sync.connectors.interface import StockItem
from channels_sync.models import Listing, Shop
from channels_sync.services import catalogue, matching, publishing, shops
from channels_sync.tasks.catalogue import read_catalogue
from channels_sync.tasks.publishing import publish_batch, sweep_figures
from inventory import selectors as stock
from outbox.clock import database_now
from tests import given
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db
PLATFORMS = pytest.mark.parametrize("platform", ["shopify", "taobao"])


def publish_all() -> int:
    count = 0
    while publish_batch():
        count += 1
        assert count < 50
    return count


def shown(world: World, shop: Shop) -> dict[str, int]:
    rows = world.get(f"/sandbox/records/stock?shop={shop.code}")["stock"]
    return {row["sku"]: row["figure"] for row in rows}


def told(world: World, shop: Shop) -> dict[str, Any]:
    rows = world.get(f"/sandbox/records/stock?shop={shop.code}")["stock"]
    return {row["sku"]: (row["told"], row["times_told"]) for row in rows}


def stock_changed(*codes: str) -> None:
    with transaction.atomic():
        publishing.note_stock_changed(keys=[str(given.sku(code)) for code in codes])


@PLATFORMS
def test_the_catalogue_is_read_matched_by_code_and_published(world: World, platform: str) -> None:
    given.stock("TEA", 10)
    given.stock("RICE", 4)
    shop = world.shop(platform, listings=("TEA", "RICE", "ODD"))

    read_catalogue(shop_id=shop.pk)
    publish_all()

    assert shown(world, shop) == {"TEA": 10, "RICE": 4, "ODD": 0}
    assert told(world, shop)["ODD"] == (None, 0)
    rows = {row.outer_code: row for row in Listing.objects.all()}
    assert rows["ODD"].sku_id is None
    assert (rows["TEA"].acked_qty, rows["TEA"].stale_since) == (10, None)
    assert rows["TEA"].acked_basis == rows["TEA"].computed_basis


@PLATFORMS
def test_a_change_of_stock_is_published_once(world: World, platform: str) -> None:
    given.stock("TEA", 10)
    shop = world.shop(platform)
    read_catalogue(shop_id=shop.pk)
    publish_all()
    given.held("SO-X", "TEA", 3)
    stock_changed("TEA")
    stock_changed("TEA")

    publish_all()
    publish_all()

    assert told(world, shop) == {"TEA": (7, 2)}


@PLATFORMS
def test_a_sale_at_the_platform_does_not_hinder_the_next_figure(
    world: World, platform: str
) -> None:
    """The platform lowers its figure itself: comparing with what we set last must not block."""
    given.stock("TEA", 10)
    shop = world.shop(platform)
    read_catalogue(shop_id=shop.pk)
    publish_all()
    world.order(shop, "TEA", 2)
    assert shown(world, shop) == {"TEA": 8}
    given.stock("TEA", 5)
    stock_changed("TEA")

    publish_all()

    assert shown(world, shop) == {"TEA": 15}


def test_one_unknown_sku_does_not_stop_the_others(world: World) -> None:
    for platform in ("shopify", "taobao"):
        given.stock("TEA", 1)
        given.stock("RICE", 1)
        shop = world.shop(platform, offered=[
            {"sku": "TEA", "item_id": 7, "variant_id": 71, "price": "1.00"},
            {"sku": "RICE", "item_id": 7, "variant_id": 72, "price": "1.00"},
        ])  # fmt: skip
        read_catalogue(shop_id=shop.pk)
        Listing.objects.filter(shop=shop, outer_code="RICE").update(
            platform_sku_id="999", inventory_item_id="999"
        )

        publish_all()

        rows = {row.outer_code: row for row in Listing.objects.filter(shop=shop)}
        assert shown(world, shop)["TEA"] == rows["TEA"].acked_qty
        assert rows["RICE"].dead_at is not None
        assert rows["RICE"].error_code
        assert rows["RICE"].acked_qty is None


def test_stock_that_moves_while_publishing_keeps_the_figure_stale(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    with transaction.atomic():
        (job,) = publishing.claim()
    given.held("SO-X", "TEA", 4)
    stock_changed("TEA")
    with transaction.atomic():
        publishing.store_answers(job=job, answers={job.items[0].listing_id: None})

    row = Listing.objects.get()
    assert (row.acked_qty, row.stale_since is not None) == (10, True)
    publish_all()
    row = Listing.objects.get()
    assert (row.acked_qty, row.stale_since) == (6, None)


def test_an_answer_that_comes_after_a_newer_claim_is_ignored(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    with transaction.atomic():
        (old,) = publishing.claim()
    Listing.objects.update(claimed_until=database_now() - timedelta(seconds=1))
    given.held("SO-X", "TEA", 4)
    publish_all()

    with transaction.atomic():
        publishing.store_answers(job=old, answers={old.items[0].listing_id: None})

    row = Listing.objects.get()
    assert (row.acked_qty, row.computed_qty) == (6, 6)


def test_two_publishers_never_claim_the_same_figure(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    with transaction.atomic():
        assert len(publishing.claim()) == 1
    with transaction.atomic():
        assert publishing.claim() == []


def test_the_sweep_finds_a_change_nobody_told(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    publish_all()
    given.held("SO-X", "TEA", 1)

    sweep_figures()
    publish_all()

    assert shown(world, shop) == {"TEA": 9}
    assert told(world, shop)["TEA"][1] == 2
    sweep_figures()
    assert publish_all() == 0


def test_figures_follow_bindings_and_safety_stock(world: World) -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 5, warehouse="WH2")
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    publish_all()
    with transaction.atomic():
        shops.bind_warehouses(
            shop_id=shop.pk,
            warehouse_ids=[given.warehouse_id("WH2")],
            actor="system:test",
        )
    publish_all()
    assert shown(world, shop) == {"TEA": 5}

    with transaction.atomic():
        shops.change_safety(shop_id=shop.pk, safety_qty=7, actor="system:test")
    publish_all()
    assert shown(world, shop) == {"TEA": 0}


def test_a_platform_in_trouble_gets_the_figure_later(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("taobao")
    read_catalogue(shop_id=shop.pk)
    world.fault("http_500", shop=shop.code, only=["stock"])
    publish_all()
    row = Listing.objects.get()
    assert (row.acked_qty, row.attempts, row.dead_at) == (None, 1, None)

    world.delete("/sandbox/faults")
    with transaction.atomic():
        publishing.retry(listing_ids=[row.pk])
        shops.pull_now(shop_id=shop.pk)
    publish_all()
    assert shown(world, shop) == {"TEA": 10}


@PLATFORMS
def test_an_answer_lost_after_the_effect_is_repeated_without_harm(
    world: World, platform: str
) -> None:
    given.stock("TEA", 10)
    shop = world.shop(platform)
    read_catalogue(shop_id=shop.pk)
    world.fault("timeout_after", shop=shop.code, count=1, only=["stock"], seconds=0.1)

    publish_all()

    assert shown(world, shop) == {"TEA": 10}
    assert Listing.objects.get().acked_qty == 10


def test_a_person_maps_an_unmatched_listing(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify", listings=("GREEN-TEA",))
    read_catalogue(shop_id=shop.pk)
    assert publish_all() == 0
    row = Listing.objects.get()
    with transaction.atomic():
        matching.map_listing(listing_id=row.pk, sku_id=given.sku("TEA"), actor="person:1")

    publish_all()

    assert shown(world, shop) == {"GREEN-TEA": 10}
    read_catalogue(shop_id=shop.pk)
    assert Listing.objects.get().sku_id == given.sku("TEA")


def test_what_vanished_from_the_catalogue_is_no_longer_published(world: World) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    read_catalogue(shop_id=shop.pk)
    with transaction.atomic():
        assert catalogue.drop_vanished(shop_id=shop.pk, seen=set()) == 1
    assert publish_all() == 0
    assert stock.available(sku_ids=[given.sku("TEA")])
    assert told(world, shop) == {"TEA": (None, 0)}


def test_three_hundred_figures_go_in_two_calls(world: World) -> None:
    offered = [
        {"sku": f"S{n}", "item_id": 5000 + n, "variant_id": 6000 + n, "price": "1.00"}
        for n in range(300)
    ]
    shop = world.shop("shopify", offered=offered)
    items = [
        StockItem(n, str(5000 + n), str(6000 + n), str(40_000_000_006_000 + n), n, None)
        for n in range(300)
    ]
    connector = shops.connector_of(shop)
    batches = connector.stock_batches(items)

    answers = [one for batch in batches for one in connector.push_stock(batch)]

    assert [len(batch) for batch in batches] == [250, 50]
    assert {one.error for one in answers} == {None}
    assert shown(world, shop)["S299"] == 299
