"""Availability day by day: what is free, announced and on the way, less what is waited for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import selectors
from inventory import services as inventory
from tests import given
from tests.inventory import goods
from tests.inventory.test_kits import kit

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def noon(days: int) -> datetime:
    """Noon of a day from today, in the display zone."""
    day = today() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(12)))


def announced(code: str, qty: int, days: int, *, document: str = "PO-1", warehouse: str = "WH1"):  # type: ignore[no-untyped-def]
    with transaction.atomic():
        inventory.announce(
            [
                inventory.Announcement(
                    document=document, warehouse_id=given.warehouse_id(warehouse),
                    sku_id=given.sku(code), qty=qty, due_at=noon(days),
                )
            ],
            actor=given.ACTOR,
        )  # fmt: skip


def steps(code: str, *, days: int = 30, warehouses: tuple[str, ...] = ("WH1",), **more):  # type: ignore[no-untyped-def]
    """(days from today, arriving, balance) of the SKU's forecast."""
    sku = given.sku(code)
    found = selectors.future(
        sku_ids=[sku],
        warehouse_ids=[given.warehouse_id(name) for name in warehouses],
        until=today() + timedelta(days=days),
        **more,
    )[sku]
    return [((step.day - today()).days, step.arriving, step.balance) for step in found.steps]


def test_receipts_count_from_the_day_they_are_due() -> None:
    given.stock("TEA", 5)
    given.held("SO-1", "TEA", 2)
    announced("TEA", 10, 3)
    announced("TEA", 4, 3, document="PO-2")
    announced("TEA", 7, 9, document="PO-3")
    announced("CUP", 99, 1)

    assert steps("TEA") == [(0, 0, 3), (3, 14, 17), (9, 7, 24)]
    assert steps("TEA", days=8) == [(0, 0, 3), (3, 14, 17)]
    assert steps("TEA", days=0) == [(0, 0, 3)]
    tea = given.sku("TEA")
    found = selectors.future(
        sku_ids=[tea], warehouse_ids=[given.warehouse_id("WH1")],
        until=today() + timedelta(days=30),
    )[tea]  # fmt: skip
    assert (found.now, found.waiting) == (3, 0)
    assert [found.on(today() + timedelta(days=n)) for n in (-1, 0, 2, 3, 8, 9, 40)] == [
        0, 3, 3, 17, 17, 24, 24,
    ]  # fmt: skip


def test_what_arrived_or_was_called_off_counts_no_more_and_what_is_overdue_counts_today() -> None:
    given.warehouse("WH1")
    announced("TEA", 10, -2)
    announced("TEA", 6, 4, document="PO-2")
    assert steps("TEA") == [(0, 10, 10), (4, 6, 16)]

    goods.receive(goods.line(given.sku("TEA"), 7), document="PO-1").check()
    assert steps("TEA") == [(0, 3, 10), (4, 6, 16)]
    goods.receive(goods.line(given.sku("TEA"), 3), document="PO-1").check()
    assert steps("TEA") == [(0, 0, 10), (4, 6, 16)]
    with transaction.atomic():
        inventory.close_announced(documents=["PO-2"])
    assert steps("TEA") == [(0, 0, 10)]


def test_goods_on_the_way_count_where_they_go_to() -> None:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.stock("TEA", 10)
    tea = given.sku("TEA")
    goods.transfer_out(
        "T-1", goods.placed(tea, 4, goods.place()),
        to_warehouse_id=given.warehouse_id("WH2"), due_at=noon(2),
    ).check()  # fmt: skip

    assert steps("TEA") == [(0, 0, 6)]
    assert steps("TEA", warehouses=("WH2",)) == [(0, 0, 0), (2, 4, 4)]
    assert steps("TEA", warehouses=("WH1", "WH2")) == [(0, 0, 6), (2, 4, 10)]
    goods.transfer_in("T-1", goods.line(tea, 3)).check()
    assert steps("TEA", warehouses=("WH2",)) == [(0, 0, 3), (2, 1, 4)]


def test_who_waits_already_comes_first() -> None:
    given.stock("TEA", 1)
    announced("TEA", 10, 3)

    found = steps("TEA", waiting={given.sku("TEA"): 4, given.sku("CUP"): 9})

    assert found == [(0, 0, -3), (3, 10, 7)]
    sku = given.sku("TEA")
    forecast = selectors.future(
        sku_ids=[sku], warehouse_ids=[given.warehouse_id("WH1")], until=today(), waiting={sku: 4}
    )[sku]
    assert (forecast.waiting, forecast.on(today())) == (4, 0)


def test_a_kit_can_be_promised_for_the_day_its_last_part_comes() -> None:
    given.stock("TEA", 5)
    announced("CUP", 2, 2)
    announced("CUP", 9, 5, document="PO-2")
    kit(TEA=2, CUP=1)
    tea, cup, box = given.sku("TEA"), given.sku("CUP"), given.sku("BOX")

    assert steps("BOX") == [(0, 0, 0), (2, 2, 2), (5, 0, 2)]
    assert steps("BOX", waiting={box: 1}) == [(0, 0, -1), (2, 2, 1), (5, 0, 1)]
    # Two units of tea are waited for by orders of tea: one kit fewer.
    assert steps("BOX", waiting={tea: 2, cup: 0}) == [(0, 0, 0), (2, 2, 1), (5, 0, 1)]


def test_another_owners_goods_and_grades_are_not_mixed_in() -> None:
    given.stock("TEA", 5)
    announced("TEA", 10, 3)

    assert steps("TEA", owner="ACME") == [(0, 0, 0)]
    assert steps("TEA", grade="CC") == [(0, 0, 0)]


def test_many_skus_cost_as_much_as_one() -> None:
    for n in range(4):
        given.stock(f"T{n}", 3)
        announced(f"T{n}", 3, n, document=f"PO-{n}")
    made = kit(T0=1, T1=1)
    house = given.warehouse_id("WH1")

    def statements(skus: list[int]) -> int:
        with CaptureQueriesContext(connection) as seen:
            selectors.future(sku_ids=skus, warehouse_ids=[house], until=today())
        return len(seen)

    many = [made, *(given.sku(f"T{n}") for n in range(4))]
    assert statements([given.sku("T0")]) == statements(many) == 4


def expiring(code: str, **more: Any) -> list[tuple[int, int, int]]:
    """(days from today, expiring, balance) of the SKU's forecast."""
    sku = given.sku(code)
    found = selectors.future(
        sku_ids=[sku],
        warehouse_ids=[given.warehouse_id("WH1")],
        until=today() + timedelta(days=30),
        **more,
    )[sku]
    return [((step.day - today()).days, step.expiring, step.balance) for step in found.steps]


def lot_of(code: str, name: str, days: int, qty: int) -> None:
    """Goods of a lot that may be used for so many days from today, today included."""
    made = given.lot(code, name, expires_on=today() + timedelta(days=days))
    given.stock(code, qty, lot_id=made)


def test_lots_that_expire_before_a_day_cannot_be_promised_for_it() -> None:
    given.stock("TEA", 4)
    lot_of("TEA", "L1", 2, 5)
    lot_of("TEA", "L2", 7, 6)
    lot_of("TEA", "L3", 90, 7)
    announced("TEA", 3, 3)

    assert expiring("TEA") == [(0, 0, 22), (3, 5, 20), (8, 6, 14)]
    tea, house = given.sku("TEA"), given.warehouse_id("WH1")
    forecast = selectors.future(
        sku_ids=[tea], warehouse_ids=[house], until=today() + timedelta(days=7)
    )[tea]
    assert [forecast.on(today() + timedelta(days=n)) for n in (0, 2, 3, 7)] == [22, 22, 20, 20]


def test_claims_without_a_cell_use_up_what_expires_first() -> None:
    lot_of("TEA", "L1", 2, 5)
    lot_of("TEA", "L2", 7, 6)
    given.held("SO-1", "TEA", 7)

    assert expiring("TEA") == [(0, 0, 4), (8, 4, 0)]


def test_frozen_and_pinned_units_of_a_lot_do_not_expire_from_what_is_free() -> None:
    lot_of("TEA", "L1", 2, 5)
    given.held("FZ-1", "TEA", 3, reason="MANUAL", location_id=given.location("A-01"))
    given.stock("TEA", 10, location="PACK")

    assert expiring("TEA") == [(0, 0, 12), (3, 2, 10)]


def test_a_kit_lasts_as_long_as_its_first_part_to_expire() -> None:
    lot_of("TEA", "L1", 2, 4)
    given.stock("TEA", 2)
    given.stock("CUP", 3)
    kit(TEA=2, CUP=1)

    assert expiring("BOX") == [(0, 0, 3), (3, 2, 1)]
