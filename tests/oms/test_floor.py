"""What the floor and the ledger tell: shipped, short, displaced, stock there again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from oms import selectors
from oms import services as orders
from oms.models import Order, OrderEvent, OrderException, OrderLine
from oms.refusals import OrderRefused
from oms.services.fulfilment import note_shipped
from org.scope import Scope
from outbox.models import News
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.oms import told, walking
from tests.wms import world
from wms import selectors as floor_selectors
from wms import services as floor

pytestmark = pytest.mark.django_db
ALL = Scope.everything()


def submitted(number: str = "T1", qty: int = 2, units: int = 10) -> Order:
    given.stock("TEA", units)
    told.accept(told.draft(number, told.line("TEA", qty)))
    orders.process()
    assert told.the(number).state == "SUBMITTED"
    return told.the(number)


def test_a_shipped_parcel_ships_the_order() -> None:
    walking.waybills()
    order = submitted(qty=3)
    walking.send(order.document)

    walking.hear("fulfilment.shipped")

    order = told.the()
    assert order.state == "SHIPPED"
    assert order.shipped_at is not None
    assert order.waybill == "SF001"
    line = OrderLine.objects.get()
    assert (line.qty, line.shipped, line.cancelled) == (3, 3, 0)
    assert given.free("TEA") == 7
    assert told.held(order.document) == {}
    # Told once to each who hears of it, as far as they have not heard yet.
    waiting = list(News.objects.filter(key=str(order.number)).values_list("handler", flat=True))
    assert len(waiting) == len(set(waiting))
    sent = selectors.shipments_for([str(order.number)])[str(order.number)]
    assert (sent.platform_number, sent.waybill, sent.lines) == ("T1", "SF001", (("L-TEA", 3),))


def test_the_same_news_twice_ships_once() -> None:
    walking.waybills()
    order = submitted(qty=3)
    walking.send(order.document)

    for _ in range(2):
        with transaction.atomic():
            note_shipped(keys=[order.document, "H-7", "SO-999999"])

    assert OrderEvent.objects.filter(order=order, what="shipped").count() == 1
    assert OrderLine.objects.get().shipped == 3


def test_two_lines_of_one_sku_share_what_was_shipped() -> None:
    walking.waybills()
    given.stock("TEA", 10)
    lines = (told.line("TEA", 2, name="a"), told.line("TEA", 3, name="b"))
    told.accept(told.draft("T1", *lines))
    orders.process()
    walking.send(told.the().document)
    walking.hear("fulfilment.shipped")

    assert list(OrderLine.objects.order_by("position").values_list("shipped", flat=True)) == [2, 3]
    assert told.the().state == "SHIPPED"


def test_a_cancel_after_shipping_asks_for_interception() -> None:
    walking.waybills()
    order = submitted()
    walking.send(order.document)
    walking.hear("fulfilment.shipped")
    draft = told.draft("T1", told.line("TEA", 2))

    told.accept(told.moved(draft, state="cancelled"))

    assert told.the().state == "SHIPPED"
    assert told.open_codes() == {("cancelled_after_shipping", "state")}
    row = OrderException.objects.get()
    with transaction.atomic():
        assert orders.intercept(ids=[row.pk], actor="person:1", why="call SF", scope=ALL) == 1
        assert orders.close(ids=[row.pk], actor="person:1", why="is back", scope=ALL) == 1
    assert told.open_codes() == set()


def test_a_cancel_that_meets_a_departed_parcel_does_not_free_its_stock() -> None:
    walking.waybills()
    order = submitted()
    walking.send(order.document)

    draft = told.draft("T1", told.line("TEA", 2))
    told.accept(told.moved(draft, state="cancelled", lines=(
        replace(draft.lines[0], refund="refunded"),)))  # fmt: skip

    assert told.the().state == "SUBMITTED"
    assert told.open_codes() == {("cancelled_after_shipping", "state")}
    walking.hear("fulfilment.shipped")
    assert told.the().state == "SHIPPED"
    assert given.free("TEA") == 8
    assert told.open_codes() == {("cancelled_after_shipping", "state")}


def test_a_cancel_during_picking_frees_the_stock_and_sends_goods_back() -> None:
    walking.waybills()
    order = submitted(qty=4)
    walking.pack(order.document)

    told.accept(told.moved(told.draft("T1", told.line("TEA", 4)), state="cancelled"))

    assert told.the().state == "CANCELLED"
    assert given.free("TEA") == 10
    assert told.held(order.document) == {}
    event = OrderEvent.objects.get(what="cancelled")
    assert event.detail["floor"] == "INTERCEPTED"


def test_a_confirmed_order_is_completed() -> None:
    walking.waybills()
    order = submitted()
    walking.send(order.document)
    walking.hear("fulfilment.shipped")

    told.accept(told.moved(told.draft("T1", told.line("TEA", 2)), state="completed"))

    assert told.the().state == "COMPLETED"
    assert told.open_codes() == set()


def test_what_the_shelf_does_not_give_is_seen_and_can_be_routed_again() -> None:
    order = submitted()
    given.stock("TEA", 5, warehouse="WH2")
    house = world.House(warehouse=given.warehouse_id("WH1"))
    pick_list = world.listed(house)
    walk = floor_selectors.walk(pick_list, scope=ALL)
    assert walk is not None
    report = floor.ShortReport("short1", pick_list=pick_list, task=walk.steps[0].task)
    with transaction.atomic():
        assert floor.report_short([report], actor="person:1")[0].ok
    walking.hear("fulfilment.short")

    assert told.the().state == "SUBMITTED"
    assert told.open_codes() == {("floor_short", "")}
    row = OrderException.objects.get()
    with transaction.atomic():
        assert orders.recall_orders(ids=[row.pk], actor="person:1", why="empty", scope=ALL) == 1
    assert told.the().state == "PREPROCESS"
    assert told.held(order.document) == {}
    assert told.open_codes() == set()
    orders.process()
    assert told.the().document == f"{order.number}/2"


def test_units_lost_in_a_count_bring_their_order_back() -> None:
    order = submitted(qty=4, units=4)
    given.stock("TEA", 4, warehouse="WH2")
    house = given.warehouse_id("WH1")
    place = stock.location_by_code(warehouse_id=house, code="A-01")
    assert place is not None
    with transaction.atomic():
        inventory.adjust(
            [
                inventory.AdjustRequest(
                    key="count1", document="CNT-1", warehouse_id=house, location_id=place.id,
                    counted=(inventory.Line(sku_id=given.sku("TEA"), qty=1),), why="FOUND_LESS",
                )
            ],
            actor="person:1",
        )[0].check()  # fmt: skip

    walking.hear("hold.displaced")
    orders.process()

    again = told.the()
    assert again.state == "SUBMITTED"
    assert again.warehouse_id == given.warehouse_id("WH2")
    assert told.held(order.document) == {}
    assert told.held(again.document) == {"TEA": 4}
    assert (given.free("TEA"), given.free("TEA", "WH2")) == (1, 0)


def test_an_order_that_a_count_took_from_is_served_when_the_freeze_of_the_count_ends() -> None:
    """A loss takes from promises before freezes, the count's own one included."""
    taken("count-hold")
    order = submitted(qty=4, units=10)
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    with transaction.atomic():
        sheet = floor.open_count(
            person_id=given.person("WAREHOUSE_STAFF").pk, warehouse_id=place.warehouse_id,
            location_id=place.id, code=place.code, actor="person:1",
        )  # fmt: skip
    assert writing.judge().events == 1
    assert given.free("TEA") == 0
    with transaction.atomic():
        floor.note_found(sheet, found=floor.Found(given.sku("TEA"), 9))
    with transaction.atomic():
        floor.hand_in(sheet, actor="system:test", may_book=True)
    assert told.held(order.document) == {"TEA": 3}

    writing.judge()
    walking.hear("hold.displaced")
    orders.process()

    again = told.the()
    assert again.state == "SUBMITTED"
    assert told.held(again.document) == {"TEA": 4}
    assert given.free("TEA") == 5


def test_an_order_without_stock_waits_and_goes_on_when_goods_arrive() -> None:
    given.stock("TEA", 1)
    given.stock("RICE", 9)
    told.accept(told.draft("T1", told.line("TEA", 3), told.line("RICE", 1)))
    orders.process()

    row = OrderException.objects.get()
    assert (row.code, row.retryable, row.blocks, row.step) == ("out_of_stock", True, True, "routed")
    assert row.detail["short"] == {str(given.sku("TEA")): 2}
    assert told.the().due_at == row.retry_at
    assert given.free("RICE") == 9
    assert orders.process() == 0

    given.stock("TEA", 1)
    walking.hear("stock.changed")
    assert orders.process() == 0, "two are not enough, nobody is woken"

    given.stock("TEA", 1)
    walking.hear("stock.changed")
    assert orders.process() == 1
    assert told.the().state == "SUBMITTED"
    assert told.open_codes() == set()


def test_who_paid_first_is_woken_and_served_first() -> None:
    late = told.draft("LATE", told.line("TEA", 2), paid_at=told.NOON.replace(hour=9))
    early = told.draft("EARLY", told.line("TEA", 2), paid_at=told.NOON.replace(hour=1))
    given.warehouse()
    told.accept(late, early)
    orders.process()
    assert told.open_codes("LATE") == told.open_codes("EARLY") == {("out_of_stock", "")}

    given.stock("TEA", 3)
    walking.hear("stock.changed")
    assert orders.process() == 1

    assert told.states(["EARLY", "LATE"]) == ["SUBMITTED", "PREPROCESS"]


def test_a_poisonous_order_is_set_apart_and_the_others_flow() -> None:
    given.stock("TEA", 10)
    told.accept(*(told.draft(f"N{n}", told.line("TEA", 1)) for n in range(3)))
    bad = told.the("N1")
    with transaction.atomic():  # the floor knows this document already: handing it over fails
        floor.request_fulfilment(
            [floor.FulfilmentRequest(bad.document, given.warehouse_id("WH1"),
                                     ((given.sku("TEA"), 1),))],
            actor="system:test",
        )  # fmt: skip

    assert orders.process() == 3

    assert told.states(["N0", "N1", "N2"]) == ["SUBMITTED", "PREPROCESS", "SUBMITTED"]
    assert told.open_codes("N1") == {("internal", "")}
    bad = told.the("N1")
    assert bad.attempts == 1
    assert bad.due_at is not None
    assert told.held(bad.document) == {}
    assert given.free("TEA") == 8
    assert orders.process() == 0
    assert OrderException.objects.get().detail["error"] == "IntegrityError"


def test_a_matched_item_lets_its_orders_go_on() -> None:
    given.stock("TEA", 10)
    nobody = replace(told.line("TEA", 2), sku_id=None, outer_code="", platform_sku_id="P9")
    told.accept(told.draft("T1", nobody), told.draft("T2", nobody, shop_id=2))
    orders.process()
    assert told.open_codes("T1") == {("unmapped_sku", "lines[0].sku")}

    with transaction.atomic():
        assert orders.remap(shop_id=1, sku_id=given.sku("TEA"), platform_sku_id="P9") == 1
        assert orders.remap(shop_id=1, sku_id=given.sku("TEA"), platform_sku_id="P9") == 0
    assert told.open_codes("T1") == set()
    orders.process()

    assert told.the("T1").state == "SUBMITTED"
    assert told.open_codes("T2") == {("unmapped_sku", "lines[0].sku")}


def test_nobody_cancels_what_has_left() -> None:
    walking.waybills()
    order = submitted()
    walking.send(order.document)

    with pytest.raises(OrderRefused) as refused, transaction.atomic():
        orders.cancel(numbers=[str(order.number)], actor="person:1", why="late", scope=ALL)

    assert refused.value.code == "already_shipped"
    assert told.the().state == "SUBMITTED"
    walking.hear("fulfilment.shipped")
    assert told.the().state == "SHIPPED"


def test_bindings_of_the_shop_decide_where_it_is_sent_from() -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 10, warehouse="WH2")
    bound = given.warehouse_id("WH2")

    told.accept(told.draft("T1", told.line("TEA", 1), warehouse_ids=(bound,)))
    orders.process()

    assert told.the().warehouse_id == bound
    assert given.free("TEA", "WH1") == 10


def test_an_order_that_somebody_else_shipped_is_closed_and_never_sent_twice() -> None:
    given.warehouse()
    draft = told.draft("T1")
    told.accept(draft)
    orders.process()
    told.accept(told.moved(draft, state="shipped"))
    given.stock("TEA", 5)
    orders.process()
    assert told.open_codes() == {("shipped_outside", "state")}
    row = OrderException.objects.get(state="OPEN")

    with transaction.atomic():
        orders.close(ids=[row.pk], actor="person:1", why="sent by the store", scope=ALL)

    assert told.the().state == "CLOSED"
    assert orders.process() == 0
    assert given.free("TEA") == 5
    assert told.open_codes() == set()
