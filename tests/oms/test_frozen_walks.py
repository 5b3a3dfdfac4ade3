"""A freeze under a picker's feet: nobody is sent to a frozen cell, the order is planned anew."""

from __future__ import annotations

import pytest
from django.db import transaction

from inventory import services as inventory
from oms import services as orders
from outbox.models import News
from tests import given
from tests.oms import told, walking
from tests.wms import world
from wms.models import PickTask

pytestmark = pytest.mark.django_db


def freeze(location: str | None, policy: inventory.Policy) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"recall:{policy}", document="RC-1", reason="RECALL", blanket=True,
                    warehouse_id=given.warehouse_id("WH1"),
                    location_id=given.location(location) if location else None,
                    policy=policy,
                )
            ],
            actor=given.ACTOR,
        )[0].check()  # fmt: skip


def walked_for() -> str:
    """An order of 4 TEA in A-01 that somebody picks; more TEA lies in B-01. Its document."""
    given.stock("TEA", 4)
    told.accept(told.draft("T1", told.line("TEA", 4)))
    orders.process()
    document = told.the().document
    world.listed(world.House(warehouse=given.warehouse_id("WH1")))
    given.location("B-01")
    given.stock("TEA", 6, location="B-01")
    return document


def test_an_order_whose_cell_is_frozen_keeps_its_units_and_is_planned_anew() -> None:
    document = walked_for()

    outcome = freeze("A-01", inventory.Policy.DISPLACE)

    assert outcome.displaced == {}
    assert told.held(document) == {"TEA": 4}
    assert list(News.objects.filter(handler__endswith="note_unpinned").values_list("key")) == [
        (document,)
    ]
    walking.hear("hold.unpinned")
    assert list(PickTask.objects.values_list("state", flat=True)) == ["DROPPED"]
    assert told.held(document) == {}
    orders.process()
    again = told.the()
    assert (again.state, again.document == document) == ("SUBMITTED", False)
    world.listed(world.House(warehouse=given.warehouse_id("WH1")))
    task = PickTask.objects.get(state="OPEN")
    assert (task.location_id, task.qty) == (given.location("B-01"), 4)


def counted(found: int) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.adjust(
            [
                inventory.AdjustRequest(
                    key=f"count:{found}", document="CT-1", why="count",
                    warehouse_id=given.warehouse_id("WH1"), location_id=given.location("A-01"),
                    counted=(inventory.Line(sku_id=given.sku("TEA"), qty=found),),
                )
            ],
            actor=given.ACTOR,
        )[0].check()  # fmt: skip


def test_an_order_whose_cell_was_counted_down_is_planned_anew() -> None:
    document = walked_for()

    outcome = counted(1)

    assert outcome.displaced == {}
    assert told.held(document) == {"TEA": 4}
    walking.hear("hold.unpinned")
    assert list(PickTask.objects.values_list("state", flat=True)) == ["DROPPED"]
    orders.process()
    again = told.the()
    assert (again.state, again.document == document) == ("SUBMITTED", False)
    world.listed(world.House(warehouse=given.warehouse_id("WH1")))
    there = PickTask.objects.filter(state="OPEN").values_list("location_id", "qty")
    assert sum(qty for _place, qty in there) == 4
    assert (given.location("A-01"), 4) not in there


def test_a_count_that_finds_enough_for_the_walk_leaves_it_alone() -> None:
    document = walked_for()

    counted(5)

    assert not News.objects.filter(handler__endswith="note_unpinned").exists()
    assert told.held(document) == {"TEA": 4}
    assert list(PickTask.objects.values_list("state", flat=True)) == ["OPEN"]


def test_a_walk_that_may_finish_is_left_alone() -> None:
    document = walked_for()

    freeze("A-01", inventory.Policy.LET_FINISH)

    assert not News.objects.filter(handler__endswith="note_unpinned").exists()
    assert told.held(document) == {"TEA": 4}
    assert list(PickTask.objects.values_list("state", flat=True)) == ["OPEN"]


def test_an_order_that_loses_units_hears_that_only() -> None:
    document = walked_for()

    outcome = freeze(None, inventory.Policy.DISPLACE)

    assert set(outcome.displaced) == {document}
    assert not News.objects.filter(handler__endswith="note_unpinned").exists()
    walking.hear("hold.displaced")
    assert told.held(document) == {}
