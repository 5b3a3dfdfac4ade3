"""Devices and tills of the outside world against the served product, with real signatures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from client import House
from freeze_rules.models import Excursion
from inventory.models import Posting
from org import roles
from org import services as org
from sandbox.sensors import days, sending
from sandbox.tills.till import Till
from tests import given
from tests.freeze_rules import sensing
from tests.inventory import goods


@pytest.fixture
def key(served: str) -> org.NewSecret:
    given.warehouse("WH1")
    return given.api_client(roles.SENSORS_SEND, roles.STORE_SELL)


def test_days_told_late_and_shuffled_freeze_what_the_warm_hour_touched(
    served: str, key: org.NewSecret
) -> None:
    until = sensing.now() - timedelta(hours=3)
    milk = given.sku("MILK", temperature="CHILLED")
    for device, zone in (("T-01", "COLD"), ("T-02", "COLD"), ("T-03", "SHADY")):
        sensing.device(device, zone=zone, period_s=600)
    goods.receive(goods.line(milk, 6), at="C-01", occurred_at=until - timedelta(days=3)).check()

    with House(served, key_id=key.key_id, secret=key.secret) as house:
        for device, kind in (("T-01", "late_batch"), ("T-02", "out_of_order"), ("T-03", "gap")):
            day = days.Day(device=device, kind=kind, until=until)
            said = sending.by_rest(days.batches(day), house=house)
            assert said["quarantined"] == said["duplicates"] == 0
            assert said["accepted"] == (120 if kind == "gap" else 144)
        again = sending.by_rest(days.batches(day), house=house)
    sensing.work()

    assert again["duplicates"] == 120
    door = until - timedelta(hours=10)
    found = Excursion.objects.filter(withdrawn_at=None).order_by("device__code")
    assert [(each.device.code, each.started_at) for each in found] == [
        ("T-01", door), ("T-02", door)
    ]  # fmt: skip
    assert given.free("MILK") == 0


def test_a_till_sells_without_a_line_and_tells_each_sale_once(
    served: str, key: org.NewSecret, tmp_path: Path
) -> None:
    given.stock("TEA", 10)
    file = tmp_path / "till.sqlite3"
    nobody = House("http://127.0.0.1:9", key_id=key.key_id, secret=key.secret, tries=1)
    with nobody, Till(house=nobody, warehouse="WH1", name="T1", file=file) as till:
        sold = [till.sell({"69TEA": qty}) for qty in (2, 3, 9)]
        assert till.tell().kept == 3
    assert given.free("TEA") == 10

    with House(served, key_id=key.key_id, secret=key.secret) as house:
        # The house booked the first sale, and the till fell before it heard so.
        with Till(house=house, warehouse="WH1", name="T1", file=file) as till:
            house.post("/api/v1/pos/sales", {"items": till._kept(1)})
        with Till(house=house, warehouse="WH1", name="T1", file=file) as till:
            told, nothing = till.tell(), till.tell()
            states = till.sales()

    assert sold == ["T1-0001", "T1-0002", "T1-0003"]
    assert (told.repeated, told.booked, told.kept) == (["T1-0001"], ["T1-0002"], 0)
    assert told.refused == {"T1-0003": "insufficient_stock"}
    assert (nothing.booked, nothing.repeated, nothing.refused) == ([], [], {})
    assert states["T1-0003"] == "REFUSED insufficient_stock"
    assert given.free("TEA") == 5
    assert Posting.objects.filter(document__startswith="POS/WH1/T1-", kind="SHIP").count() == 2
