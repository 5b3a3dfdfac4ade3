"""TOP as a client meets it: one address, signed forms, HTTP 200 whatever happens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.outside import World, china

TEA = {"sku": "TEA-1", "price": "12.50", "stock": 1000}


def code(answer: Any) -> int:
    """The number of an error."""
    return int(answer["error_response"]["code"])


@pytest.mark.parametrize("method", ["md5", "hmac", "hmac-sha256"])
def test_every_sign_method_is_verified(world: World, method: str) -> None:
    shop = world.taobao(listings=[TEA])
    assert "time_get_response" in shop.post("taobao.time.get", _sign_method=method)
    wrong = shop.post("taobao.time.get", _sign_method=method, _sign="0" * 32)
    assert code(wrong) == 25


def test_an_old_timestamp_is_refused(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    assert code(shop.post("taobao.time.get", _timestamp=china(-700))) == 31
    assert "time_get_response" in shop.post("taobao.time.get", _timestamp=china(-500))


def test_an_expired_session_is_refused_until_it_is_refreshed(world: World) -> None:
    def lasts(seconds: int) -> None:
        told = {"platform": "taobao", "code": shop.code, "session_ttl": seconds}
        world.control("POST", "shops", told)

    shop = world.taobao(listings=[TEA])
    assert shop.tids() == []
    lasts(-1)
    expired = shop.post("taobao.items.onsale.get", fields="num_iid")
    assert code(expired) == 27
    assert expired["error_response"]["sub_code"] == "invalid-sessionkey"
    assert code(shop.post("taobao.top.auth.token.refresh", refresh_token="no")) == 15
    answer = shop.post("taobao.top.auth.token.refresh", refresh_token=f"r-{shop.code}")
    token = answer["top_auth_token_refresh_response"]["token_result"]
    old, shop.session = shop.session, token.split('"access_token": "')[1].split('"')[0]
    again = shop.post("taobao.top.auth.token.refresh", refresh_token=f"r-{shop.code}")
    assert again["top_auth_token_refresh_response"]["token_result"].split('"')[3] == shop.session
    lasts(600)
    assert shop.tids() == []
    shop.session = old
    assert code(shop.post("taobao.items.onsale.get", fields="num_iid")) == 27


def test_missing_and_wrong_parameters_have_their_numbers(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    pull = "taobao.trades.sold.increment.get"
    window = {"start_modified": china(-60), "end_modified": china(0)}
    assert code(shop.post(pull, **window)) == 40
    assert code(shop.post(pull, fields="tid", start_modified=china(-60))) == 40
    day = {"start_modified": china(-90_000), "end_modified": china(0)}
    assert code(shop.post(pull, fields="tid", **day)) == 41
    assert code(shop.post(pull, fields="tid", **window, page_size=101)) == 41
    assert code(shop.post(pull, fields="tid", **window, page_no=0)) == 41
    assert code(shop.post("taobao.no.such.method")) == 22
    assert code(shop.post("taobao.trade.fullinfo.get", fields="tid", tid=5)) == 15


def test_rows_move_to_the_next_page_when_orders_change(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    placed = [world.order(shop.code)["number"] for _ in range(6)]
    assert shop.tids(page_no=1, page_size=3) == placed[:2:-1]
    world.control("POST", f"orders/{placed[0]}/change", {"memo": "发顺丰"})
    # The oldest went to the front, so the last row of page 1 now opens page 2 again ...
    assert shop.tids(page_no=2, page_size=3) == [placed[3], placed[2], placed[1]]
    # ... and reading from the last page to the first meets every order.
    backwards = shop.tids(page_no=2, page_size=3) + shop.tids(page_no=1, page_size=3)
    assert set(backwards) == set(placed)


def test_a_page_says_either_the_total_or_whether_there_is_more(world: World) -> None:
    shop = world.taobao(listings=[TEA])
    for _ in range(3):
        world.order(shop.code)
    total = shop.pull(page_size=2)
    assert total["total_results"] == 3
    assert "has_next" not in total
    first = shop.pull(page_size=2, use_has_next="true")
    assert (first["has_next"], "total_results" in first) == (True, False)
    assert shop.pull(page_no=2, page_size=2, use_has_next="true")["has_next"] is False


def test_a_trade_in_full_hides_the_receiver_and_adds_up(world: World) -> None:
    shop = world.taobao(listings=[TEA, {"sku": "CUP", "price": "3.33", "stock": 9}])
    lines = [
        {"sku": "TEA-1", "quantity": 2, "discount": "1.01"},
        {"sku": "CUP", "quantity": 3},
    ]
    data = {"shop": shop.code, "lines": lines, "freight": "6.00", "discount": "3.00"}
    number = world.control("POST", "orders", data, status=201)["order"]["number"]
    fields = (
        "tid,status,payment,post_fee,discount_fee,orders,receiver_name,receiver_mobile,"
        "receiver_state,receiver_city,receiver_district,receiver_address,promotion_details"
    )
    answer = shop.post("taobao.trade.fullinfo.get", fields=fields, tid=number, include_oaid="true")
    trade = answer["trade_fullinfo_get_response"]["trade"]
    assert (trade["receiver_name"], trade["receiver_mobile"]) == ("张**", "138****1234")
    assert (trade["receiver_state"], trade["receiver_district"]) == ("浙江省", "西湖区")
    assert "99" not in trade["receiver_address"]
    assert len(trade["oaid"]) > 20
    rows = trade["orders"]["order"]
    assert sum(Decimal(row["divide_order_fee"]) for row in rows) == Decimal("30.98")
    assert sum(Decimal(row["part_mjz_discount"]) for row in rows) == Decimal("3.00")
    assert Decimal(trade["payment"]) == Decimal("36.98")
    assert [row["outer_sku_id"] for row in rows] == ["TEA-1", "CUP"]


def test_stock_is_set_or_changed_for_skus_of_one_item(world: World) -> None:
    shop = world.taobao(
        listings=[
            {"sku": "A", "item_id": 77, "variant_id": 771},
            {"sku": "B", "item_id": 77, "variant_id": 772, "stock": 5},
            {"sku": "PLAIN", "item_id": 88, "variant_id": 0},
        ]
    )
    update = "taobao.skus.quantity.update"
    done = shop.post(update, num_iid=77, type=1, skuid_quantities="771:8;772:9")
    assert done["skus_quantity_update_response"]["item"]["num"] == 17
    shop.post(update, num_iid=77, type=2, outerid_quantities="B:-20")
    assert [world.figure(shop.code, sku)["figure"] for sku in "AB"] == [8, 0]
    assert code(shop.post(update, num_iid=77, type=1, skuid_quantities="771:-1")) == 15
    assert code(shop.post(update, num_iid=77, type=1, skuid_quantities="771:3;999:1")) == 15
    many = ";".join(f"{n}:1" for n in range(21))
    assert code(shop.post(update, num_iid=77, type=1, skuid_quantities=many)) == 41
    assert world.figure(shop.code, "A")["figure"] == 8
    shop.post("taobao.item.quantity.update", num_iid=88, quantity=3, type=1)
    assert world.figure(shop.code, "PLAIN")["told"] == 3
    summary = world.control("GET", "records/summary")
    assert (summary["stock_updates"], summary["refused_stock_updates"]) == (4, 2)


def test_items_are_listed_with_their_skus_and_outer_codes(world: World) -> None:
    shop = world.taobao(
        listings=[
            {"sku": "A", "item_id": 77, "variant_id": 771},
            {"sku": "PLAIN", "item_id": 88, "variant_id": 0},
        ]
    )
    items = shop.post("taobao.items.onsale.get", fields="num_iid,outer_id")
    rows = items["items_onsale_get_response"]["items"]["item"]
    assert [(row["num_iid"], row["outer_id"]) for row in rows] == [(77, "ITEM-77"), (88, "PLAIN")]
    skus = shop.post("taobao.item.skus.get", fields="sku_id", num_iids="77,88")
    (sku,) = skus["item_skus_get_response"]["skus"]["sku"]
    assert (sku["sku_id"], sku["outer_id"]) == (771, "A")


def test_a_trade_is_sent_once_and_its_lines_can_go_apart(world: World) -> None:
    shop = world.taobao(listings=[TEA, {"sku": "CUP", "stock": 5}])
    lines = [{"sku": "TEA-1"}, {"sku": "CUP"}]
    data = {"shop": shop.code, "lines": lines}
    order = world.control("POST", "orders", data, status=201)["order"]

    def send(**more: Any) -> Any:
        return shop.post("taobao.logistics.offline.send", **{"tid": order["number"], **more})

    assert code(send(out_sid="SF100001", company_code="NOBODY")) == 15
    assert code(send(out_sid="?", company_code="SF")) == 15
    assert code(send(company_code="SF")) == 40
    part = send(out_sid="SF100001", company_code="SF", is_split=1, sub_tid=order["lines"][0]["id"])
    assert part["logistics_offline_send_response"]["shipping"] == {"is_success": True}
    assert world.control("GET", f"orders/{order['number']}")["order"]["state"] == (
        "partially_shipped"
    )
    assert "logistics_offline_send_response" in send(out_sid="SF100002", company_code="SF")
    again = send(out_sid="SF100002", company_code="SF")
    assert again["error_response"]["sub_code"] == "isv.logistics-offline-service-error:B04"
    assert world.control("GET", "records/summary")["duplicate_shipments"] == 1


def test_two_shops_of_one_app_do_not_see_each_other(world: World) -> None:
    east, west = world.taobao(listings=[TEA]), world.taobao("tb-west", listings=[TEA])
    number = world.order(east.code)["number"]
    assert east.tids() == [number]
    assert west.tids() == []
    assert code(west.post("taobao.trade.fullinfo.get", fields="tid", tid=number)) == 15


def test_too_many_calls_are_answered_with_seven(world: World) -> None:
    shop = world.taobao(listings=[TEA], options={"calls_per_second": 1})
    answers = [shop.post("taobao.time.get") for _ in range(4)]
    limited = [one["error_response"] for one in answers if "error_response" in one]
    assert limited
    assert limited[0]["code"] == 7
    assert limited[0]["sub_code"] == "accesscontrol.limited-by-api-access-count"
