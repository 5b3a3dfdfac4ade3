"""Receiving by scanning: announced or not, with lots, with numbers; each scan once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from tests.wms import world
from tests.wms.test_pages import Screen
from tests.wms.world import House

PATH = "/pda/receive/"


@pytest.fixture
def dock(house: House, client: Client) -> Screen:
    with transaction.atomic():
        house.places["RCV"] = inventory.add_location(
            warehouse_id=house.warehouse, code="RCV", kind="RECEIVING"
        )
        inventory.announce(
            [
                inventory.Announcement(
                    document="PO-7", warehouse_id=house.warehouse, sku_id=house.skus["TEA"],
                    qty=24, due_at=timezone.now() + timedelta(days=1),
                )
            ],
            actor=world.WHO,
        )  # fmt: skip
    client.force_login(given.person("WAREHOUSE_LEAD"))
    return Screen(client, PATH, htmx=True)


def test_announced_goods_arrive_under_their_document(house: House, dock: Screen) -> None:
    assert dock.scan("ｐｏ－７") == "ok"
    assert dock.scan("16901") == "ok"
    assert dock.scan("16901") == "ok"
    assert 'id="qty">12<' in dock.text
    assert dock.scan("CMD-CONFIRM") == "done"

    assert world.lying(house, "TEA") == {"A-01": 20, "RCV": 12}
    coming = stock.incoming(scope=Scope.everything(), documents=["PO-7"])
    assert [(row.qty, row.arrived) for row in coming] == [(24, 12)]


def test_goods_nobody_announced_arrive_at_the_scanned_place_once(
    house: House, dock: Screen, client: Client
) -> None:
    dock.scan("6902")
    dock.scan("Ａ－０３")
    dock.scan("5")
    again = Screen(client, PATH, htmx=True)
    assert 'id="qty">5<' in again.text

    assert again.scan("CMD-CONFIRM") == "done"
    assert again.again() == "done"

    assert world.lying(house, "RICE") == {"A-01": 10, "A-03": 5}


def test_a_new_lot_is_asked_for_its_expiry_a_known_one_is_not(house: House, dock: Screen) -> None:
    milk = given.sku("MILK", lot_tracked=True)
    dock.scan("MILK")
    assert dock.scan("CMD-CONFIRM") == "error"
    dock.scan("l-77")
    assert dock.scan("20901") == "error"
    assert dock.scan("20900131") == "ok"
    dock.scan("8")
    assert dock.scan("CMD-CONFIRM") == "done"
    dock.scan("MILK")
    assert dock.scan("L-77") == "ok"
    assert dock.scan("CMD-CONFIRM") == "done"

    cells = stock.cells(scope=Scope.everything(), sku_id=milk)
    assert [(cell.lot_code, cell.expires_on, cell.on_hand) for cell in cells] == [
        ("L-77", date(2090, 1, 31), 9)
    ]


def test_numbered_goods_arrive_piece_by_piece(house: House, dock: Screen) -> None:
    kettle = given.sku("KETTLE", serial_tracked=True)
    dock.scan("KETTLE")
    assert dock.scan("S1") == "ok"
    assert dock.scan("S1") == "error"
    assert dock.scan("s2") == "ok"
    assert dock.scan("CMD-CONFIRM") == "done"

    pieces = stock.pieces(scope=Scope.everything(), sku_ids=[kettle])
    assert [piece.serial for piece in pieces] == ["S1", "s2"]


@pytest.mark.parametrize("wrong", ["NOBODY", "CMD-CONFIRM", "CMD-SHORT", "12"])
def test_a_wrong_scan_receives_nothing(house: House, dock: Screen, wrong: str) -> None:
    assert dock.scan(wrong) == "error"
    assert world.lying(house, "TEA") == {"A-01": 20}


def test_other_goods_wait_until_the_first_are_confirmed(house: House, dock: Screen) -> None:
    dock.scan("6901")

    assert dock.scan("6902") == "error"
    assert dock.scan("CMD-BACK") == "ok"
    assert dock.scan("6902") == "ok"
