"""Orders on the floor: staff walk them to the truck, news is delivered."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from outbox import services as outbox
from tests import given
from tests.wms import world
from wms import services as floor


def waybills() -> None:
    """A carrier with numbers."""
    with transaction.atomic():
        floor.add_carrier(code="SF", name="SF Express", platform_codes={"taobao": "SF"})
        floor.add_waybills(carrier_code="SF", prefix="SF", first=1, last=100)


def pack(document: str, warehouse: str = "WH1") -> str:
    """Pick, check and close; the parcel's number."""
    house = world.House(warehouse=given.warehouse_id(warehouse))
    world.pick_all(world.listed(house))
    number = world.number_of(document)
    world.check_all(number)
    answer = world.close(number)
    assert answer.ok, answer
    return str(answer.data["parcel"])


def send(document: str, warehouse: str = "WH1") -> None:
    """All the way to the truck; the news is not delivered yet."""
    assert world.ship(pack(document, warehouse)).ok


def hear(topic: str) -> None:
    """Deliver what the order desk should hear of a topic."""
    for handler in settings.NEWS[topic]:
        if handler.startswith("oms."):
            assert outbox.deliver(handler=handler).failed == 0
