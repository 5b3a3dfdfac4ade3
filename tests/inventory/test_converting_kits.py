"""Kits under one claim become kits under another."""

from __future__ import annotations

import pytest

from inventory import services as inventory
from inventory.models import HoldKit
from tests import given
from tests.inventory.test_kits import held, kit, line, post, recipe, request

pytestmark = pytest.mark.django_db


def test_kits_under_one_claim_become_kits_under_another() -> None:
    given.stock("TEA", 6)
    given.stock("CUP", 3)
    box = kit(TEA=2, CUP=1)
    asked = request(line(box, 3), key="fz", document="FZ-1", reason="MANUAL")
    hold_id = post(inventory.hold, asked)[0].check().hold_id
    assert hold_id is not None
    recipe(box, TEA=1)

    converted = post(
        inventory.convert,
        inventory.ConvertRequest(
            key="cv", document="DF-1", hold_id=hold_id, reason="DEFECT", lines=(line(box, 2),)
        ),
    )[0].check()

    assert (held("FZ-1"), held("DF-1")) == ({"TEA": 2, "CUP": 1}, {"TEA": 4, "CUP": 2})
    kits = HoldKit.objects.order_by("hold_id").values_list("hold_id", "recipe__version", "qty")
    assert list(kits) == [(hold_id, 1, 3), (converted.hold_id, 1, 2)]


def test_a_claim_of_kits_converted_whole_stays_one_of_kits() -> None:
    given.stock("TEA", 8)
    given.stock("CUP", 4)
    box = kit(TEA=2, CUP=1)
    asked = request(
        line(box, 3), line(given.sku("TEA"), 1), key="pr", document="PR-1", reason="PROMOTION"
    )
    reserve = post(inventory.hold, asked)[0].check().hold_id
    assert reserve is not None
    post(
        inventory.release, inventory.ReleaseRequest(key="r", document="PR-1", lines=(line(box, 1),))
    )[0].check()

    order = post(
        inventory.convert,
        inventory.ConvertRequest(key="cv", document="SO-1", hold_id=reserve, reason="ORDER"),
    )[0].check()

    kits = HoldKit.objects.order_by("hold_id").values_list("hold_id", "recipe__version", "qty")
    assert list(kits) == [(reserve, 1, 3), (order.hold_id, 1, 2)]
    assert (held("PR-1"), held("SO-1")) == ({}, {"TEA": 5, "CUP": 2})
    recipe(box, TEA=1)
    post(
        inventory.release,
        inventory.ReleaseRequest(key="r2", document="SO-1", lines=(line(box, 1),)),
    )[0].check()
    assert held("SO-1") == {"TEA": 3, "CUP": 1}
    house = given.warehouse_id("WH1")
    post(inventory.pin, inventory.PinRequest(key="p", document="SO-1", warehouse_id=house))[
        0
    ].check()
    post(inventory.ship, inventory.ShipRequest(key="s", document="SO-1", lines=(line(box, 1),)))[
        0
    ].check()
    assert held("SO-1") == {"TEA": 1}
