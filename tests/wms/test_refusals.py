"""Everything the floor says no to: the code, the sentence, and that nothing happened."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from org.scope import Scope
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor
from wms.models import Check, FloorAnswer, FulfilmentEvent, Parcel, Pick


def facts() -> tuple[int, ...]:
    """How much was written down."""
    tables = (Pick, Check, Parcel, FulfilmentEvent, FloorAnswer)
    return tuple(table.objects.count() for table in tables)


@pytest.mark.parametrize(
    ("location", "barcode", "qty", "code"),
    [
        ("A-02", "6901", 1, "wrong_location"),
        ("NOWHERE", "6901", 1, "wrong_location"),
        ("A-01", "6902", 1, "wrong_item"),
        ("A-01", "0000", 1, "unknown_item"),
        ("A-01", "6901", 3, "too_many"),
        ("A-01", "16901", 1, "too_many"),
        ("A-01", "6901", 0, "invalid_quantity"),
        ("A-01", "6901", -1, "invalid_quantity"),
        ("A-01", "6901", 10**9, "invalid_quantity"),
    ],
)
def test_a_pick_that_does_not_fit_changes_nothing(
    house: House, location: str, barcode: str, qty: int, code: str
) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)
    before = facts()

    answer = world.pick(pick_list, location, barcode, qty)

    assert (answer.ok, answer.code) == (False, code)
    assert facts() == before
    assert world.lying(house, "TEA") == {"A-01": 20}
    assert world.list_state(pick_list) == "RELEASED"


def test_the_sentence_says_what_is_expected(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)

    with override("en"):
        place = world.pick(pick_list, "A-02", "6901")
        goods = world.pick(pick_list, "A-01", "6902")
        many = world.pick(pick_list, "A-01", "16901")

    assert place.message == "This is A-02. Go to A-01."
    assert goods.message == "6902 is not wanted at A-01. Take TEA Tea."
    assert many.message == "TEA Tea would be 6, but only 2 are still wanted. Take fewer."


def test_lists_that_are_unknown_finished_or_elsewhere_are_refused(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    pick_list = world.listed(house)
    scan = floor.PickScan(world.fresh(), pick_list=pick_list, location="A-01", barcode="6901")

    assert world.pick("PL-999999", "A-01", "6901").code == "unknown_pick_list"
    assert world.pick("; DROP", "A-01", "6901").code == "unknown_pick_list"
    with transaction.atomic():
        outside = floor.confirm_picks([scan], actor=world.WHO, scope=Scope.nothing())[0]
    assert outside.code == "unknown_pick_list"
    world.pick_all(pick_list)
    assert world.pick(pick_list, "A-01", "6901").code == "pick_list_closed"
    assert world.lying(house, "TEA") == {"A-01": 19, "PACK": 1}


def test_steps_of_other_lists_done_steps_and_dropped_steps_are_refused(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", RICE=1)
    world.ordered(house, "SO-3", SALT=1)
    pick_list = world.listed(house)
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    task = {step.document: step.task for step in walk.steps}
    world.pick(pick_list, "A-01", "6901")
    world.cancel("SO-2")

    assert world.pick(pick_list, "A-01", "6901", task=999999).code == "unknown_task"
    assert world.pick(pick_list, "A-01", "6901", task=task["SO-1"]).code == "task_closed"
    assert world.pick(pick_list, "A-01", "6902", task=task["SO-2"]).code == "task_dropped"
    assert world.pick(pick_list, "A-01", "6902").code == "task_dropped"
    assert world.lying(house, "RICE") == {"A-01": 10}


def test_scans_of_one_call_together_take_no_more_than_is_wanted(house: House) -> None:
    world.ordered(house, "SO-1", TEA=2)
    pick_list = world.listed(house)

    with transaction.atomic():
        answers = floor.confirm_picks(
            [
                floor.PickScan(world.fresh(), pick_list=pick_list, location="A-01", barcode="6901")
                for _ in range(3)
            ],
            actor=world.WHO,
        )

    assert [each.code for each in answers] == ["ok", "ok", "too_many"]
    assert world.lying(house, "TEA") == {"A-01": 18, "PACK": 2}


def test_the_bench_refuses_what_does_not_belong(house: House) -> None:
    number = world.ordered(house, "SO-1", TEA=2)
    assert world.check(number, "6901").code == "not_picked_yet"
    world.pick_all(world.listed(house))
    before = facts()

    assert world.check("FF-999999", "6901").code == "unknown_fulfilment"
    assert world.check(number, "6902").code == "item_not_in_order"
    assert world.check(number, "0000").code == "unknown_item"
    assert world.check(number, "6901", 3).code == "too_many"
    assert world.check(number, "6901", 0).code == "invalid_quantity"
    assert world.close(number).code == "not_checked_yet"
    assert facts() == before

    world.check_all(number)
    assert world.check(number, "6901").code == "already_checked"
    assert world.close(number, carrier="NOBODY").code == "unknown_carrier"
    assert world.close(number, weight_g=0).code == "invalid_weight"
    assert not Parcel.objects.exists()
    assert world.close(number).ok
    assert world.close(number).code == "already_packed"
    assert world.check(number, "6901").code == "already_packed"


def test_parcels_that_are_unknown_gone_or_elsewhere_do_not_ship(house: House) -> None:
    parcel = world.packed(house, "SO-1", TEA=2)

    assert world.ship("PC-999999").code == "unknown_parcel"
    assert world.ship("SF9999").code == "unknown_parcel"
    with transaction.atomic():
        outside = floor.ship_parcels(
            [floor.ParcelDeparture(world.fresh(), parcel=parcel)],
            actor=world.WHO,
            scope=Scope.nothing(),
        )[0]
    assert outside.code == "unknown_parcel"
    assert world.on_hand(house, "TEA") == 20
    assert world.ship(parcel).ok
    assert world.ship(parcel).code == "already_shipped"
    assert world.on_hand(house, "TEA") == 18


def test_a_parcel_whose_claim_was_let_go_does_not_ship(house: House) -> None:
    parcel = world.packed(house, "SO-1", TEA=2)
    world.let_go("SO-1")

    answer = world.ship(parcel)

    assert answer.code == "not_held"
    assert world.state("SO-1") == "PACKED"
    assert world.on_hand(house, "TEA") == 20
    assert Parcel.objects.get().shipped_at is None


def test_nothing_to_pick_and_unknown_warehouses_are_said(house: House) -> None:
    def ask(warehouse_id: int, scope: Scope) -> floor.Answer:
        with transaction.atomic():
            return floor.create_pick_list(
                floor.PickListWish(world.fresh(), warehouse_id=warehouse_id),
                actor=world.WHO,
                scope=scope,
            )

    assert ask(house.warehouse, Scope.everything()).code == "nothing_to_pick"
    assert ask(0, Scope.everything()).code == "unknown_warehouse"
    world.ordered(house, "SO-1", TEA=1)
    assert ask(house.warehouse, Scope.nothing()).code == "unknown_warehouse"
    assert world.state("SO-1") == "RELEASED"


def test_a_second_request_for_a_document_is_refused_by_the_database(house: House) -> None:
    world.ordered(house, "SO-1", TEA=1)
    request = floor.FulfilmentRequest(
        document="SO-1", warehouse_id=house.warehouse, lines=((house.skus["TEA"], 1),)
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        floor.request_fulfilment([request], actor=world.WHO)

    assert len(board.timeline("SO-1")) == 1


def test_lines_of_one_sku_are_added_up(house: House) -> None:
    tea = house.skus["TEA"]
    with transaction.atomic():
        floor.request_fulfilment(
            [
                floor.FulfilmentRequest(
                    document="SO-1", warehouse_id=house.warehouse, lines=((tea, 1), (tea, 2))
                )
            ],
            actor=world.WHO,
        )

    lines = board.fulfilments(scope=Scope.everything(), names=["SO-1"])[0].lines
    assert [(line.sku_id, line.qty) for line in lines] == [(tea, 3)]
