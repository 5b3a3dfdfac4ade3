"""A cell, a location, a lot: what lies there, who has a claim on it, what covers it; labels."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import codes
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import labels, lot_board, places
from inventory.selectors.board import Narrowing, board, frozen_by_reason
from org.models import Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db
EVERYTHING = Scope.everything()
TODAY = date(2026, 11, 22)


def _cell_of(sku: str) -> stock.CellView:
    [cell] = stock.cells(scope=EVERYTHING, sku_id=given.sku(sku))
    return cell


def _blanket(document: str, reason: str, **scope: object) -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key=document, document=document, warehouse_id=given.warehouse_id("WH1"),
                    reason=reason, blanket=True, **scope,  # type: ignore[arg-type]
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip


def test_a_cell_names_its_claims_and_every_freeze_that_covers_it() -> None:
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L1"))
    place = _cell_of("TEA").location_id
    _blanket("FZ-1", "LEAK", location_id=place)
    _blanket("FZ-2", "RECALL", lines=(inventory.Line(sku_id=given.sku("TEA"), qty=0),))

    cell = places.cell(cell_id=_cell_of("TEA").id, scope=EVERYTHING)

    assert cell is not None
    assert (cell.on_hand, cell.pinned, cell.unpinned) == (10, 10, 0)
    assert [cover.document for cover in cell.covers] == ["FZ-2", "FZ-1"]
    [claim] = places.pinned_in(cell_id=cell.id)
    assert (claim.document, claim.qty) == ("FZ-1", 10)


def test_a_location_shows_what_lies_in_it_and_nothing_of_its_neighbours() -> None:
    given.stock("TEA", 10)
    given.stock("RICE", 4)
    given.location("B-01")
    given.stock("CUP", 9, location="B-01")

    page = places.location_page(location_id=_cell_of("TEA").location_id, scope=EVERYTHING)

    assert page is not None
    assert [(row.sku_code, row.on_hand) for row in page.cells] == [("RICE", 4), ("TEA", 10)]
    assert page.units == 14


def test_lots_come_first_expiry_first_with_honest_counts_and_pages() -> None:
    for code, days in (("OLD", -3), ("SOON", 10), ("LATE", 400)):
        lot = given.lot("TEA", code, expires_on=TODAY + timedelta(days=days))
        given.stock("TEA", 5, lot_id=lot)
    given.stock("TEA", 2, warehouse="WH2", lot_id=given.lot("TEA", "SOON"))
    given.stock("RICE", 7, lot_id=given.lot("RICE", "NEVER"))
    everything = lot_board.LotNarrowing()

    rows = lot_board.lot_rows(scope=EVERYTHING, narrowing=everything, today=TODAY)
    assert [(row.code, row.units) for row in rows] == [
        ("OLD", 5), ("SOON", 7), ("LATE", 5), ("NEVER", 7),
    ]  # fmt: skip
    counts = {
        shelf: lot_board.lots_of(EVERYTHING, lot_board.LotNarrowing(shelf=shelf), TODAY).count()
        for shelf in ("", "expired", "near")
    }
    assert counts == {
        "": 4,
        "expired": 1,
        "near": 1,
    }
    after = f"{rows[1].expires_on} {rows[1].id}"
    rest = lot_board.lot_rows(scope=EVERYTHING, narrowing=everything, today=TODAY, after=after)
    assert [row.code for row in rest] == ["LATE", "NEVER"]


def test_a_lot_counts_only_what_lies_in_the_readers_warehouses() -> None:
    given.unit("S1", "STORE", parent="HQ")
    given.warehouse("SHOP", at="S1")
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, lot_id=lot)
    given.stock("TEA", 2, warehouse="SHOP", lot_id=lot)
    mine = Scope.of([given.unit("S1").pk])

    [row] = lot_board.lot_rows(scope=mine, narrowing=lot_board.LotNarrowing(), today=TODAY)
    page = lot_board.lot_page(lot_id=lot, scope=mine)

    assert row.units == 2
    assert page is not None
    assert page.units == 2
    assert lot_board.lot_page(lot_id=lot, scope=Scope.nothing()) is None


@pytest.fixture
def clerk(client: Client) -> Person:
    given.unit("S1", "STORE", parent="HQ")
    given.warehouse("SHOP", at="S1")
    person = given.person("CLERK", at="S1")
    client.force_login(person)
    return person


def test_what_lies_in_another_store_does_not_exist_for_a_clerk(
    client: Client, clerk: Person
) -> None:
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L1"))
    cell = _cell_of("TEA")

    for route, number in (
        ("stock-cell", cell.id), ("stock-location", cell.location_id), ("stock-lot", cell.lot_id),
    ):  # fmt: skip
        assert client.get(reverse(route, args=[number])).status_code == 404
    page = client.get(reverse("stock-labels"), {"what": "cell", "cell": str(cell.id)})
    assert page.context["sheets"] == []


def test_labels_carry_the_code_that_scanners_read_in_both_kinds(client: Client) -> None:
    client.force_login(given.person("WAREHOUSE_LEAD"))
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L1", expires_on=date(2090, 1, 2)))
    cell = _cell_of("TEA")

    [goods] = labels.goods_labels(scope=EVERYTHING, cell_id=cell.id)
    assert (goods.code, goods.heading, goods.lines) == ("69TEA", "TEA", ("A-01", "L1"))
    places_of = labels.location_labels(
        scope=EVERYTHING, warehouse_id=given.warehouse_id("WH1"), prefix="A"
    )
    assert [label.code for label in places_of] == ["A-01"]

    page = client.get(
        reverse("stock-labels"), {"warehouse": str(given.warehouse_id("WH1")), "copies": "2"}
    )
    assert len(page.context["sheets"]) == 2 * len(places_of) + 4


def test_a_barcode_is_drawn_as_the_bars_of_its_standard() -> None:
    # Code 128 B: start, data, checksum and stop of "A": 11 modules each, 13 for the stop.
    drawn = codes.code128("A")
    assert drawn is not None
    assert drawn.width == 11 * 3 + 13 + 2 * codes.QUIET_1D
    assert drawn.bars[0] == codes.Bar(codes.QUIET_1D, 0, 2)
    assert codes.code128("茶") is None
    assert codes.qr("A-01").width == 21 + 2 * codes.QUIET_QR


def test_the_board_shows_what_is_on_the_way_and_what_is_announced() -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 20, warehouse="WH2")
    here, there = given.warehouse_id("WH1"), given.warehouse_id("WH2")
    soon = timezone.now() + timedelta(days=2)
    [source] = stock.cells(scope=EVERYTHING, sku_id=given.sku("TEA"), warehouse_id=there)
    with transaction.atomic():
        inventory.announce(
            [
                inventory.Announcement(
                    document="PO-9", warehouse_id=here, sku_id=given.sku("TEA"), qty=30, due_at=soon
                )
            ],
            actor="system:test",
        )
    with transaction.atomic():
        truck = inventory.truck(document="TR-9")
        inventory.transfer_out(
            [
                inventory.TransferOutRequest(
                    key="out", document="TR-9", from_warehouse_id=there,
                    transit_location_id=truck, to_warehouse_id=here, due_at=soon,
                    lines=(
                        inventory.PlacedLine(
                            sku_id=given.sku("TEA"), qty=20, location_id=source.location_id
                        ),
                    ),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    with transaction.atomic():
        inventory.transfer_in(
            [
                inventory.TransferInRequest(
                    key="in", document="TR-9", transit_location_id=truck, to_warehouse_id=here,
                    location_id=given.location("A-01"),
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=5),),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip

    rows = board(scope=EVERYTHING, narrowing=Narrowing(warehouse_id=here)).rows

    assert [(row.on_hand, row.in_transit, row.incoming) for row in rows] == [(15, 15, 30)]


def test_the_hold_board_puts_the_dearest_first_and_sums_each_reason() -> None:
    given.sku("TEA", unit_cost=3)
    given.sku("GOLD", unit_cost=100)
    given.stock("TEA", 50)
    given.stock("GOLD", 5)
    given.held("FZ-1", "GOLD", 2, reason="MANUAL")
    given.held("FZ-2", "TEA", 40, reason="MANUAL")

    dearest = stock.holds(scope=EVERYTHING, role="FREEZE", sort="cost", reason="MANUAL")
    oldest = stock.holds(scope=EVERYTHING, role="FREEZE", sort="oldest", reason="MANUAL", limit=1)
    rest = stock.holds(
        scope=EVERYTHING, role="FREEZE", sort="oldest", reason="MANUAL",
        after=stock.cursor_of(oldest[0], sort="oldest"),
    )  # fmt: skip

    assert [(hold.document, hold.cost) for hold in dearest] == [
        ("FZ-1", Decimal(200)),
        ("FZ-2", Decimal(120)),
    ]
    assert [hold.document for hold in (*oldest, *rest)] == ["FZ-1", "FZ-2"]
    [total] = frozen_by_reason(scope=EVERYTHING)
    assert (total.units, total.cost) == (42, Decimal(320))
