"""What goes wrong on calls: before the effect, after it, or half-way through the answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.outside import Shopify, World

TEA = {"sku": "TEA-1", "price": "12.50", "stock": 10}


def tell(shop: Shopify, available: int) -> httpx.Response:
    """Set the figure of the tea."""
    place = {"location_id": shop.shop["location_id"], "inventory_item_id": shop.item()}
    return shop.call("POST", "inventory_levels/set.json", {**place, "available": available})


def fault(world: World, **spec: Any) -> None:
    """Turn a switch on."""
    world.control("POST", "faults", spec, status=201)


def test_a_time_out_before_the_effect_changes_nothing(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    fault(world, kind="timeout_before", count=1, seconds=0.1, only=["stock"])
    with pytest.raises(httpx.TransportError):
        tell(shop, 4)
    assert world.figure(shop.code)["figure"] == 10
    assert tell(shop, 4).status_code == 200


def test_a_time_out_after_the_effect_has_changed_it(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    fault(world, kind="timeout_after", count=1, seconds=0.1, only=["stock"])
    with pytest.raises(httpx.TransportError):
        tell(shop, 4)
    assert world.figure(shop.code)["figure"] == 4


def test_a_truncated_answer_breaks_off_although_it_happened(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    fault(world, kind="truncated_body", count=1, only=["stock"])
    with pytest.raises(httpx.RemoteProtocolError):
        tell(shop, 4)
    assert world.figure(shop.code)["figure"] == 4


def test_call_limits_and_errors_come_in_the_platforms_own_form(world: World) -> None:
    shop, top = world.shopify(listings=[TEA]), world.taobao(listings=[TEA])
    fault(world, kind="http_429", count=2)
    busy = shop.call("GET", "orders.json")
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "2.0")
    limited = top.post("taobao.time.get")["error_response"]
    assert limited["code"] == 7
    fault(world, kind="http_500", count=2)
    assert shop.call("GET", "orders.json").status_code == 500
    assert top.post("taobao.time.get")["error_response"]["sub_code"].startswith("isp.")
    assert shop.call("GET", "orders.json").status_code == 200


def test_a_token_expires_in_the_middle_of_a_pull(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    placed = [world.order(shop.code)["number"] for _ in range(3)]
    fault(world, kind="expired_token", count=1, skip=1, only=["list"])
    assert shop.tids(page_no=2, page_size=2) == [placed[0]]
    pull = {"fields": "tid", "start_modified": "2026-01-01 00:00:00"}
    broken = shop.post(
        "taobao.trades.sold.increment.get", **pull, end_modified="2026-01-01 01:00:00"
    )
    assert broken["error_response"]["code"] == 27
    refreshed = shop.post("taobao.top.auth.token.refresh", refresh_token=f"r-{shop.code}")
    token = refreshed["top_auth_token_refresh_response"]["token_result"]
    shop.session = token.split('"access_token": "')[1].split('"')[0]
    assert shop.tids(page_no=1, page_size=2) == placed[:0:-1]


def test_a_lagging_list_shows_an_order_late_under_its_old_time(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    fault(world, kind="visibility_lag", count=1, seconds=60)
    hidden = world.order(shop.code)["number"]
    seen = world.order(shop.code)["number"]
    assert shop.tids() == [seen]
    fetched = shop.post("taobao.trade.fullinfo.get", fields="tid", tid=hidden)
    assert "trade_fullinfo_get_response" in fetched


def test_switches_can_be_read_and_turned_off_and_nonsense_is_refused(world: World) -> None:
    fault(world, kind="lost_push", share=0.5)
    (switch,) = world.control("GET", "faults")["faults"]
    assert (switch["kind"], switch["share"], switch["hits"]) == ("lost_push", 0.5, 0)
    for wrong in (
        {"kind": "earthquake"},
        {"kind": "lost_push", "share": 2},
        {"kind": "lost_push", "x": 1},
    ):
        world.control("POST", "faults", wrong, status=400)
    assert world.control("DELETE", "faults")["faults"] == []


def test_the_control_api_is_never_spoiled(world: World) -> None:
    fault(world, kind="http_500")
    assert world.control("GET", "shops") == {"shops": []}
