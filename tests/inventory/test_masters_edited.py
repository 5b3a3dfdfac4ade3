"""SKUs, lots and locations are edited; what must not change does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Location, Sku
from org.models import AuditRecord
from org.scope import Scope
from tests import given
from tests.inventory.claiming import do, key, move, refused

pytestmark = pytest.mark.django_db
WHO = "person:7"


def trail(action: str) -> list[tuple[str, object, object]]:
    rows = AuditRecord.objects.filter(action=action).order_by("id")
    return list(rows.values_list("subject", "before", "after"))


def change_place(location_id: int, **changes: Any) -> None:
    with transaction.atomic():
        inventory.change_location(location_id=location_id, changes=changes, actor=WHO)


def test_nothing_comes_into_a_location_that_is_switched_off() -> None:
    given.stock("TEA", 10)
    shut = given.location("B-01")
    change_place(shut, is_active=False)
    tea, house = given.sku("TEA"), given.warehouse_id("WH1")

    said, params = refused(move("TEA", 2, "A-01", "B-01"))
    assert (said, params["asked"], params["line"]) == ("place_closed", "B-01", 0)
    line = inventory.Line(sku_id=tea, qty=2)
    came = do(
        inventory.receive,
        inventory.ReceiveRequest(
            key=key(), document="PO-1", warehouse_id=house, location_id=shut, lines=(line,)
        ),
    )
    counted = do(
        inventory.adjust,
        inventory.AdjustRequest(
            key=key(), document="CT-1", warehouse_id=house, location_id=shut, counted=(line,),
            why="found",
        ),
    )  # fmt: skip

    assert (refused(came)[0], refused(counted)[0]) == ("place_closed", "place_closed")
    assert stock.cells(scope=Scope.everything(), location_id=shut) == []
    change_place(shut, is_active=True)
    move("TEA", 2, "A-01", "B-01").check()


def test_a_location_with_goods_is_not_switched_off() -> None:
    given.stock("TEA", 10)
    place = given.location("A-01")
    with pytest.raises(inventory.Refused) as said:
        change_place(place, is_active=False)
    assert (said.value.code, said.value.params["there"]) == ("location_in_use", 10)
    assert Location.objects.get(pk=place).is_active
    assert trail("location.changed") == []


def test_a_location_changes_its_place_in_the_walk_and_the_trail_says_so() -> None:
    house = given.warehouse_id("WH1")
    with transaction.atomic():
        inventory.add_zone(warehouse_id=house, code="COLD")
        made = inventory.create_location(
            warehouse_id=house, code="c-07", sequence=5, zone="COLD", actor=WHO
        )
    change_place(made, sequence=9, zone="")
    change_place(made, sequence=9)

    assert trail("location.changed") == [
        (f"location:{made}", {"zone": "COLD", "sequence": 5}, {"zone": "", "sequence": 9})
    ]
    for code, changes in [
        ("unknown_zone", {"zone": "NO"}),
        ("kind_is_fixed", {"kind": "QUARANTINE"}),
    ]:
        with pytest.raises(inventory.Refused) as said:
            change_place(made, **changes)
        assert said.value.code == code
    with pytest.raises(inventory.Refused) as said, transaction.atomic():
        inventory.create_location(warehouse_id=house, code="C-07", actor=WHO)
    assert said.value.code == "code_taken"


def test_a_sku_is_made_changed_and_keeps_what_its_stock_fixed() -> None:
    with transaction.atomic():
        made = inventory.create_skus(
            [{"code": "cup", "name": "茶杯", "weight_g": 200}],
            barcodes={"CUP": [inventory.Pack(code="6901")]},
            actor=WHO,
        )["CUP"]
    with transaction.atomic():
        inventory.change_sku(
            sku_id=made, changes={"name": "大茶杯", "weight_g": 200},
            barcodes=[inventory.Pack(code="6902", qty=6, pack_name="盒")], actor=WHO,
        )  # fmt: skip
    given.stock("CUP", 3)

    cup = Sku.objects.get(pk=made)
    assert (cup.name, cup.pinyin[:8]) == ("大茶杯", "dachabei")
    assert stock.sku_ids_by_barcode(["6901", "6902"]) == {"6902": (made, 6)}
    assert trail("sku.changed") == [
        (
            "sku:CUP",
            {"name": "茶杯", "barcodes": [["6901", 1, ""]]},
            {"name": "大茶杯", "barcodes": [["6902", 6, "盒"]]},
        )
    ]
    for code, work in [
        ("tracking_is_fixed", {"serial_tracked": True}),
        ("stays_as_it_is", {"is_kit": True}),
    ]:
        with pytest.raises(inventory.Refused) as said, transaction.atomic():
            inventory.change_sku(sku_id=made, changes=work, actor=WHO)
        assert said.value.code == code
    tea = given.sku("TEA")
    with pytest.raises(inventory.Refused) as said, transaction.atomic():
        inventory.change_sku(
            sku_id=tea, changes={}, barcodes=[inventory.Pack(code="6902")], actor=WHO
        )
    assert (said.value.code, said.value.params["sku_id"]) == ("barcode_taken", made)
    with pytest.raises(inventory.Refused) as said, transaction.atomic():
        inventory.create_skus(
            [{"code": "NEW", "name": "New"}, {"code": "TEA", "name": "Tea"}], actor=WHO
        )
    assert (said.value.code, said.value.params["line"]) == ("code_taken", 1)
    assert not Sku.objects.filter(code="NEW").exists()


def test_a_lot_is_made_once() -> None:
    tea = given.sku("TEA")
    values = {"code": "l1", "expires_on": date(2090, 1, 1)}
    with transaction.atomic():
        made = inventory.create_lot(sku_id=tea, values=values, actor=WHO)
    assert trail("lot.created") == [
        (f"lot:{made}", None, {"code": "L1", "expires_on": "2090-01-01"})
    ]
    with pytest.raises(inventory.Refused) as said, transaction.atomic():
        inventory.create_lot(sku_id=tea, values=values, actor=WHO)
    assert said.value.code == "code_taken"
