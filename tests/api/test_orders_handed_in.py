"""Orders handed in by programs: at once to stock, or stored and taken by the lane."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from channels_sync.models import InboxOrder
from channels_sync.tasks.inbox import round_of_inbox
from oms.models import Order
from tests import given
from tests.api.asking import ask, codes, order, shop, signed_in, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    given.stock("TEA", 10)
    shop()
    return signed_in("ORDER_DESK")


def test_an_order_is_answered_with_its_stock_held(desk: Client) -> None:
    answer = tell(desk, "orders", order(), 201)

    assert answer == {
        "number": Order.objects.get().number, "shop_number": "A-1", "outcome": "created",
        "state": "SUBMITTED", "stock": "held", "warehouse": "WH1", "troubles": [],
    }  # fmt: skip
    assert given.free("TEA") == 8
    kept = InboxOrder.objects.get()
    assert (kept.taken_at is not None, kept.payload["number"]) == (True, "A-1")
    assert round_of_inbox() is False


def test_what_is_not_there_is_answered_as_out_of_stock_and_waits(desk: Client) -> None:
    answer = tell(desk, "orders", order(qty=11), 201)
    assert (answer["stock"], answer["state"], answer["warehouse"]) == (
        "out_of_stock", "PREPROCESS", None,
    )  # fmt: skip
    assert answer["troubles"] == [{"code": "out_of_stock", "field": "", "blocks": True}]
    assert given.free("TEA") == 10


def test_an_unknown_item_is_kept_and_stops_the_order(desk: Client) -> None:
    answer = tell(desk, "orders", order(sku="NO-SUCH"), 201)
    assert (answer["stock"], codes({"errors": answer["troubles"]})) == (
        "stopped",
        ["unmapped_sku"],
    )


def test_the_same_order_again_changes_nothing(desk: Client) -> None:
    first = tell(desk, "orders", order(), 201)
    again = tell(desk, "orders", order(), 200)
    assert again == {**first, "outcome": "known"}
    assert (Order.objects.count(), given.free("TEA")) == (1, 8)


def test_a_newer_version_changes_the_order_and_an_older_one_does_not(desk: Client) -> None:
    tell(desk, "orders", order(modified_at="2026-01-01T08:00:00+08:00"), 201)
    newer = order(qty=5, modified_at="2026-01-01T09:00:00+08:00")
    changed = tell(desk, "orders", newer, 200)
    older = tell(desk, "orders", order(qty=9, modified_at="2026-01-01T08:30:00+08:00"), 200)

    assert (changed["outcome"], older["outcome"]) == ("changed", "older")
    line = Order.objects.get().lines.get()
    assert line.qty == 5
    # Called back from the floor and placed anew by the lane.
    assert changed["stock"] == "waiting"


def test_an_order_that_is_only_accepted_is_taken_by_the_lane(desk: Client) -> None:
    answer = tell(desk, "orders", order(), 202, Prefer="respond-async")
    assert answer == {"shop_number": "A-1", "outcome": "created"}
    assert Order.objects.count() == 0

    round_of_inbox()

    assert Order.objects.get().state == "SUBMITTED"
    assert tell(desk, "orders", order(), 200)["stock"] == "held"


def test_many_are_accepted_each_by_itself(desk: Client) -> None:
    bodies: list[Any] = [order(f"B-{number}", 1) for number in range(4)]
    bodies[1] = {**bodies[1], "lines": [{"sku": "TEA", "qty": 0}]}
    bodies[2] = {**bodies[2], "shop": "OTHER"}
    bodies.append(bodies[0])
    answer = tell(desk, "orders/batch", {"items": bodies}, 202)

    results = answer["results"]
    assert [each["status"] for each in results] == [202, 422, 422, 202, 422]
    assert [each["code"] for row in results for each in row["errors"]] == [
        "bad_quantity", "unknown_shop", "twice_in_batch",
    ]  # fmt: skip
    wrong = results[1]["errors"][0]
    assert (wrong["item"], wrong["line"], wrong["field"], wrong["asked"]) == (1, 0, "qty", 0)
    round_of_inbox()
    assert sorted(Order.objects.values_list("platform_number", flat=True)) == ["B-0", "B-3"]


def test_a_batch_costs_the_same_statements_for_one_and_for_many(desk: Client) -> None:
    def cost(prefix: str, many: int) -> int:
        items = [order(f"{prefix}-{number}", 1) for number in range(many)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            tell(desk, "orders/batch", {"items": items}, 202)
        return len(seen)

    cost("WARM", 1)
    assert cost("ONE", 1) == cost("MANY", 60)


def test_what_is_wrong_with_a_body_is_said_field_by_field(desk: Client) -> None:
    body = order(
        lines=[{"sku": "TEA", "qty": 1, "price": 12.5, "colour": "red"}], state="eaten", total="x"
    )
    answer = tell(desk, "orders", body, 422)
    assert [(each["code"], each["line"], each["field"]) for each in answer["errors"]] == [
        ("bad_choice", None, "state"),
        ("bad_money", 0, "price"),
        ("unknown_field", 0, "colour"),
        ("bad_money", None, "total"),
    ]
    assert codes(tell(desk, "orders", order(lines=[]), 422)) == ["no_items"]
    assert codes(tell(desk, "orders", [], 422)) == ["bad_object"]
    assert InboxOrder.objects.count() == 0


def test_amounts_that_do_not_add_up_stop_the_order(desk: Client) -> None:
    answer = tell(desk, "orders", order(total="1.00"), 201)
    assert (answer["stock"], answer["troubles"][0]["code"]) == ("stopped", "amounts_differ")


def test_a_shop_of_others_is_not_there(desk: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    shop("EAST-ERP", at="EAST")
    clerk = signed_in("STORE_MANAGER", "EAST")
    assert codes(tell(clerk, "orders", order(shop="ERP"), 422)) == ["unknown_shop"]
    assert codes(tell(desk, "orders", order(), 422)) == ["which_shop"]
    # The only one of theirs needs no name; its warehouse is WH1, whoever it belongs to.
    assert tell(clerk, "orders", order(), 201)["stock"] == "held"
    assert codes(tell(signed_in("CLERK"), "orders", order(), 403)) == ["not_allowed"]


def test_the_list_is_narrowed_paged_and_cut_to_fields(desk: Client) -> None:
    for number in range(3):
        tell(desk, "orders", order(f"A-{number}", 1), 201)
    tell(desk, "orders", order("BIG", 99), 201)

    first = ask(desk, "orders", state="SUBMITTED", limit=2, fields="shop_number,warehouse,units")
    rest = ask(desk, "orders", state="SUBMITTED", limit=2, cursor=first["cursor"])
    assert first["orders"] == [
        {"shop_number": "A-2", "units": 1, "warehouse": "WH1"},
        {"shop_number": "A-1", "units": 1, "warehouse": "WH1"},
    ]
    assert ([each["shop_number"] for each in rest["orders"]], rest["cursor"]) == (["A-0"], None)
    assert [each["shop_number"] for each in ask(desk, "orders", state="EXCEPTION")["orders"]] == [
        "BIG"
    ]
    assert [each["shop_number"] for each in ask(desk, "orders", words="A-1")["orders"]] == ["A-1"]
    for bad, code in [
        ({"cursor": "17"}, "bad_cursor"),
        ({"state": "EATEN"}, "bad_choice"),
        ({"warehouse": "WH9"}, "unknown_warehouse"),
        ({"fields": "receiver_phone"}, "unknown_field"),
        ({"colour": "red"}, "unknown_field"),
    ]:
        assert codes(ask(desk, "orders", 422, **bad)) == [code]


def test_one_order_shows_everything_but_the_receiver(desk: Client) -> None:
    number = tell(desk, "orders", order(), 201)["number"]
    one = ask(desk, f"orders/{number}")
    assert (one["items"][0]["held"], one["items"][0]["sku"], one["total"]) == (2, "TEA", "25.00")
    assert "13812345678" not in str(one)
    assert "西路969号" not in str(one)
    steps = ask(desk, f"orders/{number}/timeline")["timeline"]
    assert [each["to"] for each in steps] == ["PREPROCESS", "RELEASED", "SUBMITTED"]
    assert codes(ask(desk, "orders/SO-99999", 404)) == ["not_found"]

    seen = tell(desk, f"orders/{number}/receiver", {"why": "customer called"})
    assert seen["phone"] == "13812345678"
    assert codes(tell(desk, f"orders/{number}/receiver", {}, 422)) == ["missing_field"]


def test_an_order_is_cancelled_only_as_it_was_seen(desk: Client) -> None:
    number = tell(desk, "orders", order(modified_at="2026-01-01T08:00:00+08:00"), 201)["number"]
    tag = desk.get(f"/api/v1/orders/{number}")["ETag"]
    tell(desk, "orders", order(buyer_note="!", modified_at="2026-01-02T08:00:00+08:00"), 200)

    moved = tell(desk, f"orders/{number}/cancel", {"why": "buyer"}, 412, If_Match=tag)
    assert codes(moved) == ["version_moved"]
    assert given.free("TEA") == 8
    now = desk.get(f"/api/v1/orders/{number}")["ETag"]
    gone = tell(desk, f"orders/{number}/cancel", {"why": "buyer"}, If_Match=now)
    assert gone == {"number": number, "state": "CANCELLED", "floor": "CANCELLED"}
    assert given.free("TEA") == 10
    assert codes(tell(desk, f"orders/{number}/cancel", {"why": "buyer"}, 409)) == ["already_ended"]


def test_many_are_cancelled_each_by_itself(desk: Client) -> None:
    numbers = [tell(desk, "orders", order(f"A-{each}", 1), 201)["number"] for each in range(2)]
    asked = [*numbers, "SO-9999999", "T-7"]
    results = tell(desk, "orders/cancel", {"numbers": asked, "why": "buyer"})["results"]
    assert [each["status"] for each in results] == [200, 200, 404, 404]
    results = tell(desk, "orders/cancel", {"numbers": numbers, "why": "buyer"})["results"]
    assert [each["status"] for each in results] == [409, 409]
    assert given.free("TEA") == 10


def test_others_orders_are_not_there(desk: Client) -> None:
    number = tell(desk, "orders", order(), 201)["number"]
    given.unit("EAST", "REGION", "HQ")
    other = signed_in("STORE_MANAGER", "EAST")
    assert ask(other, "orders")["orders"] == []
    for path in ("", "/timeline"):
        assert codes(ask(other, f"orders/{number}{path}", 404)) == ["not_found"]
    for path in ("/cancel", "/receiver"):
        assert codes(tell(other, f"orders/{number}{path}", {"why": "x"}, 404)) == ["not_found"]
    assert Order.objects.get().state == "SUBMITTED"


def test_the_same_key_gives_the_same_answer_and_one_effect(desk: Client) -> None:
    first = tell(desk, "orders", order(), 201, Idempotency_Key="k1")
    again = tell(desk, "orders", order(), 201, Idempotency_Key="k1")
    other = tell(desk, "orders", order(qty=3), 422, Idempotency_Key="k1")
    kept = tell(desk, "orders", order("A-2", 1), 202, Prefer="respond-async", Idempotency_Key="k2")
    same = tell(desk, "orders", order("A-2", 1), 202, Prefer="respond-async", Idempotency_Key="k2")

    assert (again, kept, codes(other)) == (first, same, ["key_reused"])
    assert (Order.objects.count(), given.free("TEA")) == (1, 8)
