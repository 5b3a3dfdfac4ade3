"""A verb costs the same number of statements for one and for fifty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from org.scope import Scope
from tests.wms import world
from tests.wms.world import House
from wms import selectors as board
from wms import services as floor

MANY = 50


@pytest.fixture
def rich(db: None) -> House:
    made = world.build()
    world.stocked(made, "A-01", TEA=500, RICE=500)
    return made


def cost(work: Callable[[], Any]) -> int:
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        transaction.atomic(),
    ):
        work()
    # Savepoints belong to the test's own transaction.
    return sum(1 for query in seen.captured_queries if "SAVEPOINT" not in query["sql"])


def ask(house: House, names: list[str]) -> Callable[[], None]:
    return lambda: floor.request_fulfilment(
        [
            floor.FulfilmentRequest(
                document=name,
                warehouse_id=house.warehouse,
                lines=((house.skus["TEA"], 1), (house.skus["RICE"], 1)),
            )
            for name in names
        ],
        actor=world.WHO,
    )


def hold(house: House, names: list[str]) -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"hold:{name}", document=name, warehouse_id=house.warehouse,
                    lines=(
                        inventory.Line(sku_id=house.skus["TEA"], qty=1),
                        inventory.Line(sku_id=house.skus["RICE"], qty=1),
                    ),
                )
                for name in names
            ],
            actor=world.WHO,
        )  # fmt: skip


def way(house: House, names: list[str]) -> dict[str, int]:
    """Statements per verb for a batch that goes the whole way, half of it stopped at the end."""
    hold(house, names)
    found = {"request": cost(ask(house, names))}
    wish = floor.PickListWish(world.fresh(), warehouse_id=house.warehouse, limit=len(names))
    numbers: list[str] = []
    found["plan"] = cost(
        lambda: numbers.append(str(floor.create_pick_list(wish, actor="p").data["pick_list"]))
    )
    walk = board.walk(numbers[0], scope=Scope.everything())
    assert walk is not None
    picks = [
        floor.PickScan(world.fresh(), pick_list=walk.number, location=step.location,
                       barcode=step.sku_code, task=step.task)
        for step in walk.steps
    ]  # fmt: skip
    assert len(picks) == 2 * len(names)
    found["pick"] = cost(lambda: floor.confirm_picks(picks, actor="p"))
    checks = [
        floor.CheckScan(world.fresh(), fulfilment=name, barcode=code)
        for name in names
        for code in ("TEA", "RICE")
    ]
    found["check"] = cost(lambda: floor.confirm_checks(checks, actor="p"))
    closings = [floor.ParcelClosing(world.fresh(), fulfilment=name) for name in names]
    parcels: list[str] = []
    found["close"] = cost(
        lambda: parcels.extend(
            str(each.data["parcel"]) for each in floor.close_parcels(closings, actor="p")
        )
    )
    leaving = [floor.ParcelDeparture(world.fresh(), parcel=parcel) for parcel in parcels]
    found["ship"] = cost(lambda: floor.ship_parcels(leaving, actor="p"))
    assert set(board.states(names).values()) == {"SHIPPED"}
    for question, work in {
        "shipments": lambda: board.shipments(names),
        "fulfilments": lambda: board.fulfilments(scope=Scope.everything(), names=names),
        "walk": lambda: board.walk(walk.number, scope=Scope.everything()),
    }.items():
        found[question] = cost(work)
    return found


def test_the_whole_way_costs_the_same_for_one_and_for_fifty(rich: House) -> None:
    way(rich, ["SO-FIRST"])  # makes the cells of the bench
    one = way(rich, ["SO-ONE"])
    many = way(rich, [f"SO-{number}" for number in range(MANY)])

    assert many == one


def stop(house: House, names: list[str]) -> dict[str, int]:
    hold(house, names)
    with transaction.atomic():
        ask(house, names)()
    world.pick_all(world.listed(house, limit=len(names)))
    found = {"cancel": cost(lambda: floor.cancel(names, actor="p"))}
    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key=f"r:{name}", document=name) for name in names],
            actor="p",
        )
    scans = [
        floor.PutBackScan(world.fresh(), fulfilment=name, location="A-02", barcode=code)
        for name in names
        for code in ("TEA", "RICE")
    ]
    found["put back"] = cost(lambda: floor.put_back(scans, actor="p"))
    assert set(board.states(names).values()) == {"INTERCEPTED"}
    found["put backs"] = cost(lambda: board.put_backs(scope=Scope.everything()))
    return found


def test_stopping_and_putting_back_cost_the_same_for_one_and_for_fifty(rich: House) -> None:
    stop(rich, ["SO-FIRST"])
    one = stop(rich, ["SO-ONE"])
    many = stop(rich, [f"SO-{number}" for number in range(MANY)])

    assert many == one
