"""Waybill numbers: in order, once each, and a clear no when there are none."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.models import Parcel, WaybillRange


def small(first: int, last: int, prefix: str = "ST") -> None:
    with transaction.atomic():
        floor.add_carrier(code="STO", name="STO Express")
        floor.add_waybills(carrier_code="STO", prefix=prefix, first=first, last=last)


def checked(house: House, count: int) -> list[str]:
    """Fulfilments that wait for their box."""
    numbers = [world.ordered(house, f"SO-{number}", TEA=1) for number in range(count)]
    world.pick_all(world.listed(house))
    world.check_all(*numbers)
    return numbers


def close_all(numbers: list[str], carrier: str) -> list[floor.Answer]:
    with transaction.atomic():
        return floor.close_parcels(
            [
                floor.ParcelClosing(world.fresh(), fulfilment=number, carrier=carrier)
                for number in numbers
            ],
            actor=world.WHO,
        )


def test_an_exhausted_range_refuses_the_rest_and_packs_what_it_can(house: House) -> None:
    small(98, 99)
    numbers = checked(house, 3)

    answers = close_all(numbers, "STO")

    assert [each.code for each in answers] == ["ok", "ok", "waybills_exhausted"]
    assert [each.data["waybill"] for each in answers[:2]] == ["ST98", "ST99"]
    assert Parcel.objects.count() == 2
    assert world.state("SO-2") == "CHECKED"
    assert next(each for each in board.carriers() if each.code == "STO").waybills_left == 0


def test_the_next_range_goes_on_where_the_first_ends(house: House) -> None:
    small(9, 9, "A")
    small(1, 5, "B")

    answers = close_all(checked(house, 3), "STO")

    assert [each.data["waybill"] for each in answers] == ["A9", "B1", "B2"]


def test_a_rolled_back_parcel_gives_its_number_back(house: House) -> None:
    small(1, 5)
    number = checked(house, 1)[0]
    with transaction.atomic():
        assert close_all([number], "STO")[0].data["waybill"] == "ST1"
        transaction.set_rollback(True)

    assert close_all([number], "STO")[0].data["waybill"] == "ST1"


def test_ranges_that_overlap_or_run_backwards_are_refused(house: House) -> None:
    small(10, 20)

    for first, last in ((20, 30), (15, 16), (10, 10)):
        with pytest.raises(floor.WaybillsOverlap), transaction.atomic():
            floor.add_waybills(carrier_code="STO", prefix="ST", first=first, last=last)
    with pytest.raises(floor.BadRange), transaction.atomic():
        floor.add_waybills(carrier_code="STO", prefix="ST", first=5, last=4)
    assert WaybillRange.objects.filter(carrier__code="STO").count() == 1


def test_the_wish_of_the_order_decides_when_the_bench_does_not(house: House) -> None:
    small(1, 5)
    numbers = checked(house, 2)

    assert world.close(numbers[0]).data["carrier"] == "SF"
    assert world.close(numbers[1], carrier="STO").data["carrier"] == "STO"
