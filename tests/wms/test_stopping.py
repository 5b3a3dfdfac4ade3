"""Orders that are cancelled while the floor works on them."""

from __future__ import annotations

import pytest
from django.db import transaction

from org.scope import Scope
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.models import Parcel, PutBack


def reach(house: House, state: str) -> None:
    """SO-1 with 3 TEA at a state."""
    number = world.ordered(house, "SO-1", TEA=3)
    if state == "RELEASED":
        return
    pick_list = world.listed(house)
    if state == "PICKING":
        return
    if state == "PICKING_TAKEN":
        world.pick(pick_list, "A-01", "6901", 2)
        return
    world.pick_all(pick_list)
    if state == "PICKED":
        return
    world.check_all(number)
    if state == "CHECKED":
        return
    parcel = str(world.close(number).data["parcel"])
    if state == "SHIPPED":
        world.ship(parcel)


@pytest.mark.parametrize(
    ("state", "result", "after", "put_back", "free"),
    [
        ("RELEASED", "CANCELLED", "CANCELLED", 0, 20),
        ("PICKING", "CANCELLED", "CANCELLED", 0, 20),
        ("PICKING_TAKEN", "INTERCEPTED", "INTERCEPTING", 2, 20),
        ("PICKED", "INTERCEPTED", "INTERCEPTING", 3, 20),
        ("CHECKED", "INTERCEPTED", "INTERCEPTING", 3, 20),
        ("PACKED", "INTERCEPTED", "INTERCEPTING", 3, 20),
        ("SHIPPED", "SHIPPED", "SHIPPED", 0, 17),
    ],
)
def test_a_cancel_at_each_state(
    house: House, state: str, result: str, after: str, put_back: int, free: int
) -> None:
    reach(house, state)

    assert world.cancel("SO-1") == result
    assert world.cancel("SO-1", release=False) == result

    assert world.state("SO-1") == after
    notes = board.put_backs(scope=Scope.everything())
    assert sum(qty for note in notes for *_, qty in note.lines) == put_back
    assert world.free(house, "TEA") == free
    assert board.audit() == []


def test_a_document_the_floor_never_got_has_nothing_to_do(house: House) -> None:
    with transaction.atomic():
        assert floor.cancel(["SO-404"], actor=world.WHO) == {"SO-404": "CANCELLED"}


def test_a_stopped_walk_ends_and_its_other_orders_go_on(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", TEA=1)
    pick_list = world.listed(house)

    world.cancel("SO-1")
    assert world.list_state(pick_list) == "RELEASED"
    world.cancel("SO-2")

    assert world.list_state(pick_list) == "CANCELLED"


def test_a_stopped_parcel_is_voided_and_never_ships(house: House) -> None:
    reach(house, "PACKED")
    parcel = Parcel.objects.get()

    world.cancel("SO-1")

    assert world.ship(parcel.number).code == "stopped"
    assert world.ship(parcel.waybill).code == "stopped"
    assert board.shipments(["SO-1"]) == {}
    assert board.parcels(scope=Scope.everything()) == []
    assert world.on_hand(house, "TEA") == 20


def test_goods_of_a_stopped_order_go_back_to_the_shelf_piece_by_piece(house: House) -> None:
    reach(house, "PICKED")
    number = world.number_of("SO-1")
    world.cancel("SO-1")

    def back(location: str, barcode: str, qty: int = 1) -> floor.Answer:
        with transaction.atomic():
            return floor.put_back(
                [
                    floor.PutBackScan(
                        world.fresh(), fulfilment=number, location=location,
                        barcode=barcode, qty=qty,
                    )
                ],
                actor=world.WHO,
            )[0]  # fmt: skip

    assert back("NOWHERE", "6901").code == "unknown_location"
    assert back("A-02", "6902").code == "item_not_in_order"
    assert back("A-02", "6901", 4).code == "too_many"
    assert back("A-02", "6901").data["left"] == 2
    assert world.state("SO-1") == "INTERCEPTING"
    assert back("A-02", "6901", 2).data["left"] == 0

    assert world.state("SO-1") == "INTERCEPTED"
    assert world.lying(house, "TEA") == {"A-01": 17, "A-02": 3}
    assert PutBack.objects.get().done_at is not None
    assert back("A-02", "6901").code == "nothing_to_put_back"


def test_goods_at_the_bench_serve_the_next_order_without_a_walk(house: House) -> None:
    number = world.ordered(house, "SO-1", TEA=20)
    world.pick_all(world.listed(house))
    world.cancel("SO-1")
    second = world.ordered(house, "SO-2", TEA=20)

    pick_list = world.listed(house)
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    assert [step.location for step in walk.steps] == ["PACK"]
    world.pick_all(pick_list)
    world.check_all(second)

    assert world.ship(str(world.close(second).data["parcel"])).ok
    assert world.on_hand(house, "TEA") == 0
    assert world.state("SO-1") == "INTERCEPTED"
    assert board.put_backs(scope=Scope.everything()) == []
    with transaction.atomic():
        late = floor.put_back(
            [floor.PutBackScan(world.fresh(), fulfilment=number, location="A-01", barcode="6901")],
            actor=world.WHO,
        )[0]
    assert late.code == "nothing_to_put_back"


def test_a_part_taken_at_the_bench_leaves_the_rest_on_the_note(house: House) -> None:
    world.ordered(house, "SO-1", TEA=20)
    world.pick_all(world.listed(house))
    world.cancel("SO-1")
    world.ordered(house, "SO-2", TEA=5)

    world.pick_all(world.listed(house))

    assert world.state("SO-1") == "INTERCEPTING"
    notes = board.put_backs(scope=Scope.everything())
    assert [qty for note in notes for *_, qty in note.lines] == [15]
    assert board.audit() == []


def test_a_short_order_with_goods_taken_goes_back_when_it_is_cancelled(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1, SALT=1)
    pick_list = world.listed(house)
    world.pick(pick_list, "A-01", "6901")
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    assert walk.next_stop is not None
    with transaction.atomic():
        floor.report_short(
            [floor.ShortReport(world.fresh(), pick_list=pick_list, task=walk.next_stop.first_task)],
            actor=world.WHO,
        )

    assert world.list_state(pick_list) == "PICKED"
    assert world.cancel("SO-1") == "INTERCEPTED"
    assert world.free(house, "TEA") == 20
