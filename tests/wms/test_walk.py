"""An order's way over the floor, with what happens in the ledger at each step."""

from __future__ import annotations

import pytest

from tests.wms import world
from tests.wms.world import House
from wms import selectors as board

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    made = world.build()
    world.stocked(made, "A-01", TEA=20, RICE=10)
    world.stocked(made, "A-02", SALT=10)
    return made


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
    assert shipment.lines == tuple(
        sorted([(house.skus["TEA"], 7), (house.skus["SALT"], 2)])
    )
    assert [event.to_state for event in board.timeline("SO-1")] == [
        "RELEASED", "PICKING", "PICKED", "CHECKED", "PACKED", "SHIPPED",
    ]  # fmt: skip
    assert board.audit() == []
