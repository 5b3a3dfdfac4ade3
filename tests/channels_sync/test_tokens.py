"""Tokens: one refresh at a time, and never an older one over a newer one. Really concurrent."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from channels_sync.connectors.http import CallInsideTransaction
from channels_sync.connectors.interface import NewTokens
from channels_sync.models import Shop
from channels_sync.services import shops
from channels_sync.tasks.talking import Line
from tests.channels_sync.world import World


@pytest.mark.races
def test_two_workers_with_an_expired_token_refresh_once(real_commits: str, world: World) -> None:
    shop = world.shop("taobao")
    number = world.order(shop)
    world.fault("expired_token", shop=shop.code, count=1)
    start, found, failed = threading.Barrier(2), [], []

    def work() -> None:
        try:
            line = Line(shop.pk)
            start.wait(60)
            found.append(line.say(lambda connector: connector.fetch(number=number)).number)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert (found, failed) == ([number, number], [])
    assert Shop.objects.get(pk=shop.pk).token_version == 2
    calls = world.get(f"/sandbox/records/calls?shop={shop.code}")["calls"]
    assert sum(1 for call in calls if "refresh" in str(call)) == 1
    close_old_connections()


@pytest.mark.django_db
def test_an_older_refresh_never_overwrites_newer_credentials(world: World) -> None:
    shop = world.shop("taobao")
    with transaction.atomic():
        assert shops.claim_refresh(shop_id=shop.pk, seen_version=1) == "mine"
        assert shops.claim_refresh(shop_id=shop.pk, seen_version=1) == "wait"
    with transaction.atomic():
        shops.change_credentials(
            shop_id=shop.pk, credentials={"session": "by-hand"}, actor="person:1"
        )
    with transaction.atomic():
        late = NewTokens({"session": "late"})
        assert not shops.store_refresh(shop_id=shop.pk, seen_version=1, tokens=late)
        assert shops.claim_refresh(shop_id=shop.pk, seen_version=1) == "done"

    fresh = Shop.objects.get(pk=shop.pk)
    assert (fresh.credentials["session"], fresh.token_version) == ("by-hand", 2)


@pytest.mark.races
def test_no_platform_is_called_inside_a_transaction(real_commits: str, world: World) -> None:
    shop = world.shop("shopify")
    with transaction.atomic(), pytest.raises(CallInsideTransaction):
        shops.connector_of(shop).fetch(number="1")
    with transaction.atomic(), pytest.raises(CallInsideTransaction):
        Line(shop.pk).say_all(lambda connector, one: connector.fetch(number=one), ["1", "2"])


@pytest.mark.django_db
def test_credentials_lie_encrypted(world: World) -> None:
    shop = world.shop("shopify")
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM channels_sync_shop WHERE id = %s", [shop.pk])
        stored = cursor.fetchone()[0]
    assert "hush" not in stored
    assert "hush" not in repr(shops.access_of(shop))


@pytest.mark.django_db
def test_after_the_first_sign_of_trouble_the_rest_is_not_tried(world: World) -> None:
    shop = world.shop("shopify")
    numbers = [world.order(shop) for _ in range(40)]
    world.fault("http_429", shop=shop.code)

    found = Line(shop.pk).say_all(lambda connector, one: connector.fetch(number=one), numbers)

    assert {type(one).__name__ for one in found} == {"Throttled", "NotTried"}
    calls = world.get(f"/sandbox/records/calls?shop={shop.code}")["calls"]
    assert len(calls) <= 16
