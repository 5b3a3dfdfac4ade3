"""The same command twice has one effect and one answer."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.models import Check, Parcel, Pick, PickList


def test_a_double_scan_takes_once(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)

    first = world.pick(pick_list, "A-01", "6901", key="scan-1")
    again = world.pick(pick_list, "A-01", "6901", key="scan-1")

    assert (again.ok, again.repeated, dict(again.data)) == (True, True, dict(first.data))
    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}
    assert Pick.objects.count() == 1


def test_a_double_scan_inside_one_call_takes_once(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2)
    scan = floor.PickScan("same", pick_list=world.listed(house), location="A-01", barcode="6901")

    with transaction.atomic():
        answers = floor.confirm_picks([scan, scan, replace(scan, qty=2)], actor=world.WHO)

    assert [(each.code, each.repeated) for each in answers] == [
        ("ok", False), ("ok", True), ("key_reused", False),
    ]  # fmt: skip
    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}


def test_a_key_with_other_content_is_refused(house: House) -> None:
    world.ordered(house, "SO-1", TEA=3)
    pick_list = world.listed(house)
    world.pick(pick_list, "A-01", "6901", key="scan-1")

    assert world.pick(pick_list, "A-01", "6901", 2, key="scan-1").code == "key_reused"
    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}


def test_a_refused_scan_may_be_sent_again_under_its_key(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)

    assert world.pick(pick_list, "A-02", "6901", key="scan-1").code == "wrong_location"
    assert world.pick(pick_list, "A-01", "6901", key="scan-1").ok


def test_a_resent_check_counts_once(house: House) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))

    world.check(number, "6901", key="c-1")
    again = world.check(number, "6901", key="c-1")

    assert (again.repeated, again.data["left"]) == (True, 1)
    assert Check.objects.count() == 1


def test_a_resent_closing_gives_the_same_waybill(house: House) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    world.pick_all(world.listed(house))
    world.check_all(number)

    first = world.close(number, key="p-1")
    again = world.close(number, key="p-1")

    assert again.repeated
    assert dict(again.data) == dict(first.data)
    assert Parcel.objects.count() == 1


def test_a_resent_departure_leaves_once(house: House) -> None:
    parcel = world.packed(house, "SO-1", TEA=2)

    first = world.ship(parcel, key="s-1")
    again = world.ship(parcel, key="s-1")

    assert again.repeated
    assert dict(again.data) == dict(first.data)
    assert world.on_hand(house, "TEA") == 18
    assert [event.to_state for event in board.timeline("SO-1")].count("SHIPPED") == 1


def test_a_resent_wish_for_a_pick_list_gives_the_same_list(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    wish = floor.PickListWish("list-1", warehouse_id=house.warehouse, limit=1)
    with transaction.atomic():
        first = floor.create_pick_list(wish, actor=world.WHO)
    world.ordered(house, "SO-2", TEA=1)
    with transaction.atomic():
        again = floor.create_pick_list(wish, actor=world.WHO)

    assert again.repeated
    assert again.data["pick_list"] == first.data["pick_list"]
    assert PickList.objects.count() == 1
    assert world.state("SO-2") == "RELEASED"
