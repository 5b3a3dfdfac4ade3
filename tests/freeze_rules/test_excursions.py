"""Excursions freeze the goods that were there, wherever they are now; late readings revise them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from freeze_rules.models import Event, Excursion, ExposedGoods, SensorBound, SensorClock, Watch
from freeze_rules.services import events
from freeze_rules.services import judging as rule_judging
from freeze_rules.services.sensors import listening, registry
from inventory import selectors as stock
from inventory import services as inventory
from org.models import Notice
from tests import given
from tests.freeze_rules.sensing import (
    EVERYTHING,
    bound,
    device,
    frozen,
    now,
    say,
    say_every,
    told,
    work,
)
from tests.inventory import goods

pytestmark = pytest.mark.django_db


def yesterday(hour: int = 0) -> datetime:
    return now() - timedelta(days=2) + timedelta(hours=hour)


def long_ago() -> datetime:
    return now() - timedelta(days=10)


@pytest.fixture
def milk() -> int:
    """A chilled SKU; its class is bound to 0-8 °C with 30 minutes of grace."""
    device(period_s=600)
    return given.sku("MILK", temperature="CHILLED")


def _lay_in(sku: int, qty: int, at: str = "C-01", lot: int | None = None) -> None:
    goods.receive(goods.line(sku, qty, lot_id=lot), at=at, occurred_at=long_ago()).check()


def _too_warm() -> None:
    """An hour at 12 °C, two days ago."""
    say_every(10, yesterday(), 4, 12, 12, 12, 12, 12, 12, 12, 4)


def _goods() -> set[tuple[str, str, int, int, str]]:
    return {
        (row.where, row.location.code if row.location else "", row.qty, row.on_hand, row.document)
        for row in ExposedGoods.objects.select_related("location")
    }


def test_too_long_too_warm_freezes_what_lies_there(milk: int) -> None:
    _lay_in(milk, 10)

    _too_warm()
    [done] = work()

    excursion = Excursion.objects.get()
    assert (excursion.side, excursion.peak, excursion.state) == ("HIGH", 12_000, "CLOSED")
    assert excursion.breached_at == yesterday() + timedelta(minutes=40)
    assert (done.frozen, done.shipped) == (10, 0)
    assert frozen(excursion.number) == {"C-01": 10}
    assert given.free("MILK") == 0
    [hold] = stock.holds(scope=EVERYTHING, documents=[excursion.number])
    assert (hold.reason_code, hold.is_safety) == ("COLD_CHAIN", True)


def test_what_is_short_is_forgiven(milk: int) -> None:
    _lay_in(milk, 10)

    say_every(10, yesterday(), 4, 12, 12, 4)

    assert work() == []
    assert Excursion.objects.get().breached_at is None
    assert given.free("MILK") == 10


def test_ambient_goods_in_the_same_zone_are_not_concerned(milk: int) -> None:
    _lay_in(milk, 10)
    _lay_in(given.sku("SALT"), 5)

    _too_warm()
    work()

    assert given.free("SALT") == 5
    assert given.free("MILK") == 0


def test_a_skus_own_bound_goes_before_its_class(milk: int) -> None:
    _lay_in(milk, 10)
    yoghurt = given.sku("YOGHURT", temperature="CHILLED")
    _lay_in(yoghurt, 5)
    bound(sku="YOGHURT", upper=15_000)
    # In force since before the readings.
    SensorBound.objects.filter(sku=yoghurt).update(since=long_ago())

    _too_warm()
    work()

    assert given.free("YOGHURT") == 5
    assert given.free("MILK") == 0


def test_goods_that_were_moved_sent_and_shipped_since_are_found(milk: int) -> None:
    lot = given.lot("MILK", "L1")
    _lay_in(milk, 20, lot=lot)
    goods.move(milk, 6, "C-01", "A-01", lot_id=lot).check()
    given.held("SO-1", "MILK", 3)
    goods.pin("SO-1")
    goods.ship("SO-1").check()

    _too_warm()
    work()

    where = {row[0] for row in _goods()}
    left = {(row[2], row[4]) for row in _goods() if row[0] == "SHIPPED"}
    assert where == {"THERE", "MOVED", "SHIPPED"}
    assert left == {(3, "SO-1")}
    assert given.free("MILK") == 0
    assert sum(frozen(Excursion.objects.get().number).values()) == 17


def test_where_exposed_and_clean_units_have_met_the_whole_cell_is_frozen(milk: int) -> None:
    lot = given.lot("MILK", "L1")
    _lay_in(milk, 10, lot=lot)
    _lay_in(milk, 10, at="A-01", lot=lot)
    goods.move(milk, 10, "C-01", "A-01", lot_id=lot).check()

    _too_warm()
    work()

    assert _goods() == {("MOVED", "A-01", 10, 20, "")}
    assert frozen(Excursion.objects.get().number) == {"A-01": 20}
    assert ExposedGoods.objects.get().hold_id is not None


def test_goods_that_came_after_it_are_clean(milk: int) -> None:
    _lay_in(milk, 10, at="A-01")
    goods.move(milk, 10, "A-01", "C-01").check()

    _too_warm()
    work()

    assert _goods() == set()
    assert given.free("MILK") == 10


def test_goods_on_the_way_are_frozen_on_the_truck_and_never_for_sale_when_they_arrive(
    milk: int,
) -> None:
    _lay_in(milk, 10)
    given.warehouse("SHOP", kind="STORE")
    goods.transfer_out("T-1", goods.placed(milk, 10, goods.place("C-01"))).check()
    _too_warm()
    [done] = work()
    number = Excursion.objects.get().number
    assert _goods() == {("TRANSIT", "T-1", 10, 10, "T-1")}
    assert done.frozen == 10
    assert frozen(number) == {"T-1": 10}
    _inspected(milk, number, "WH1")
    assert frozen(number) == {"T-1": 10}

    goods.transfer_in("T-1", goods.line(milk, 4), warehouse="SHOP").check()
    assert goods.cells(milk) == {"SHOP A-01 ZP": (4, 4), "TRANSIT T-1 ZP": (6, 6)}
    goods.transfer_in("T-1", goods.line(milk, 6), warehouse="SHOP").check()
    assert goods.cells(milk) == {"SHOP A-01 ZP": (10, 10)}
    _look_again()

    assert ("STORE", 10) in {(row[0], row[2]) for row in _goods()}
    assert given.free("MILK", "SHOP") == 0
    _inspected(milk, number, "SHOP")
    assert given.free("MILK", "SHOP") == 10


@pytest.mark.parametrize("deeds", [[], [{"on": "inspection.passed", "do": "release"}]])
def test_an_inspection_that_passes_on_the_way_lets_go_of_the_goods_when_they_arrive(
    milk: int, deeds: list[dict[str, str]]
) -> None:
    _lay_in(milk, 10)
    given.warehouse("SHOP", kind="STORE")
    goods.transfer_out("T-1", goods.placed(milk, 10, goods.place("C-01"))).check()
    _too_warm()
    work()
    number = Excursion.objects.get().number
    if deeds:
        Watch.objects.update(dispositions=deeds, formula={"approval": "stock.release_safety"})
    _inspected(milk, number, "TRANSIT")
    assert frozen(number) == {"T-1": 10}
    with transaction.atomic():
        rule_judging.look_again(now=now() + timedelta(minutes=16))
    assert frozen(number) == {"T-1": 10}

    goods.transfer_in("T-1", goods.line(milk, 10), warehouse="SHOP").check()
    assert given.free("MILK", "SHOP") == 0
    with transaction.atomic():
        rule_judging.look_again(now=now() + timedelta(minutes=32))

    assert given.free("MILK", "SHOP") == 10
    assert not Watch.objects.filter(closed_at=None).exists()


def _inspected(sku: int, document: str, warehouse: str) -> None:
    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="inspection.passed", key=f"{document}:{warehouse}", document=document,
                    warehouse_id=given.warehouse_id(warehouse),
                    goods=(events.Goods(sku_id=sku, qty=10),),
                )
            ],
            told_by=given.ACTOR,
        )  # fmt: skip
    with transaction.atomic():
        rule_judging.judge_batch()


def _look_again() -> None:
    for excursion in Excursion.objects.filter(chase_at__isnull=False):
        excursion.chase_at = now()
        excursion.save(update_fields=["chase_at"])
    work()


def test_what_was_let_go_of_is_not_frozen_again_where_it_goes(milk: int) -> None:
    _lay_in(milk, 10)
    _too_warm()
    work()
    [hold] = stock.holds(scope=EVERYTHING, documents=[Excursion.objects.get().number])
    goods.do(
        inventory.release,
        inventory.ReleaseRequest(key="r", document=hold.document, hold_id=hold.id),
    ).check()
    goods.move(milk, 10, "C-01", "A-01").check()

    _look_again()

    assert given.free("MILK") == 10


def test_readings_that_come_out_of_order_make_the_same_excursion(milk: int) -> None:
    _lay_in(milk, 10)
    values = [4, 12, 12, 12, 12, 12, 12, 12, 4]
    readings = [
        told(yesterday() + timedelta(minutes=10 * step), value) for step, value in enumerate(values)
    ]

    for place in (8, 3, 0, 5, 1, 7, 2, 6, 4):
        say(readings[place])
        work()

    excursion = Excursion.objects.get(withdrawn_at__isnull=True)
    assert excursion.started_at == yesterday() + timedelta(minutes=10)
    assert excursion.ended_at == yesterday() + timedelta(minutes=80)
    assert excursion.readings == 7
    assert excursion.dose == 4_000 * 60 + 4_000 * 10 // 2
    assert given.free("MILK") == 0


def test_a_late_reading_revises_an_excursion_and_the_change_is_kept(milk: int) -> None:
    _lay_in(milk, 10)
    say_every(10, yesterday(), 4, 12, 12, 4)
    assert work() == []

    say(told(yesterday() + timedelta(minutes=25), 20))
    say(told(yesterday() + timedelta(minutes=5), 12), told(yesterday() - timedelta(minutes=5), 12))
    say(told(yesterday() - timedelta(minutes=30), 12))
    work()

    excursions = Excursion.objects.filter(withdrawn_at__isnull=True).order_by("started_at")
    assert [each.peak for each in excursions] == [12_000, 20_000]
    last = excursions[1]
    assert last.started_at == yesterday() + timedelta(minutes=5)
    assert [each.after["peak"] for each in last.revisions.all()] == [20_000]


def test_another_calibration_withdraws_what_was_none(milk: int) -> None:
    _lay_in(milk, 10)
    say_every(10, yesterday(), 4, 9, 9, 9, 9, 9, 4)
    work()
    assert Excursion.objects.get().state == "CLOSED"

    with transaction.atomic():
        registry.calibrate(
            code="T-01", offset=-2_000, since=long_ago(), actor=given.ACTOR, scope=EVERYTHING
        )
    work()

    excursion = Excursion.objects.get()
    assert excursion.state == "WITHDRAWN"
    # Goods that were frozen stay so until somebody looks: a safety freeze never lifts by itself.
    assert given.free("MILK") == 0


def test_a_zone_with_a_bound_has_excursions_though_no_goods_are_concerned() -> None:
    device()
    bound(upper=8_000, grace_minutes=0)
    given.person("WAREHOUSE_LEAD")

    say(told(now() + timedelta(minutes=1), 12))
    work()

    assert Excursion.objects.get().state == "OPEN"
    assert Notice.objects.filter(kind="sensor.excursion").count() == 1


def test_a_device_that_falls_silent_is_told_of_once_and_warmth_lasts_through_silence(
    milk: int,
) -> None:
    _lay_in(milk, 10)
    given.person("WAREHOUSE_LEAD")
    say_every(10, yesterday(), 4, 12, 12)
    work()
    # Nobody has heard of it for two days: it may have stayed warm.
    assert given.free("MILK") == 0
    with transaction.atomic():
        assert listening.note_silence() == 1
        assert listening.note_silence() == 0
    assert Notice.objects.filter(kind="sensor.silent").count() == 1

    say(told(now(), 4))
    work()

    assert SensorClock.objects.get().silent_since is None
    assert Excursion.objects.get().gap_s > 86_400


def test_light_is_judged_by_its_dose_and_freezes_what_minds_it() -> None:
    device("L-01", measure="LIGHT", unit="LX")
    beer = given.sku("BEER", light_sensitive=True)
    _lay_in(beer, 4)
    _lay_in(given.sku("CAN"), 4)

    say_every(10, yesterday(), 10, 2_000, 2_000, 2_000, 2_000, 10, device="L-01")
    work()

    assert given.free("BEER") == 0
    assert given.free("CAN") == 4
    excursion = Excursion.objects.get()
    assert excursion.dose == 1_167_500
    [hold] = stock.holds(scope=EVERYTHING, documents=[excursion.number])
    assert hold.reason_code == "LIGHT"


def test_what_comes_back_from_a_customer_is_frozen_too(milk: int) -> None:
    _lay_in(milk, 4)
    goods.shipped("SO-1", milk, 4)
    _too_warm()
    work()
    assert {(row[0], row[4]) for row in _goods()} == {("SHIPPED", "SO-1")}

    goods.take_return("SO-1", goods.line(milk, 3)).check()
    _look_again()

    assert ("MOVED", "A-01", 3, 3, "") in _goods()
    assert given.free("MILK") == 0


def test_a_passed_inspection_lets_go_of_it_and_time_does_not(milk: int) -> None:
    _lay_in(milk, 10)
    _too_warm()
    work()
    number = Excursion.objects.get().number
    with transaction.atomic():
        rule_judging.look_again(now=now() + timedelta(days=400))
    assert given.free("MILK") == 0

    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="inspection.passed", key="Q-1", document=number,
                    warehouse_id=given.warehouse_id("WH1"),
                    goods=(events.Goods(sku_id=milk, qty=10),),
                )
            ],
            told_by=given.ACTOR,
        )  # fmt: skip
    with transaction.atomic():
        rule_judging.judge_batch()

    assert given.free("MILK") == 10


def test_an_inspection_of_another_receipt_lets_go_of_nothing(milk: int) -> None:
    _lay_in(milk, 10)
    _too_warm()
    work()

    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="inspection.passed", key="Q-2", document="PO-7",
                    goods=(events.Goods(sku_id=milk, qty=10),),
                )
            ],
            told_by=given.ACTOR,
        )  # fmt: skip
    with transaction.atomic():
        rule_judging.judge_batch()

    assert given.free("MILK") == 0


def test_rules_hear_of_it_with_the_goods(milk: int) -> None:
    _lay_in(milk, 10)

    _too_warm()
    work()

    event = Event.objects.get(kind="sensor.excursion")
    assert event.document == Excursion.objects.get().number
    assert event.facts["event.peak"] == 12
    assert event.facts["event.minutes"] == 70
    assert [each["qty"] for each in event.goods] == [10]
