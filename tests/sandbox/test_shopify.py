"""The Admin API as a client meets it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.outside import World

TEA = {"sku": "TEA-1", "price": "12.50", "stock": 1000}


def test_a_wrong_token_is_refused_in_the_platforms_words(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    answer = shop.call("GET", "orders.json", token="shpat_wrong")
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }


def test_pages_are_followed_through_the_link_header(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    placed = [world.order(shop.code)["number"] for _ in range(7)]
    seen, url = [], "orders.json?status=any&limit=3"
    while url:
        answer = shop.call("GET", url)
        seen.append([str(order["id"]) for order in answer.json()["orders"]])
        url = answer.links.get("next", {}).get("url", "")
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [number for page in seen for number in page] == placed[::-1]


def test_a_cursor_beside_filters_is_refused(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    for _ in range(2):
        world.order(shop.code)
    link = shop.call("GET", "orders.json?status=any&limit=1").links["next"]["url"]
    assert shop.call("GET", link + "&status=any").status_code == 400
    assert shop.call("GET", link + "&fields=id").json()["orders"][0].keys() == {"id"}
    assert shop.call("GET", "orders.json?limit=251").status_code == 400
    assert shop.call("GET", "orders.json?page_info=rubbish").status_code == 400


def test_changed_orders_are_found_by_their_modified_time(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    number = world.order(shop.code)["number"]
    order = shop.call("GET", f"orders/{number}.json").json()["order"]
    base = "orders.json?status=any&updated_at_min="
    same = base + order["updated_at"].replace("+", "%2B")
    assert [one["id"] for one in shop.call("GET", same).json()["orders"]] == [int(number)]
    assert shop.call("GET", base + "2099-01-01T00:00:00Z").json()["orders"] == []
    assert shop.call("GET", base + "yesterday").status_code == 400
    assert shop.call("GET", "orders/count.json?status=any").json() == {"count": 1}


def test_amounts_of_an_order_add_up(world: World) -> None:
    shop = world.shopify(listings=[TEA, {"sku": "CUP", "price": "3.33", "stock": 50}])
    lines = [
        {"sku": "TEA-1", "quantity": 2, "discount": "1.01"},
        {"sku": "CUP", "quantity": 3, "discount": "0.00"},
    ]
    more = {"freight": "5.00", "discount": "3.00"}
    data = {"shop": shop.code, "lines": lines, **more}
    number = world.control("POST", "orders", data, status=201)["order"]["number"]
    order = shop.call("GET", f"orders/{number}.json").json()["order"]
    cut = sum(
        Decimal(part["amount"])
        for line in order["line_items"]
        for part in line["discount_allocations"]
    )
    gross = sum(Decimal(line["price"]) * line["quantity"] for line in order["line_items"])
    assert cut == Decimal(order["total_discounts"]) == Decimal("4.01")
    assert Decimal(order["total_price"]) == gross - cut + Decimal("5.00") == Decimal("35.98")


def test_a_sku_leads_to_its_inventory_item(world: World) -> None:
    shop = world.shopify(listings=[{**TEA, "item_id": 632910392, "variant_id": 808950810}])
    products = shop.call("GET", "products.json").json()["products"]
    assert [(one["id"], one["variants"][0]["sku"]) for one in products] == [(632910392, "TEA-1")]
    item = shop.item()
    levels = shop.call("GET", f"inventory_levels.json?inventory_item_ids={item}").json()
    assert levels["inventory_levels"][0]["available"] == 1000
    assert levels["inventory_levels"][0]["location_id"] == shop.shop["location_id"]
    assert shop.call("GET", "variants/808950810.json").json()["variant"]["sku"] == "TEA-1"


def test_a_stale_comparison_changes_nothing_at_all(world: World) -> None:
    shop = world.shopify(listings=[TEA, {"sku": "CUP", "stock": 4}])
    tea, cup = shop.item(), shop.item("CUP")
    stale = shop.set_quantities(
        [
            {"item": tea, "quantity": 50, "compareQuantity": 1000},
            {"item": cup, "quantity": 60, "compareQuantity": 5},
        ]
    )
    errors = stale["data"]["inventorySetQuantities"]["userErrors"]
    assert [(one["code"], one["field"]) for one in errors] == [
        ("COMPARE_QUANTITY_STALE", ["input", "quantities", "1", "compareQuantity"])
    ]
    assert world.figure(shop.code)["figure"] == 1000
    fine = shop.set_quantities(
        [
            {"item": tea, "quantity": 50, "compareQuantity": 1000},
            {"item": cup, "quantity": 60, "changeFromQuantity": None},
        ]
    )
    assert fine["data"]["inventorySetQuantities"]["userErrors"] == []
    assert world.figure(shop.code)["figure"] == 50
    assert world.figure(shop.code, "CUP")["told"] == 60
    missing = shop.set_quantities([{"item": 1, "quantity": 1}], ignoreCompareQuantity=True)
    codes = [one["code"] for one in missing["data"]["inventorySetQuantities"]["userErrors"]]
    assert codes == ["INVALID_INVENTORY_ITEM"]


def test_an_order_is_fulfilled_in_parts_and_only_once(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    number = world.order(shop.code, quantity=3)["number"]
    (whole,) = shop.call("GET", f"orders/{number}/fulfillment_orders.json").json()[
        "fulfillment_orders"
    ]

    def ship(quantity: int) -> int:
        lines = [{"id": whole["line_items"][0]["id"], "quantity": quantity}]
        data = {
            "line_items_by_fulfillment_order": [
                {"fulfillment_order_id": whole["id"], "fulfillment_order_line_items": lines}
            ],
            "tracking_info": {"number": f"1Z{quantity}", "company": "UPS"},
        }
        return shop.call("POST", "fulfillments.json", {"fulfillment": data}).status_code

    assert ship(4) == 422
    assert ship(1) == 201
    order = shop.call("GET", f"orders/{number}.json").json()["order"]
    assert order["fulfillment_status"] == "partial"
    assert ship(2) == 201
    assert ship(2) == 422
    record = world.control("GET", f"orders/{number}")["order"]
    assert record["state"] == "shipped"
    assert [one["number"] for one in record["tracking"]] == ["1Z1", "1Z2"]
    summary = world.control("GET", "records/summary")
    assert (summary["shipments_told"], summary["duplicate_shipments"]) == (4, 1)
    assert summary["refused_shipments"] == 1


def test_a_cancelled_or_unknown_order_is_not_fulfilled(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    number = world.order(shop.code)["number"]
    (whole,) = shop.call("GET", f"orders/{number}/fulfillment_orders.json").json()[
        "fulfillment_orders"
    ]
    world.control("POST", f"orders/{number}/cancel")
    for fulfillment_order in (whole["id"], 5):
        rows = [{"fulfillment_order_id": fulfillment_order}]
        data = {"line_items_by_fulfillment_order": rows, "tracking_info": {"number": "1Z9"}}
        answer = shop.call("POST", "fulfillments.json", {"fulfillment": data})
        assert answer.status_code == 422
    assert world.control("GET", f"orders/{number}")["order"]["shipped_at"] is None


def test_a_full_bucket_answers_429_and_says_when_to_come_back(world: World) -> None:
    shop = world.shopify(listings=[TEA], options={"bucket": 3, "leak": 0.5})
    answers = [shop.call("GET", "locations.json") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[2].headers["X-Shopify-Shop-Api-Call-Limit"] == "3/3"
    assert 1 <= float(answers[3].headers["Retry-After"]) <= 2


def test_rubbish_is_answered_and_not_obeyed(world: World) -> None:
    shop = world.shopify(listings=[TEA])
    odd: list[Any] = [
        [],
        {"fulfillment": []},
        {"fulfillment": {"line_items_by_fulfillment_order": 3}},
    ]
    for data in odd:
        assert shop.call("POST", "fulfillments.json", data).status_code == 422
    odd = [[], {"query": 5}, {"query": "{ shop { name } }"}]
    for data in odd:
        assert "errors" in shop.call("POST", "graphql.json", data).json()
    assert shop.call("POST", "inventory_levels/set.json", {"available": 1}).status_code == 400
    assert shop.call("GET", "orders/none.json").status_code == 404
