"""A sale at a platform becomes an order with stock held."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client

from channels_sync.models import InboxOrder, Shop
from channels_sync.tasks import inbox
from inventory import selectors as stock
from oms.models import Order
from tests import given
from tests.channels_sync.world import World

pytestmark = pytest.mark.django_db


def push_shopify(client: Client, shop: Shop, order: dict[str, Any], message_id: str) -> Any:
    body = json.dumps(order).encode()
    sign = base64.b64encode(hmac.new(b"hush", body, hashlib.sha256).digest()).decode()
    return client.post(
        f"/push/shopify/{shop.code}/",
        data=body,
        content_type="application/json",
        headers={
            "X-Shopify-Hmac-Sha256": sign,
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Webhook-Id": message_id,
        },
    )


def push_taobao(client: Client, shop: Shop, number: str, message_id: int) -> Any:
    message = {
        "topic": "taobao_trade_TradeBuyerPay", "id": message_id, "pub_app_key": "12345678",
        "user_id": 1, "user_nick": "x", "content": json.dumps({"tid": int(number)}),
    }  # fmt: skip
    body, stamp = json.dumps(message).encode(), str(int(time.time() * 1000))
    sign = hmac.new(b"helloworld", stamp.encode() + body, hashlib.sha256).hexdigest().upper()
    return client.post(
        f"/push/taobao/{shop.code}/",
        data=body,
        content_type="application/json",
        headers={
            "X-Tmc-App-Key": "12345678", "X-Tmc-Timestamp": stamp, "X-Tmc-Sign": sign,
        },
    )  # fmt: skip


def test_a_pushed_shopify_order_holds_stock(world: World, client: Client) -> None:
    given.stock("TEA", 10)
    shop = world.shop("shopify")
    number = world.order(shop, "TEA", 3)
    told = world.client.get(
        f"/shopify/{shop.code}/admin/api/2026-07/orders/{number}.json",
        headers={"X-Shopify-Access-Token": f"shpat-{shop.code}"},
    ).json()["order"]

    assert push_shopify(client, shop, told, "m-1").status_code == 200
    inbox.round_of_inbox()

    order = Order.objects.get(shop_id=shop.pk, platform_number=number)
    assert order.state == "SUBMITTED"
    assert given.free("TEA") == 7


def test_a_pushed_taobao_trade_is_fetched_and_holds_stock(world: World, client: Client) -> None:
    given.stock("TEA", 10)
    shop = world.shop("taobao")
    number = world.order(shop, "TEA", 2)

    assert push_taobao(client, shop, number, 1).status_code == 200
    inbox.round_of_inbox()

    row = InboxOrder.objects.get()
    assert (row.fetch_wanted, row.taken_at is not None) == (False, True)
    assert Order.objects.get(platform_number=number).state == "SUBMITTED"
    assert (
        stock.available(sku_ids=[given.sku("TEA")])[(given.warehouse_id("WH1"), given.sku("TEA"))]
        == 8
    )
