"""Sold over the counter: claimed, taken and gone in one transaction; safe to send again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inventory import services as inventory
from inventory.models import Hold, Posting
from tests import given
from tests.api.asking import ask, codes, signed_in, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Client:
    given.stock("TEA", 10)
    given.stock("CUP", 4)
    return signed_in("CLERK")


def sale(number: str = "R-1", *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "warehouse": "WH1",
        "number": number,
        "lines": list(lines) or [{"sku": "TEA", "qty": 2}],
        **more,
    }


def test_a_sale_leaves_the_store_and_nothing_of_it_stays_claimed(clerk: Client) -> None:
    with transaction.atomic():
        inventory.add_barcodes([(given.sku("CUP"), "BOX3", 3, "盒")])
    lines = [{"barcode": "69TEA", "qty": 2}, {"barcode": "BOX3", "qty": 1}]
    answer = tell(clerk, "pos/sales", sale("R-1", *lines), 201)
    assert answer == {
        "number": "R-1", "document": "POS/WH1/R-1", "units": 5, "repeated": False,
    }  # fmt: skip
    assert (given.free("TEA"), given.free("CUP")) == (8, 1)
    assert Hold.objects.get(document="POS/WH1/R-1").state == "CONSUMED"


def test_a_sale_that_is_sent_again_is_done_once(clerk: Client) -> None:
    tell(clerk, "pos/sales", sale(), 201)
    before = Posting.objects.count()
    assert tell(clerk, "pos/sales", sale())["repeated"] is True
    other = tell(clerk, "pos/sales", sale("R-1", {"sku": "TEA", "qty": 3}), 422)
    assert codes(other) == ["key_reused"]
    assert (given.free("TEA"), Posting.objects.count()) == (8, before)


def test_what_is_not_there_is_said_line_by_line_and_nothing_is_sold(clerk: Client) -> None:
    lines = [{"sku": "TEA", "qty": 8}, {"sku": "CUP", "qty": 4}, {"sku": "TEA", "qty": 5}]
    answer = tell(clerk, "pos/sales", sale("R-2", *lines), 409)
    assert [(e["code"], e["line"], e["asked"], e["there"]) for e in answer["errors"]] == [
        ("insufficient_stock", 2, 5, 2)
    ]
    assert (given.free("TEA"), given.free("CUP")) == (10, 4)
    assert not Posting.objects.filter(document="POS/WH1/R-2").exists()


def test_what_a_till_kept_comes_in_each_by_itself(clerk: Client) -> None:
    items = [sale("R-1"), sale("R-2", {"sku": "TEA", "qty": 9}), sale("R-3"), sale("R-1")]
    results = tell(clerk, "pos/sales", {"items": items})["results"]
    assert [each["status"] for each in results] == [201, 409, 201, 200]
    assert given.free("TEA") == 6


def test_frozen_goods_are_not_sold(clerk: Client) -> None:
    given.held("FZ-1", "TEA", 9, reason="MANUAL")
    answer = tell(clerk, "pos/sales", sale(), 409)
    assert [(each["line"], each["there"]) for each in answer["errors"]] == [(0, 1)]


def test_a_customer_brings_back_what_was_sold_and_no_more(clerk: Client) -> None:
    tell(clerk, "pos/sales", sale(), 201)
    back = {**sale("B-1", {"sku": "TEA", "qty": 1}), "sale": "R-1"}
    assert tell(clerk, "pos/returns", back, 201)["document"] == "POS/WH1/B-1"
    assert tell(clerk, "pos/returns", back)["repeated"] is True
    # It waits in the receiving area, frozen by the place.
    assert given.free("TEA") == 8
    shelf = {**sale("B-2", {"sku": "TEA", "qty": 1}), "sale": "R-1", "location": "A-01"}
    tell(clerk, "pos/returns", shelf, 201)
    assert given.free("TEA") == 9
    more = {**sale("B-3", {"sku": "TEA", "qty": 1}), "sale": "R-1"}
    assert codes(tell(clerk, "pos/returns", more, 409)) == ["not_shipped"]


def test_bad_lines_and_others_stores_are_refused(clerk: Client) -> None:
    wrong: list[tuple[list[dict[str, Any]], str]] = [
        ([{"qty": 1}], "sku_or_barcode"),
        ([{"sku": "TEA", "barcode": "69TEA", "qty": 1}], "sku_or_barcode"),
        ([{"barcode": "NO", "qty": 1}], "unknown_barcode"),
        ([{"sku": "TEA", "qty": 0}], "bad_quantity"),
    ]
    for lines, code in wrong:
        assert codes(tell(clerk, "pos/sales", sale("R-9", *lines), 422)) == [code]
    assert codes(tell(clerk, "pos/sales", {**sale(), "lines": []}, 422)) == ["no_lines"]
    given.unit("EAST", "REGION", "HQ")
    other = signed_in("CLERK", "EAST")
    assert codes(tell(other, "pos/sales", sale(), 422)) == ["unknown_warehouse"]
    assert codes(tell(signed_in("AUDITOR"), "pos/sales", sale(), 403)) == ["not_allowed"]
    assert (
        ask(signed_in("AUDITOR"), "stock/availability", sku="TEA")["availability"][0]["available"]
        == 10
    )
