"""Pushes arrive signed, are repeated until answered, and meet the bad luck they were given."""

from __future__ import annotations

import json
import time

from tests.sandbox.outside import APP_KEY, World, shopify_hmac, tmc_sign

TEA = {"sku": "TEA-1", "price": "12.50", "stock": 1000}


def test_a_webhook_carries_the_order_and_the_official_headers(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    order = world.order(shop.code, note="门口 & 前台 🎁")
    (push,) = world.receiver.wait(1)
    assert push.headers["x-shopify-hmac-sha256"] == shopify_hmac(push.body)
    assert push.headers["x-shopify-topic"] == "orders/create"
    assert push.headers["x-shopify-shop-domain"] == "west.myshopify.com"
    assert push.headers["x-shopify-webhook-id"]
    assert push.headers["x-shopify-triggered-at"].endswith("Z")
    fetched = shop.call("GET", f"orders/{order['number']}.json").json()["order"]
    assert json.loads(push.body) == fetched


def test_a_tmc_message_is_signed_over_time_and_body(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    number = world.order(shop.code)["number"]
    (push,) = world.receiver.wait(1)
    stamp = push.headers["x-tmc-timestamp"]
    assert abs(int(stamp) / 1000 - time.time()) < 10
    assert push.headers["x-tmc-sign"] == tmc_sign(stamp, push.body)
    assert push.headers["x-tmc-app-key"] == APP_KEY
    message = json.loads(push.body)
    assert message["topic"] == "taobao_trade_TradeBuyerPay"
    assert message["id"] > 4_160_600_490_000_000_000
    assert str(json.loads(message["content"])["tid"]) == number


def test_every_event_has_its_topic(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    number = world.order(shop.code, paid=False)["number"]
    world.control("POST", f"orders/{number}/pay")
    world.control("POST", f"orders/{number}/change", {"note": "快点"})
    world.control("POST", f"orders/{number}/cancel")
    topics = sorted(push.topic.removeprefix("taobao_trade_") for push in world.receiver.wait(4))
    assert topics == ["TradeBuyerPay", "TradeChanged", "TradeClose", "TradeCreate"]


def test_a_push_not_answered_2xx_comes_again_with_the_same_id(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    world.receiver.statuses = [500, 503]
    number = world.order(shop.code)["number"]
    pushes = world.receiver.wait(3)
    assert len({push.headers["x-shopify-webhook-id"] for push in pushes}) == 1
    world.settled()
    (record,) = world.control("GET", f"records/orders?shop={shop.code}")["orders"]
    assert (record["number"], record["push_attempts"], record["disturbed"]) == (number, 3, False)
    assert record["push_answered_at"] > record["push_sent_at"]


def test_a_push_nobody_takes_fails_in_the_end(world: World) -> None:
    shop = world.shopify(listings=[TEA], push_url="http://127.0.0.1:9/")
    world.order(shop.code)
    world.settled()
    assert world.control("GET", "records/summary")["pushes"]["failed"] == 1


def test_lost_and_duplicate_pushes_are_marked_disturbed(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    world.control("POST", "faults", {"kind": "lost_push", "count": 1}, status=201)
    world.order(shop.code)
    world.control("POST", "faults", {"kind": "duplicate_push", "count": 1}, status=201)
    twice = world.order(shop.code)["number"]
    once = world.order(shop.code)["number"]
    world.receiver.wait(3)
    world.settled()
    assert sorted(push.number for push in world.receiver.pushes) == sorted([twice, twice, once])
    records = world.control("GET", "records/orders")["orders"]
    assert [record["disturbed"] for record in records] == [True, True, False]
    assert world.control("GET", "records/summary")["pushes"]["lost"] == 1


def test_a_late_push_waits_and_an_out_of_order_one_is_overtaken(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    late = {"kind": "late_push", "count": 1, "seconds": 0.5}
    world.control("POST", "faults", late, status=201)
    started = time.monotonic()
    world.order(shop.code)
    (push,) = world.receiver.wait(1)
    assert push.at - started > 0.4
    odd = {"kind": "out_of_order_push", "count": 1, "seconds": 60}
    world.control("POST", "faults", odd, status=201)
    number = world.order(shop.code)["number"]
    world.control("POST", f"orders/{number}/cancel")
    topics = [push.topic for push in world.receiver.wait(3)[1:]]
    assert topics == ["taobao_trade_TradeClose", "taobao_trade_TradeBuyerPay"]


def test_the_same_seed_brings_the_same_bad_luck(world: World) -> None:
    def unlucky() -> list[int]:
        world.control("POST", "reset")
        world.taobao(listings=[TEA], push_url="")
        shop = world.shopify(listings=[{**TEA, "stock": 10_000}])
        fault = {"kind": "http_500", "share": 0.3, "seed": 7, "only": ["list"]}
        world.control("POST", "faults", fault, status=201)
        answers = [shop.call("GET", "orders.json").status_code for _ in range(30)]
        return [index for index, status in enumerate(answers) if status == 500]

    first = unlucky()
    assert 3 <= len(first) <= 18
    assert unlucky() == first


def test_a_raw_push_is_sent_signed_or_not(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    for way in ("good", "bad", "missing"):
        data = {"shop": shop.code, "topic": "orders/create", "body": "{", "sign": way}
        assert world.control("POST", "pushes", data)["status"] == 200
    good, bad, missing = world.receiver.pushes
    assert good.headers["x-shopify-hmac-sha256"] == shopify_hmac(b"{")
    assert bad.headers["x-shopify-hmac-sha256"] != shopify_hmac(b"{")
    assert "x-shopify-hmac-sha256" not in missing.headers
