"""Defects that other systems shipped, and those our own machines found: none may come back.

Each test names the behaviour that was missing there and cites where it was missed. What other
tests here say already is listed in docs/proving.md.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from inventory import requests as asked
from inventory import services as inventory
from inventory.ledger import post
from inventory.models import Balance, Hold, HoldLine, Stock
from tests import given

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)


def ask(kind: Any, document: str, **more: Any) -> asked.Outcome:
    """One request in its own transaction."""
    with transaction.atomic():
        request = kind(key=f"defect:{next(_keys)}", document=document, **more)
        return post([request], actor="system:test")[0]


def line(sku: int, qty: int, **more: Any) -> asked.Line:
    return asked.Line(sku_id=sku, qty=qty, **more)


def order(document: str, sku: int, qty: int, house: int) -> asked.Outcome:
    return ask(asked.HoldRequest, document, warehouse_id=house, lines=(line(sku, qty),))


def shipped(document: str, sku: int, qty: int, house: int) -> None:
    order(document, sku, qty, house).check()
    ask(asked.PinRequest, document, warehouse_id=house).check()
    ask(asked.ShipRequest, document).check()


@pytest.fixture
def house() -> int:
    made = given.warehouse("WH1")
    given.location("A-02")
    return made


@pytest.fixture
def tea(house: int) -> int:
    return given.sku("TEA")


def test_a_lifted_blanket_is_forgotten_by_empty_and_wholly_frozen_cells_too(
    house: int, tea: int
) -> None:
    """Found by random play: cells that had nothing to give kept the name of a lifted blanket."""
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="A-02")
    given.held("SO-1", "TEA", 2)
    ask(asked.HoldRequest, "BL-1", warehouse_id=house, reason="RECALL", blanket=True,
        lines=(line(tea, 0),)).check()  # fmt: skip
    ask(asked.ReleaseRequest, "BL-1", freezes=True).check()
    assert Stock.objects.filter(blanket__isnull=False).count() == 0


def test_a_blanket_made_a_quantity_keeps_goods_that_were_carried_out_of_its_scope(
    house: int, tea: int
) -> None:
    """Found by random play: they were set free, though nobody had decided so."""
    given.stock("TEA", 5)
    start, end = given.location("A-01"), given.location("A-02")
    frozen = ask(asked.HoldRequest, "BL-1", warehouse_id=house, reason="RECALL", blanket=True,
                 location_id=start).check()  # fmt: skip
    ask(asked.MoveRequest, "MV-1", warehouse_id=house, lines=(
        asked.MoveLine(sku_id=tea, qty=2, from_location_id=start, to_location_id=end),
    )).check()  # fmt: skip
    assert frozen.hold_id is not None
    ask(asked.NarrowRequest, "BL-1", hold_id=frozen.hold_id, fixed=True).check()
    cells = Stock.objects.filter(balance__sku_id=tea).values_list("location_id", "pinned")
    assert dict(cells) == {start: 3, end: 2}


def test_no_writer_of_stock_skips_a_locked_balance() -> None:
    """odoo/odoo/pull/268942, /272560: SKIP LOCKED on a quant made a twin of the locked row."""
    room = Path(inventory.__file__).parent.parent
    writers = [room / "ledger.py", room / "loading.py", room / "writing.py", room / "bulk.py"]
    skipping = [
        path.name
        for path in writers
        if "skip_locked" in path.read_text() or "SKIP LOCKED" in path.read_text().upper()
    ]
    assert skipping == []


def test_of_two_carts_that_want_everything_the_second_is_told_before_it_pays(
    house: int, tea: int
) -> None:
    """odoo/odoo/pull/204334: two carts of 5 with stock 5 both paid, the forecast fell to -5."""
    given.stock("TEA", 5)
    assert not order("CART-1", tea, 5, house).refused
    second = order("CART-2", tea, 5, house)
    assert second.refusal is not None
    assert (second.refusal.code, second.refusal.params["short"]) == ("insufficient_stock", {tea: 5})
    assert given.free("TEA") == 0


def test_the_units_of_a_freeze_are_not_promised_to_an_order_as_well(house: int, tea: int) -> None:
    """inventree/InvenTree/pull/12478: two allocations of 5 out of 5 by two ways, both accepted."""
    given.stock("TEA", 5)
    place = given.location("A-01")
    ask(asked.HoldRequest, "QC-1", warehouse_id=house, reason="QC", location_id=place,
        lines=(line(tea, 5),)).check()  # fmt: skip
    assert order("SO-1", tea, 5, house).refused
    assert HoldLine.objects.filter(hold__document="SO-1").count() == 0


def test_a_shipped_order_leaves_no_reservation_behind(house: int, tea: int) -> None:
    """medusajs/medusa#11266, inventree/InvenTree#2741: reservations were left after fulfilment."""
    given.stock("TEA", 5)
    shipped("SO-1", tea, 5, house)
    balance = Balance.objects.get(sku_id=tea)
    assert (balance.on_hand, balance.held) == (0, 0)
    assert Hold.objects.get(document="SO-1").state == "CONSUMED"


def test_what_was_shipped_is_not_subtracted_a_second_time(house: int, tea: int) -> None:
    """inventree/InvenTree#2969: allocations already shipped were taken off availability again."""
    given.stock("TEA", 10)
    shipped("SO-1", tea, 4, house)
    assert given.free("TEA") == 6


def test_an_order_that_reserves_everything_can_be_delivered_itself(house: int, tea: int) -> None:
    """frappe/erpnext#46540: "full stock reserved for other orders" on the order's own delivery."""
    given.stock("TEA", 5)
    shipped("SO-1", tea, 5, house)
    assert Stock.objects.get(balance__sku_id=tea).on_hand == 0


def test_one_lot_shared_by_two_orders_is_delivered_to_both(house: int, tea: int) -> None:
    """frappe/erpnext#57159: a batch shared by two reservations blocked a legitimate delivery."""
    lot = given.lot("TEA", "L1", expires_on=date(2090, 1, 1))
    given.stock("TEA", 5, lot_id=lot)
    order("SO-1", tea, 2, house).check()
    order("SO-2", tea, 3, house).check()
    for document in ("SO-2", "SO-1"):
        ask(asked.PinRequest, document, warehouse_id=house).check()
        ask(asked.ShipRequest, document).check()
    assert Stock.objects.get(lot_id=lot).on_hand == 0


def test_first_expiry_goes_by_expiry_and_by_no_other_date(house: int, tea: int) -> None:
    """odoo/odoo#22850, pull/77261: another date field drove which lot was picked first."""
    with transaction.atomic():
        early = inventory.add_lot(
            sku_id=tea, code="NEW", produced_on=date(2024, 6, 1), expires_on=date(2080, 1, 1)
        )
        late = inventory.add_lot(
            sku_id=tea, code="OLDER", produced_on=date(2023, 1, 1), expires_on=date(2085, 1, 1)
        )
    given.stock("TEA", 5, lot_id=late)
    given.stock("TEA", 5, lot_id=early, location="A-02")
    order("SO-1", tea, 2, house).check()
    pins = ask(asked.PinRequest, "SO-1", warehouse_id=house).check().pins
    assert [(pin.lot_id, pin.qty) for pin in pins] == [(early, 2)]


def test_a_sum_over_warehouses_is_never_promised_from_one(house: int, tea: int) -> None:
    """medusajs/medusa#14987: the sum said yes, then only the first location was reserved from."""
    given.warehouse("WH2")
    given.stock("TEA", 3)
    given.stock("TEA", 3, warehouse="WH2")
    refusal = order("SO-1", tea, 5, house).refusal
    assert refusal is not None
    assert (refusal.code, refusal.params["short"]) == ("insufficient_stock", {tea: 2})
    assert Hold.objects.filter(document="SO-1").count() == 0


def test_a_count_books_the_difference_to_what_stands_there_when_it_is_posted(
    house: int, tea: int
) -> None:
    """OCA/stock-logistics-warehouse#2343: a movement before the posting blocked the whole count."""
    given.stock("TEA", 10)
    shipped("SO-1", tea, 3, house)
    given.stock("TEA", 5, location="A-02")
    place = given.location("A-01")
    ask(asked.AdjustRequest, "CT-1", warehouse_id=house, location_id=place,
        counted=(line(tea, 6),), why="count").check()  # fmt: skip
    assert Balance.objects.get(sku_id=tea).on_hand == 6 + 5


def test_frozen_goods_are_counted_as_all_others(house: int, tea: int) -> None:
    """msupply-foundation/open-msupply#8669: no counting in a location on hold."""
    given.stock("TEA", 10)
    place = given.location("A-01")
    ask(asked.HoldRequest, "QC-1", warehouse_id=house, reason="QC", location_id=place,
        blanket=True).check()  # fmt: skip
    counted = ask(asked.AdjustRequest, "CT-1", warehouse_id=house, location_id=place,
                  counted=(line(tea, 9),), why="count")  # fmt: skip
    assert not counted.refused
    cell = Stock.objects.get(balance__sku_id=tea)
    assert (cell.on_hand, cell.pinned) == (9, 9)


def test_one_cell_is_counted_once_in_a_count(house: int, tea: int) -> None:
    """hotwax/inventory-count#1405: the same item stood twice in an active count."""
    given.stock("TEA", 10)
    twice = ask(asked.AdjustRequest, "CT-1", warehouse_id=house, location_id=given.location("A-01"),
                counted=(line(tea, 4), line(tea, 6)), why="count")  # fmt: skip
    assert twice.refusal is not None
    assert (twice.refusal.code, given.free("TEA")) == ("bad_request", 10)


def test_damaged_goods_are_not_offered(house: int, tea: int) -> None:
    """inventree/InvenTree#4253, #8409: damaged stock counted as available and was allocated."""
    given.stock("TEA", 5)
    ask(asked.HoldRequest, "DM-1", warehouse_id=house, reason="DAMAGE",
        location_id=given.location("A-01"), lines=(line(tea, 2),)).check()  # fmt: skip
    assert given.free("TEA") == 3
    assert order("SO-1", tea, 4, house).refused


def test_goods_that_arrive_in_a_defect_area_are_frozen_from_the_first_moment(
    house: int, tea: int
) -> None:
    """inventree/InvenTree#9995: an unavailable status was honoured only after saving again."""
    given.location("DEF", kind="DEFECT")
    given.stock("TEA", 5, location="DEF")
    assert given.free("TEA") == 0


def test_quarantined_goods_may_be_moved_also_into_quarantine(house: int, tea: int) -> None:
    """inventree/InvenTree#7188: quarantined goods could not be moved, not even to quarantine."""
    given.stock("TEA", 5)
    start, end = given.location("A-01"), given.location("QA", kind="QUARANTINE")
    ask(asked.HoldRequest, "QC-1", warehouse_id=house, reason="QC", location_id=start,
        lines=(line(tea, 5),)).check()  # fmt: skip
    for source, target in ((start, end), (end, start)):
        ask(asked.MoveRequest, "MV-1", warehouse_id=house, lines=(
            asked.MoveLine(sku_id=tea, qty=5, from_location_id=source, to_location_id=target),
        )).check()  # fmt: skip
    assert (given.free("TEA"), Hold.objects.get(document="QC-1").state) == (0, "ACTIVE")


def test_a_freeze_of_all_leaves_picked_goods_with_their_order_and_says_so(
    house: int, tea: int
) -> None:
    """openboxes/openboxes 2548, 2780, 2832, 3268: what of goods that are picked and on hold?"""
    given.stock("TEA", 5)
    order("SO-1", tea, 2, house).check()
    ask(asked.PinRequest, "SO-1", warehouse_id=house).check()
    ask(asked.HoldRequest, "RC-1", warehouse_id=house, reason="RECALL", blanket=True,
        lines=(line(tea, 0),)).check()  # fmt: skip
    ask(asked.ReleaseRequest, "SO-1").check()
    frozen = HoldLine.objects.get(hold__document="RC-1", open__gt=0)
    assert (frozen.open, given.free("TEA")) == (5, 0)


def test_what_a_customer_returns_waits_where_it_arrived(house: int, tea: int) -> None:
    """saleor/saleor#16667, magento/inventory#2851: returns restocked nothing, or every line."""
    given.stock("TEA", 5)
    shipped("SO-1", tea, 3, house)
    ask(asked.ReturnRequest, "RT-1", warehouse_id=house, location_id=given.location("RCV"),
        lines=(line(tea, 1),), shipped_document="SO-1").check()  # fmt: skip
    assert (Balance.objects.get(sku_id=tea).on_hand, given.free("TEA")) == (3, 2)


def test_no_more_comes_back_than_left(house: int, tea: int) -> None:
    """juanarrietabusiness-pixel/tommalopty#4: a clamp at zero hid that more came back."""
    given.stock("TEA", 5)
    shipped("SO-1", tea, 2, house)
    back = ask(asked.ReturnRequest, "RT-1", warehouse_id=house, location_id=given.location("RCV"),
               lines=(line(tea, 3),), shipped_document="SO-1")  # fmt: skip
    assert back.refusal is not None
    assert (back.refusal.code, Balance.objects.get(sku_id=tea).on_hand) == ("not_shipped", 3)


def test_cancelling_what_was_delivered_frees_nobody_elses_units(house: int, tea: int) -> None:
    """juanarrietabusiness-pixel/tommalopty#4: a refund after delivery released others' claims."""
    given.stock("TEA", 5)
    order("SO-2", tea, 2, house).check()
    shipped("SO-1", tea, 3, house)
    late = ask(asked.ReleaseRequest, "SO-1")
    assert late.refusal is not None
    assert late.refusal.code == "already_released"
    assert HoldLine.objects.get(hold__document="SO-2").open == 2


def test_a_back_dated_receipt_does_not_undo_a_later_count(house: int, tea: int) -> None:
    """frappe/erpnext#54295: a back-dated receipt destroyed a later reconciliation."""
    given.stock("TEA", 10)
    place = given.location("A-01")
    ask(asked.AdjustRequest, "CT-1", warehouse_id=house, location_id=place,
        counted=(line(tea, 8),), why="count").check()  # fmt: skip
    late = datetime.now(UTC) - timedelta(days=3)
    ask(asked.ReceiveRequest, "PO-1", warehouse_id=house, location_id=place,
        lines=(line(tea, 5),), occurred_at=late).check()  # fmt: skip
    assert Balance.objects.get(sku_id=tea).on_hand == 13


def test_a_bin_never_goes_below_nothing(house: int, tea: int) -> None:
    """GreaterWMS/GreaterWMS#134: bins went negative, open since 2021."""
    given.stock("TEA", 5)
    moved = ask(asked.MoveRequest, "MV-1", warehouse_id=house, lines=(
        asked.MoveLine(sku_id=tea, qty=6, from_location_id=given.location("A-01"),
                       to_location_id=given.location("A-02")),
    ))  # fmt: skip
    assert moved.refusal is not None
    assert (moved.refusal.code, Stock.objects.get(balance__sku_id=tea).on_hand) == (
        "nothing_there", 5,
    )  # fmt: skip


def test_one_bin_is_not_picked_twice_beyond_its_content(house: int, tea: int) -> None:
    """openboxes/openboxes#229: the same bin was picked several times beyond what it held."""
    given.stock("TEA", 3)
    given.stock("TEA", 3, location="A-02")
    for document in ("SO-1", "SO-2"):
        order(document, tea, 3, house).check()
        ask(asked.PinRequest, document, warehouse_id=house).check()
    cells = Stock.objects.filter(balance__sku_id=tea).values_list("on_hand", "pinned")
    assert list(cells) == [(3, 3), (3, 3)]


def test_scanning_another_lot_moves_the_pin_and_strands_nothing(house: int, tea: int) -> None:
    """odoo/odoo#43163, #133795: deselecting a lot stranded the reservation of the first."""
    first = given.lot("TEA", "L1", expires_on=date(2080, 1, 1))
    other = given.lot("TEA", "L2", expires_on=date(2090, 1, 1))
    given.stock("TEA", 3, lot_id=first)
    given.stock("TEA", 3, lot_id=other, location="A-02")
    order("SO-1", tea, 2, house).check()
    ask(asked.PinRequest, "SO-1", warehouse_id=house).check()
    ask(asked.SwapRequest, "SO-1", warehouse_id=house, sku_id=tea, qty=2,
        from_location_id=given.location("A-01"), from_lot_id=first,
        to_location_id=given.location("A-02"), to_lot_id=other).check()  # fmt: skip
    pinned = dict(Stock.objects.filter(balance__sku_id=tea).values_list("lot_id", "pinned"))
    assert pinned == {first: 0, other: 2}
