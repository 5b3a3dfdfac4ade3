"""An order's way over the floor, with what happens in the ledger at each step."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from org.scope import Scope
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor


def test_an_order_is_picked_checked_packed_and_shipped_and_its_stock_leaves_once(
    house: House,
) -> None:
    number = world.ordered(house, "SO-1", TEA=7, SALT=2)

    pick_list = world.listed(house)
    assert world.state("SO-1") == "PICKING"
    assert world.lying(house, "TEA") == {"A-01": 20}

    assert world.pick(pick_list, "a-01", "16901").data["units"] == 6
    assert world.pick(pick_list, "A-01", "6901").data["tasks_left"] == 1
    last = world.pick(pick_list, "A-02", "SALT", 2)
    assert last.data["fulfilments_done"] == [number]
    assert world.state("SO-1") == "PICKED"
    assert world.lying(house, "TEA") == {"A-01": 13, "PACK": 7}
    assert world.free(house, "TEA") == 13

    assert world.check("SO-1", "16901").data["left"] == 3
    assert world.check(number, "6901").data["left"] == 2
    assert world.check(number, "SALT", 2).data["checked"] is True
    assert world.state("SO-1") == "CHECKED"

    closed = world.close(number, weight_g=900)
    assert closed.data["waybill"] == "SF0001"
    assert world.state("SO-1") == "PACKED"
    assert world.on_hand(house, "TEA") == 20

    gone = world.ship("SF0001")
    assert gone.data["document"] == "SO-1"
    assert world.state("SO-1") == "SHIPPED"
    assert world.lying(house, "TEA") == {"A-01": 13}
    assert world.free(house, "TEA") == 13
    shipment = board.shipments(["SO-1"])["SO-1"]
    assert (shipment.waybill, shipment.carrier_code) == ("SF0001", "SF")
    assert shipment.carrier_codes == {"taobao": "SF"}
    assert shipment.shipped_at is not None
    assert shipment.lines == tuple(sorted([(house.skus["TEA"], 7), (house.skus["SALT"], 2)]))
    assert [event.to_state for event in board.timeline("SO-1")] == [
        "RELEASED", "PICKING", "PICKED", "CHECKED", "PACKED", "SHIPPED",
    ]  # fmt: skip
    assert board.audit() == []


def test_a_walk_goes_in_location_order_and_takes_equal_goods_at_one_stop(house: House) -> None:
    world.stocked(house, "A-03", TEA=1)
    world.ordered(house, "SO-1", SALT=1, TEA=2)
    world.ordered(house, "SO-2", TEA=3)

    walk = board.walk(world.listed(house), scope=Scope.everything())

    assert walk is not None
    places = [step.location for step in walk.steps]
    assert places == sorted(places, key=["A-03", "A-01", "A-02"].index)
    assert [step.sequence for step in walk.steps] == list(range(1, len(places) + 1))
    assert walk.next_stop is not None
    assert walk.next_stop.location == places[0]


def test_urgent_orders_are_picked_first_and_the_oldest_of_equals(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", TEA=1)
    world.ordered(house, "SO-3", priority=5, TEA=1)

    world.listed(house, limit=2)

    assert board.states(["SO-1", "SO-2", "SO-3"]) == {
        "SO-1": "PICKING",
        "SO-2": "RELEASED",
        "SO-3": "PICKING",
    }


def test_one_scan_of_many_pieces_serves_several_orders_in_walk_order(house: House) -> None:
    for number in (1, 2, 3):
        world.ordered(house, f"SO-{number}", TEA=2)
    pick_list = world.listed(house)

    answer = world.pick(pick_list, "A-01", "6901", 5)

    assert answer.data["units"] == 5
    assert answer.data["fulfilments_done"] == [
        world.number_of("SO-1"),
        world.number_of("SO-2"),
    ]
    assert board.states(["SO-1", "SO-2", "SO-3"]) == {
        "SO-1": "PICKED",
        "SO-2": "PICKED",
        "SO-3": "PICKING",
    }
    assert world.lying(house, "TEA") == {"A-01": 15, "PACK": 5}


def test_an_order_whose_goods_may_not_be_picked_is_short_and_the_others_go_on(
    house: House,
) -> None:
    world.ordered(house, "SO-1", SALT=2)
    world.ordered(house, "SO-2", TEA=1)
    world.blanket(house, "A-02")

    with transaction.atomic():
        answer = floor.create_pick_list(
            floor.PickListWish(world.fresh(), warehouse_id=house.warehouse), actor=world.WHO
        )

    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "SHORT", "SO-2": "PICKING"}
    assert answer.data["short"] == {world.number_of("SO-1"): "not_pickable"}
    assert board.timeline("SO-1")[-1].why == "not_pickable"


def test_a_short_order_is_tried_again_when_the_reason_is_gone(house: House) -> None:
    number = world.ordered(house, "SO-1", SALT=2)
    hold_id = world.blanket(house, "A-02")
    world.listed_nothing(house)
    world.lift(hold_id)

    with transaction.atomic():
        answer = floor.release_again(
            [floor.Retry(world.fresh(), fulfilment=number)], actor=world.WHO
        )[0]

    assert answer.ok
    world.pick_all(world.listed(house))
    assert world.state("SO-1") == "PICKED"


def test_a_short_pick_stops_the_order_drops_its_steps_and_tells(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2, SALT=1)
    world.ordered(house, "SO-2", TEA=1)
    pick_list = world.listed(house)
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    tea = next(step for step in walk.steps if step.document == "SO-1" and step.sku_code == "TEA")

    with transaction.atomic():
        answer = floor.report_short(
            [floor.ShortReport(world.fresh(), pick_list=pick_list, task=tea.task)],
            actor=world.WHO,
        )[0]

    assert answer.data["tasks_left"] == 1
    assert board.states(["SO-1", "SO-2"]) == {"SO-1": "SHORT", "SO-2": "PICKING"}
    after = board.walk(pick_list, scope=Scope.everything())
    assert after is not None
    assert {(step.document, step.sku_code): step.state for step in after.steps} == {
        ("SO-1", "TEA"): "SHORT",
        ("SO-1", "SALT"): "DROPPED",
        ("SO-2", "TEA"): "OPEN",
    }
    assert world.lying(house, "TEA") == {"A-01": 20}


def test_a_finished_walk_is_complete_when_its_last_order_is_packed(house: House) -> None:
    first = world.ordered(house, "SO-1", TEA=1)
    second = world.ordered(house, "SO-2", TEA=1)
    pick_list = world.listed(house)
    world.pick_all(pick_list)
    world.check_all(first, second)

    assert world.list_state(pick_list) == "PICKED"
    world.close(first)
    assert world.list_state(pick_list) == "PICKED"
    world.close(second)
    assert world.list_state(pick_list) == "COMPLETED"


def test_lots_are_taken_first_expiry_first_and_leave_with_their_lot(house: House) -> None:
    world.milk(house, {"L-NEW": (date(2031, 1, 1), 5), "L-OLD": (date(2030, 1, 1), 2)})
    number = world.ordered(house, "SO-1", MILK=3)

    pick_list = world.listed(house)
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    assert sorted((step.lot, step.qty) for step in walk.steps) == [("L-NEW", 1), ("L-OLD", 2)]
    world.pick_all(pick_list)
    world.check_all(number)
    assert world.ship(str(world.close(number).data["parcel"])).ok

    assert world.lying(house, "MILK") == {"A-01": 4}
    assert board.audit() == []
