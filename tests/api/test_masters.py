"""SKUs, lots, warehouses and locations over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from inventory.models import Location, Sku
from org.models import AuditRecord
from tests import given
from tests.api.asking import ask, codes, signed_in, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    given.warehouse("WH1")
    return signed_in("HEAD_OFFICE")


def test_a_sku_is_made_read_and_changed_as_it_was_seen(office: Client) -> None:
    body = {"code": "cup", "name": "茶杯", "barcodes": [{"code": "6901", "qty": 1}]}
    made = tell(office, "skus", body, 201)
    assert (made["code"], made["barcodes"]) == (
        "CUP",
        [{"code": "6901", "qty": 1, "pack_name": ""}],
    )
    tag = office.get("/api/v1/skus/CUP")["ETag"]
    changed = tell(office, "skus/CUP", {"name": "大茶杯"}, method="patch", If_Match=tag)
    assert changed["name"] == "大茶杯"
    late = tell(office, "skus/cup", {"name": "x"}, 412, method="patch", If_Match=tag)
    assert codes(late) == ["version_moved"]
    assert Sku.objects.get().name == "大茶杯"
    trail = AuditRecord.objects.filter(subject="sku:CUP").order_by("id")
    assert [row.action for row in trail] == ["sku.created", "sku.changed"]
    assert codes(ask(office, "skus/NO", 404)) == ["not_found"]


def test_many_skus_are_made_each_by_itself(office: Client) -> None:
    given.sku("TEA")
    items = [
        {"code": "A", "name": "A"},
        {"code": "TEA", "name": "Tea"},
        {"code": "B"},
        {"code": "C", "name": "C", "barcodes": [{"code": "69TEA"}]},
    ]
    results = tell(office, "skus", {"items": items})["results"]
    assert [each["status"] for each in results] == [201, 409, 422, 409]
    assert [error["code"] for row in results for error in row["errors"]] == [
        "code_taken", "missing_field", "barcode_taken",
    ]  # fmt: skip
    assert sorted(Sku.objects.values_list("code", flat=True)) == ["A", "TEA"]


def test_skus_are_searched_and_paged(office: Client) -> None:
    for code in ("A-1", "A-2", "B-1"):
        given.sku(code)
    first = ask(office, "skus", limit=2, fields="code")
    assert first["skus"] == [{"code": "A-1"}, {"code": "A-2"}]
    rest = ask(office, "skus", limit=2, cursor=first["cursor"], fields="code")
    assert rest == {"skus": [{"code": "B-1"}], "cursor": None}
    assert [row["code"] for row in ask(office, "skus", words="69B-1")["skus"]] == ["B-1"]
    assert codes(ask(office, "skus", 422, fields="colour")) == ["unknown_field"]
    assert codes(ask(office, "skus", 422, cursor="x")) == ["bad_cursor"]


def test_only_who_sees_the_company_changes_its_skus(office: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.sku("TEA")
    manager = signed_in("STORE_MANAGER", "EAST")
    for answer in (
        tell(manager, "skus", {"code": "X", "name": "X"}, 403),
        tell(manager, "skus/TEA", {"name": "X"}, 403, method="patch"),
    ):
        assert codes(answer) == ["company_wide"]
    assert codes(tell(signed_in("ORDER_DESK"), "skus", {"code": "X", "name": "X"}, 403)) == [
        "not_allowed"
    ]
    assert ask(manager, "skus/TEA")["name"] == "Tea"


def test_a_location_is_made_moved_and_switched_off_when_empty(office: Client) -> None:
    made = tell(office, "locations", {"warehouse": "WH1", "code": "b-01", "sequence": 3}, 201)
    path = f"locations/{made['id']}"
    given.stock("TEA", 4, location="B-01")
    refused = tell(office, path, {"is_active": False}, 409, method="patch")
    assert (refused["errors"][0]["code"], refused["errors"][0]["there"]) == ("location_in_use", 4)
    changed = tell(office, path, {"sequence": 9}, method="patch")
    assert (changed["sequence"], changed["is_active"]) == (9, True)
    assert codes(tell(office, path, {"kind": "TRUCK"}, 422, method="patch")) == ["bad_choice"]

    results = tell(
        office,
        "locations",
        {"items": [{"warehouse": "WH1", "code": f"Q-{n}", "kind": "QUARANTINE"} for n in (1, 2)]},
    )["results"]
    assert [each["status"] for each in results] == [201, 422]
    assert not Location.objects.filter(code="Q-2").exists()


def test_others_places_are_not_there(office: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    manager = signed_in("STORE_MANAGER", "EAST")
    place = given.location("A-01")
    assert ask(manager, "warehouses")["warehouses"] == []
    assert ask(manager, "locations")["locations"] == []
    for path in ("warehouses/WH1", f"locations/{place}"):
        assert codes(ask(manager, path, 404)) == ["not_found"]
    answer = tell(manager, f"locations/{place}", {"sequence": 1}, 404, method="patch")
    assert codes(answer) == ["not_found"]
    answer = tell(manager, "locations", {"warehouse": "WH1", "code": "X"}, 422)
    assert codes(answer) == ["unknown_warehouse"]
    assert ask(office, "warehouses/wh1")["unit"] == "HQ"


def test_lots_are_made_and_listed_where_they_lie(office: Client) -> None:
    given.sku("TEA")
    body = {"sku": "TEA", "code": "L1", "expires_on": "2090-01-31", "supplier": "West"}
    made = tell(office, "lots", body, 201)
    assert codes(tell(office, "lots", body, 409)) == ["code_taken"]
    given.stock("TEA", 5, lot_id=made["id"])
    given.stock("TEA", 3, lot_id=given.lot("TEA", "L2"))

    assert ask(office, f"lots/{made['id']}")["expires_on"] == "2090-01-31"
    assert [row["code"] for row in ask(office, "lots", sku="TEA")["lots"]] == ["L1", "L2"]
    first = ask(office, "stock/lots", limit=1)
    rest = ask(office, "stock/lots", limit=1, cursor=first["cursor"])
    assert [(row["code"], row["units"]) for row in first["lots"] + rest["lots"]] == [
        ("L1", 5), ("L2", 3),
    ]  # fmt: skip
    given.unit("EAST", "REGION", "HQ")
    other = signed_in("STORE_MANAGER", "EAST")
    assert (ask(other, "stock/lots")["lots"], ask(other, "lots")["lots"]) == ([], [])
    assert codes(ask(other, f"lots/{made['id']}", 404)) == ["not_found"]


def test_one_hold_is_shown_where_it_lies(office: Client) -> None:
    given.stock("TEA", 5)
    hold = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    assert ask(office, f"stock/holds/{hold}")["open"] == 2
    given.unit("EAST", "REGION", "HQ")
    other = signed_in("STORE_MANAGER", "EAST")
    assert codes(ask(other, f"stock/holds/{hold}", 404)) == ["not_found"]
