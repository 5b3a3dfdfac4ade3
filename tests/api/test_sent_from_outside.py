"""A warehouse run by others reports pick, pack and ship in one request."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.scope import Scope
from outbox.models import News
from tests import given
from tests.api.calling import codes, signed
from tests.wms import world
from wms import selectors as board
from wms.models import Parcel
from wms.selectors.audit import audit

PATH = "/api/v1/fulfilments/SO-1/shipped"


def box(*lines: dict[str, Any], waybill: str = "SF900", carrier: str = "SF") -> dict[str, Any]:
    return {"carrier": carrier, "waybill": waybill, "weight_g": 500, "lines": list(lines)}


def report(*boxes: dict[str, Any], key: str = "", who: Any = None, path: str = PATH) -> Any:
    who = who or given.api_client(roles.FLOOR_SHIP, roles.STOCK_VIEW)
    return signed(who, "POST", path, body={"parcels": list(boxes)}, key=key or world.fresh())


def ready(**qty: int) -> world.House:
    house = world.build()
    world.stocked(house, "A-01", **dict.fromkeys(qty, 10))
    world.ordered(house, "SO-1", **qty)
    return house


def on_hand(house: world.House, sku: str) -> int:
    cells = stock.cells(scope=Scope.everything(), sku_id=house.skus[sku])
    return sum(cell.on_hand for cell in cells)


def by_lot(sku_id: int) -> dict[str, int]:
    cells = stock.cells(scope=Scope.everything(), sku_id=sku_id)
    return {cell.lot_code: cell.on_hand for cell in cells}


@pytest.mark.django_db
def test_one_report_is_the_whole_walk() -> None:
    house = ready(TEA=2, RICE=1)

    answer = report(box({"sku": "TEA", "qty": 2}, {"sku": "RICE", "qty": 1}))

    assert (answer.status_code, answer.json()["state"]) == (200, "SHIPPED")
    assert [(row["picked"], row["checked"]) for row in answer.json()["lines"]] == [(2, 2), (1, 1)]
    assert answer.json()["waybill"] == "SF900"
    assert (on_hand(house, "TEA"), on_hand(house, "RICE")) == (8, 9)
    assert stock.held_units(documents=["SO-1"]) == []
    told = News.objects.filter(handler="oms.services.fulfilment:note_shipped")
    assert list(told.values_list("key", flat=True)) == ["SO-1"]
    assert audit() == []


@pytest.mark.django_db
def test_several_parcels_carry_it_together() -> None:
    house = ready(TEA=3)

    answer = report(box({"sku": "TEA", "qty": 1}), box({"sku": "TEA", "qty": 2}, waybill="SF901"))

    assert answer.status_code == 200
    assert on_hand(house, "TEA") == 7
    assert list(Parcel.objects.order_by("id").values_list("waybill", flat=True)) == [
        "SF900", "SF901",
    ]  # fmt: skip
    assert not Parcel.objects.filter(shipped_at__isnull=True).exists()
    sent = board.shipments(["SO-1"])["SO-1"]
    assert (sent.waybill, sent.lines) == ("SF900", ((house.skus["TEA"], 3),))
    assert audit() == []


@pytest.mark.django_db
def test_the_lot_that_was_taken_is_the_lot_that_leaves() -> None:
    house = world.build()
    early, late = given.lot("TEA", "EARLY"), given.lot("TEA", "LATE")
    for lot in (early, late):
        with transaction.atomic():
            inventory.receive(
                [
                    inventory.ReceiveRequest(
                        key=world.fresh("in"), document=world.fresh("PO"),
                        warehouse_id=house.warehouse, location_id=house.places["A-01"],
                        lines=(inventory.Line(sku_id=house.skus["TEA"], qty=5, lot_id=lot),),
                    )
                ],
                actor=world.WHO,
            )[0].check()  # fmt: skip
    world.ordered(house, "SO-1", TEA=4)

    answer = report(
        box({"sku": "TEA", "qty": 3, "lot": "LATE"}, {"sku": "TEA", "qty": 1, "lot": "EARLY"})
    )

    assert answer.status_code == 200, answer.json()
    assert by_lot(house.skus["TEA"]) == {"EARLY": 4, "LATE": 2}
    assert audit() == []


@pytest.mark.django_db
def test_more_of_a_lot_than_there_is_changes_nothing() -> None:
    house = ready(TEA=2)
    given.lot("TEA", "OTHER")

    answer = report(box({"sku": "TEA", "qty": 2, "lot": "OTHER"}))

    assert (answer.status_code, codes(answer)) == (409, ["insufficient_stock"])
    assert on_hand(house, "TEA") == 10
    assert not Parcel.objects.exists()


@pytest.mark.django_db
def test_sent_again_it_is_done_once() -> None:
    house = ready(TEA=2)
    who = given.api_client(roles.FLOOR_SHIP, roles.STOCK_VIEW)
    parcel = box({"sku": "TEA", "qty": 2})

    first = report(parcel, who=who, key="r-1")
    same = report(parcel, who=who, key="r-1")
    other_key = report(parcel, who=who, key="r-2")
    other = report(box({"sku": "TEA", "qty": 2}, waybill="SF999"), who=who, key="r-3")

    assert [first.status_code, same.status_code, other_key.status_code] == [200] * 3
    assert same.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, codes(other)) == (409, ["already_shipped"])
    assert on_hand(house, "TEA") == 8
    assert Parcel.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parcels", "status", "code"),
    [
        ([box({"sku": "TEA", "qty": 1})], 409, "contents_differ"),
        ([box({"sku": "TEA", "qty": 3})], 409, "contents_differ"),
        ([box({"sku": "TEA", "qty": 2}, {"sku": "SALT", "qty": 1})], 409, "contents_differ"),
        ([box({"sku": "TEA", "qty": 2}, carrier="NOBODY")], 409, "unknown_carrier"),
        ([box({"sku": "TEA", "qty": 1}), box({"sku": "TEA", "qty": 1})], 409, "waybill_used"),
        ([box({"sku": "NONE", "qty": 2})], 422, "unknown_sku"),
        ([box({"sku": "TEA", "qty": 2, "lot": "NONE"})], 422, "unknown_lot"),
        ([box({"sku": "TEA", "qty": 0})], 422, "bad_number"),
        ([], 422, "no_items"),
        ([box()], 422, "no_items"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_whole(
    parcels: list[dict[str, Any]], status: int, code: str
) -> None:
    house = ready(TEA=2)

    answer = report(*parcels)

    assert (answer.status_code, codes(answer)) == (status, [code])
    assert on_hand(house, "TEA") == 10
    assert board.states(["SO-1"]) == {"SO-1": "RELEASED"}
    assert not Parcel.objects.exists()


@pytest.mark.django_db
def test_what_is_worked_on_here_is_not_theirs() -> None:
    house = ready(TEA=2)
    world.listed(house)

    answer = report(box({"sku": "TEA", "qty": 2}))

    assert (answer.status_code, codes(answer)) == (409, ["worked_on_here"])


@pytest.mark.django_db
def test_frozen_goods_cannot_be_reported_as_sent() -> None:
    house = ready(TEA=2)
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="freeze", document="FZ-1", warehouse_id=house.warehouse, reason="QC",
                    blanket=True, policy=inventory.Policy.DISPLACE,
                    lines=(inventory.Line(sku_id=house.skus["TEA"], qty=0),),
                )
            ],
            actor=world.WHO,
        )[0].check()  # fmt: skip

    answer = report(box({"sku": "TEA", "qty": 2}))

    assert answer.status_code == 409
    assert on_hand(house, "TEA") == 10
    assert not Parcel.objects.exists()


@pytest.mark.django_db
def test_pieces_leave_by_their_numbers() -> None:
    house = world.build()
    world.kettles(house)
    world.ordered(house, "SO-1", KETTLE=2)

    wrong = report(box({"sku": "KETTLE", "qty": 2, "serials": ["S1", "NOPE"]}))
    answer = report(box({"sku": "KETTLE", "qty": 2, "serials": ["S1", "S3"]}))

    assert codes(wrong) == ["wrong_serials"]
    assert answer.status_code == 200, answer.json()
    sent = board.shipments(["SO-1"])["SO-1"]
    assert [serial for _, serial in sent.pieces] == ["S1", "S3"]
    assert audit() == []


@pytest.mark.django_db
def test_a_fulfilment_of_another_store_is_not_there() -> None:
    ready(TEA=2)
    given.unit("S01", "STORE", "HQ")
    stranger = given.api_client(roles.FLOOR_SHIP, at="S01")

    answer = report(box({"sku": "TEA", "qty": 2}), who=stranger)

    assert (answer.status_code, codes(answer)) == (404, ["not_found"])
