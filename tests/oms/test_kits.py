"""An order for a kit, from the shop to the truck: sold as one, walked as its parts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from inventory import selectors as stock
from inventory.models import HoldKit
from oms import selectors
from oms import services as orders
from oms.models import OrderException, OrderLine
from org.scope import Scope
from tests import given
from tests.inventory.test_kits import kit, recipe
from tests.oms import told, walking
from tests.wms import world
from wms import selectors as floor

pytestmark = pytest.mark.django_db
ALL = Scope.everything()


def box(qty: int = 1, code: str = "BOX"):  # type: ignore[no-untyped-def]
    return told.line(code, qty, unit_price=Decimal("30.00"))


def test_an_order_of_kits_walks_from_intake_to_the_truck() -> None:
    walking.waybills()
    given.stock("TEA", 10)
    given.stock("CUP", 10)
    kit(TEA=2, CUP=1)
    told.accept(told.draft("T1", box(2), told.line("TEA", 1)))

    orders.process()

    order = told.the()
    assert order.state == "SUBMITTED"
    assert told.held(order.document) == {"TEA": 5, "CUP": 2}
    detail = selectors.order_detail(number=str(order.number), scope=ALL)
    assert detail is not None
    assert [(row.sku_code, row.held) for row in detail.lines] == [("BOX", 2), ("TEA", 1)]
    view = floor.fulfilments(scope=ALL, names=[order.document])[0]
    assert {row.sku_code: row.qty for row in view.lines} == {"TEA": 5, "CUP": 2}
    assert [(item.sku_code, item.qty) for item in view.kits] == [("BOX", 2)]
    assert [(part.sku_code, part.per_kit) for part in view.kits[0].parts] == [
        ("TEA", 2), ("CUP", 1),
    ]  # fmt: skip

    walking.send(order.document)
    walking.hear("fulfilment.shipped")

    order = told.the()
    assert order.state == "SHIPPED"
    assert list(OrderLine.objects.order_by("position").values_list("qty", "shipped")) == [
        (2, 2), (1, 1),
    ]  # fmt: skip
    assert (given.free("TEA"), given.free("CUP")) == (5, 8)
    assert told.held(order.document) == {}
    sent = selectors.shipments_for([str(order.number)])[str(order.number)]
    assert (sent.lines, sent.is_whole) == ((("L-BOX", 2), ("L-TEA", 1)), True)


def test_the_floor_gets_the_recipe_that_was_held_not_a_later_one() -> None:
    walking.waybills()
    given.stock("TEA", 10)
    made = kit(TEA=2)
    told.accept(told.draft("T1", box(1)))
    orders.process()
    recipe(made, TEA=5)
    document = told.the().document

    walking.send(document)
    walking.hear("fulfilment.shipped")

    assert told.the().state == "SHIPPED"
    assert list(HoldKit.objects.values_list("recipe__version", "qty")) == [(1, 1)]
    assert given.free("TEA") == 8
    told.accept(told.draft("T2", box(1)))
    orders.process()
    assert told.held(told.the("T2").document) == {"TEA": 5}


def test_a_kit_and_its_part_do_not_promise_one_unit_twice() -> None:
    given.stock("TEA", 3)
    given.stock("CUP", 9)
    kit(TEA=2, CUP=1)
    told.accept(told.draft("T1", told.line("TEA", 2)))
    told.accept(told.draft("T2", box(1)))

    orders.process()

    assert told.states(["T1", "T2"]) == ["SUBMITTED", "PREPROCESS"]
    assert told.open_codes("T2") == {("out_of_stock", "")}
    detail = OrderException.objects.get(state="OPEN").detail
    tea, cup, made = (str(given.sku(code)) for code in ("TEA", "CUP", "BOX"))
    assert detail == {"short": {tea: 1}, "needs": {tea: 2, cup: 1}, "kits": {made: 1}}


def test_a_waiting_kit_is_served_when_its_scarce_part_comes() -> None:
    given.stock("CUP", 1)
    kit(TEA=2, CUP=1)
    walking.hear("stock.changed")
    told.accept(told.draft("T1", box(1)))
    orders.process()
    assert told.states(["T1"]) == ["PREPROCESS"]
    given.stock("TEA", 1)
    walking.hear("stock.changed")
    assert orders.process() == 0
    given.stock("TEA", 1)
    walking.hear("stock.changed")

    orders.process()

    assert told.states(["T1"]) == ["SUBMITTED"]
    assert told.held(told.the().document) == {"TEA": 2, "CUP": 1}


def test_kits_are_routed_where_all_their_parts_lie() -> None:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.stock("TEA", 9, warehouse="WH1")
    given.stock("TEA", 2, warehouse="WH2")
    given.stock("CUP", 1, warehouse="WH2")
    made = kit(TEA=2, CUP=1)
    told.accept(told.draft("T1", box(1)))

    orders.process()

    assert told.the().warehouse_id == given.warehouse_id("WH2")
    free = stock.available(sku_ids=[made])
    assert free == {(given.warehouse_id("WH1"), made): 0, (given.warehouse_id("WH2"), made): 0}


def test_a_kit_without_a_recipe_waits_and_is_packed_once_it_has_one() -> None:
    given.stock("TEA", 2)
    made = given.sku("BOX", is_kit=True)
    told.accept(told.draft("T1", box(1)))
    orders.process()
    assert told.states(["T1"]) == ["PREPROCESS"]
    recipe(made, TEA=2)
    walking.hear("stock.changed")

    orders.process()

    assert told.states(["T1"]) == ["SUBMITTED"]


def test_a_new_recipe_serves_orders_that_waited_for_an_old_part() -> None:
    given.stock("CUP", 1)
    made = kit(TEA=2, CUP=1)
    told.accept(told.draft("T1", box(1)))
    orders.process()
    recipe(made, CUP=1)
    walking.hear("stock.changed")

    orders.process()

    assert told.states(["T1"]) == ["SUBMITTED"]
    assert told.held(told.the().document) == {"CUP": 1}


def test_what_stopped_orders_wait_for_comes_off_what_can_be_promised_later() -> None:
    given.stock("CUP", 1)
    kit(TEA=2, CUP=1)
    told.accept(told.draft("T1", box(3)), told.draft("T2", told.line("TEA", 1)))
    orders.process()
    tea, cup, odd = (given.sku(code) for code in ("TEA", "CUP", "ODD"))

    waiting = selectors.units_waiting(sku_ids=[tea, cup, odd])

    assert waiting == {tea: 7, cup: 3}
    found = stock.future(
        sku_ids=[tea, cup],
        warehouse_ids=[given.warehouse_id("WH1")],
        until=timezone.localdate(),
        waiting=waiting,
    )
    assert {sku: forecast.steps[0].balance for sku, forecast in found.items()} == {tea: -7, cup: -2}


def test_a_cancelled_kit_gives_all_parts_back() -> None:
    given.stock("TEA", 4)
    given.stock("CUP", 4)
    kit(TEA=2, CUP=1)
    order = told.draft("T1", box(2))
    told.accept(order)
    orders.process()

    told.accept(told.moved(order, state="cancelled"))

    assert told.the().state == "CANCELLED"
    assert (given.free("TEA"), given.free("CUP")) == (4, 4)


def test_the_pack_bench_checks_the_parts() -> None:
    walking.waybills()
    given.stock("TEA", 4)
    given.stock("CUP", 4)
    kit(TEA=1, CUP=1)
    told.accept(told.draft("T1", box(1)))
    orders.process()
    document = told.the().document
    house = world.House(warehouse=given.warehouse_id("WH1"))
    world.pick_all(world.listed(house))
    number = world.number_of(document)

    answer = world.check(number, "69BOX")

    assert (answer.code, answer.ok) == ("item_not_in_order", False)
    assert world.check(number, "69TEA").data["left"] == 1
    assert world.check(number, "69CUP").data["checked"] is True
