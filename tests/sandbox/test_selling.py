"""A shop sells only what it was told it has, and counts what it sold."""

from __future__ import annotations

from tests.sandbox.outside import World

TEA = {"sku": "TEA-1", "price": "12.50"}


def test_nothing_is_sold_before_a_figure_is_told(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    refused = world.control(
        "POST", "orders", {"shop": shop.code, "lines": [{"sku": "TEA-1"}]}, status=409
    )
    assert refused["error"]["code"] == "sold_out"
    assert world.control("GET", "records/summary")["refused_sold_out"] == 1
    assert world.control("GET", "records/orders")["orders"] == []


def test_a_sale_lowers_the_figure_and_a_told_figure_replaces_it(world: World) -> None:
    shop = world.shopify(listings=[{**TEA, "stock": 3}])
    world.order(shop.code, quantity=2)
    assert world.figure(shop.code)["figure"] == 1
    shop.call(
        "POST",
        "inventory_levels/set.json",
        {"location_id": shop.shop["location_id"], "inventory_item_id": shop.item(), "available": 9},
    )
    row = world.figure(shop.code)
    assert (row["figure"], row["sold"], row["told"], row["times_told"]) == (9, 2, 9, 1)


def test_a_sale_the_figure_does_not_cover_is_refused_as_a_whole(world: World) -> None:
    shop = world.taobao(listings=[{**TEA, "stock": 5}, {"sku": "CUP", "stock": 1}])
    lines = [{"sku": "TEA-1", "quantity": 1}, {"sku": "CUP", "quantity": 2}]
    world.control("POST", "orders", {"shop": shop.code, "lines": lines}, status=409)
    assert world.figure(shop.code)["figure"] == 5
    assert world.figure(shop.code)["sold"] == 0


def test_the_same_sku_on_two_lines_is_counted_together(world: World) -> None:
    shop = world.taobao(listings=[{**TEA, "stock": 3}])
    lines = [{"sku": "TEA-1", "quantity": 2}, {"sku": "TEA-1", "quantity": 2}]
    world.control("POST", "orders", {"shop": shop.code, "lines": lines}, status=409)
    assert world.figure(shop.code)["figure"] == 3


def test_a_forced_sale_beyond_the_figure_is_counted_as_oversold(world: World) -> None:
    shop = world.shopify(listings=[{**TEA, "stock": 1}])
    order = world.order(shop.code, quantity=4, force=True)
    assert order["odd"] is True
    row = world.figure(shop.code)
    assert (row["figure"], row["sold"], row["oversold"]) == (0, 4, 3)
    assert world.control("GET", "records/summary")["oversold"] == 3


def test_a_cancelled_order_gives_nothing_back_unless_the_shop_says_so(world: World) -> None:
    plain = world.shopify(listings=[{**TEA, "stock": 2}])
    kind = world.taobao(listings=[{**TEA, "stock": 2}], options={"restock_on_cancel": True})
    for shop in (plain, kind):
        number = world.order(shop.code, quantity=2)["number"]
        world.control("POST", f"orders/{number}/cancel")
    assert world.figure(plain.code)["figure"] == 0
    assert world.figure(kind.code)["figure"] == 2
    assert world.figure(plain.code)["cancelled"] == 2


def test_a_shop_created_twice_keeps_its_figures(world: World) -> None:
    shop = world.shopify(listings=[{**TEA, "stock": 7}])
    again = {"platform": "shopify", "code": shop.code, "listings": [{**TEA, "stock": 0}]}
    known = world.control("POST", "shops", again)
    assert known["credentials"]["access_token"] == "shpat_test"
    assert world.figure(shop.code)["figure"] == 7
    added = world.control(
        "PUT", f"shops/{shop.code}/listings", {"listings": [{"sku": f"P{n}"} for n in range(2000)]}
    )
    assert added == {"added": 2000, "known": 0, "listings": 2001}


def test_an_order_shipped_in_time_cannot_be_cancelled(world: World) -> None:
    shop = world.taobao(listings=[{**TEA, "stock": 2}])
    number = world.order(shop.code)["number"]
    shop.post("taobao.logistics.offline.send", tid=number, out_sid="SF100001", company_code="SF")
    no = world.control("POST", f"orders/{number}/cancel", status=409)
    assert no["error"]["code"] == "too_late"
