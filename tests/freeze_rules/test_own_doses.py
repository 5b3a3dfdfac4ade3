"""Goods are judged by the dose that they collected themselves, in every place they lay in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from freeze_rules import sensor_tasks
from freeze_rules.models import Excursion, ExposedGoods, SensorBound
from freeze_rules.selectors import goods_doses
from freeze_rules.services.sensors import acting
from inventory import services as inventory
from org.models import Notice
from tests import given
from tests.freeze_rules.sensing import bound, device, frozen, now, say_every, work
from tests.inventory import goods

pytestmark = pytest.mark.django_db


def _wandered() -> None:
    """Eight of ten units of milk were in two rooms while each was warm, too little by itself."""
    device()
    milk = given.sku("MILK", temperature="CHILLED")
    device("T-02", zone="DOCK", location="D-01")
    began, long_ago = now() - timedelta(days=2), now() - timedelta(days=10)
    SensorBound.objects.update(until=now())
    bound(sku="MILK", upper=8_000, grace_minutes=None, dose_limit=200_000)
    SensorBound.objects.filter(sku=milk).update(since=long_ago)
    goods.receive(goods.line(milk, 10), at="C-01", occurred_at=long_ago).check()
    # 8 of them are carried to the dock, where it is warm an hour later.
    line = inventory.MoveLine(
        sku_id=milk, qty=8, from_location_id=goods.place("C-01"), to_location_id=goods.place("D-01")
    )
    carried = inventory.MoveRequest(
        key="carried", document="MV-1", warehouse_id=given.warehouse_id("WH1"), lines=(line,),
        occurred_at=began + timedelta(hours=2),
    )  # fmt: skip
    goods.do(inventory.move, carried).check()

    # 4 degrees too warm for 40 minutes, then back within ten: 180 degree-minutes, twice.
    say_every(10, began, 4, 12, 12, 12, 12, 12, 4)
    assert work() == []
    say_every(10, began + timedelta(hours=3), 4, 12, 12, 12, 12, 12, 4, device="T-02")


def test_goods_that_wandered_through_two_warm_rooms_collect_both_doses() -> None:
    _wandered()
    work()

    first, second = Excursion.objects.order_by("started_at")
    assert (first.breached_at, second.breached_at) == (None, None)
    # Those that stayed have one dose only.
    assert frozen(second.number) == {"D-01": 8}
    assert given.free("MILK") == 2
    [row] = ExposedGoods.objects.filter(where="THERE")
    assert row.dose == first.dose + second.dose > 200_000


def test_what_was_too_much_stays_too_much_when_the_first_room_is_long_ago() -> None:
    _wandered()
    work()
    second = Excursion.objects.order_by("started_at").last()
    assert second is not None

    later = now() + timedelta(days=29)
    while second.chase_at is not None and second.chase_at <= later:
        with transaction.atomic():
            if acting.act_on_next(now=later) is None:
                break

    assert ExposedGoods.objects.get(excursion=second, qty=8).where == "THERE"


def test_doses_reach_back_as_far_as_is_set_and_never_further_than_readings_are_kept(
    settings: Settings,
) -> None:
    _wandered()
    work()
    bound = Excursion.objects.order_by("started_at")[0].bound

    assert len(goods_doses.excursions_of(bound, now=now())) == 2
    settings.SENSOR_DOSE_DAYS = 1
    assert goods_doses.excursions_of(bound, now=now()) == []
    settings.SENSOR_DOSE_DAYS = 900
    assert goods_doses.remembered() == timedelta(days=settings.SENSOR_RETENTION_DAYS)


def test_a_warm_room_whose_goods_are_sound_alarms_nobody() -> None:
    given.person()
    _wandered()
    device("T-03", zone="YARD", location="Y-01")
    long_ago = now() - timedelta(days=10)
    goods.receive(goods.line(given.sku("MILK"), 3), at="Y-01", occurred_at=long_ago).check()
    say_every(10, now() - timedelta(days=1), 4, 12, 12, 12, 12, 12, 4, device="T-03")
    work()

    sound = Excursion.objects.get(device__code="T-03")
    assert (sound.acted_at, sound.chase_at) == (None, None)
    told = Notice.objects.filter(kind="sensor.excursion").values_list("document", flat=True)
    assert set(told) == {Excursion.objects.get(device__code="T-02").number}


def test_the_bells_find_wanderers_and_freeze_them() -> None:
    _wandered()
    sensor_tasks.judge_readings()
    for _bell in range(2):
        sensor_tasks.act_on_excursions()

    _first, second = Excursion.objects.order_by("started_at")
    assert frozen(second.number) == {"D-01": 8}
