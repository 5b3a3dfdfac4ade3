"""A role at one warehouse or one shop shows that one and nothing of its neighbours."""

from __future__ import annotations

import pytest
from django.db import transaction

from channels_sync.selectors import shop_rows
from inventory import selectors as stock
from inventory.selectors import reach
from oms.models import Order, OrderException
from org import selectors as who
from org import services as org
from org.models import Person
from org.scope import Scope
from tests import given
from tests.channels_sync.test_pushes import connected

pytestmark = pytest.mark.django_db


def _keeper(
    unit_id: int | None = None, warehouse_id: int | None = None, shop_id: int | None = None
) -> Person:
    """Somebody who leads exactly one place."""
    with transaction.atomic():
        person = org.create_person(
            username="keeper", display_name="仓管", password=None, actor="system:test"
        )
        org.assign(
            person_id=person.pk, role="WAREHOUSE_LEAD", actor="system:test",
            unit_id=unit_id, warehouse_id=warehouse_id, shop_id=shop_id,
        )  # fmt: skip
    return person


def test_a_role_at_a_warehouse_sees_that_warehouse_and_no_other() -> None:
    mine, other = given.warehouse("WH1"), given.warehouse("WH2")
    given.stock("TEA", 10, warehouse="WH1")
    given.stock("TEA", 7, warehouse="WH2")

    scope = who.scope_of(_keeper(warehouse_id=mine), permission="stock.view")

    assert scope == Scope.of([], warehouse_ids=[mine])
    assert [each.code for each in stock.warehouses(scope=scope)] == ["WH1"]
    assert [cell.on_hand for cell in stock.cells(scope=scope)] == [10]
    assert scope.covers(-1, warehouse_id=mine)
    assert not scope.covers(given.unit().pk, warehouse_id=other)
    assert not scope.is_nothing
    assert set(reach.warehouses(["WH1", "WH2"], scope=scope).by_code) == {"WH1"}


def test_a_role_at_a_shop_sees_that_shop_and_its_orders() -> None:
    shop = connected("shopify")

    scope = who.scope_of(_keeper(shop_id=shop.pk))

    assert [row.id for row in shop_rows(scope=scope)] == [shop.pk]
    assert shop_rows(scope=Scope.of([], shop_ids=[shop.pk + 1])) == []
    assert stock.warehouses(scope=scope) == []
    wanted = str(scope.limit(Order.objects.all(), "unit").query)
    assert f'"shop_id" IN ({shop.pk})' in wanted
    wanted = str(scope.limit(OrderException.objects.all(), "unit").query)
    assert f'"shop_id" IN ({shop.pk})' in wanted


def test_a_role_is_given_at_exactly_one_place_that_exists() -> None:
    mine = given.warehouse("WH1")

    with pytest.raises(org.NoSuchPlace), transaction.atomic():
        _keeper()
    with pytest.raises(org.NoSuchPlace), transaction.atomic():
        _keeper(warehouse_id=mine, unit_id=given.unit().pk)
    with pytest.raises(org.NoSuchPlace), transaction.atomic():
        _keeper(shop_id=99)

    assert not Person.objects.filter(username="keeper").exists()


def test_a_manager_gives_a_role_at_a_warehouse_of_the_own_region_only() -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("WEST", "REGION", "HQ")
    east, west = given.warehouse("WH1", at="EAST"), given.warehouse("WH2", at="WEST")
    manager = given.person(role="REGION_MANAGER", at="EAST")
    clerk = given.person(role="CLERK", at="EAST")

    def give(warehouse_id: int) -> None:
        with transaction.atomic():
            org.assign(
                person_id=clerk.pk, warehouse_id=warehouse_id, role="WAREHOUSE_STAFF",
                actor=manager.actor, by=manager,
            )  # fmt: skip

    give(east)
    with pytest.raises(org.NotYours):
        give(west)
    assert [job.warehouse_id for job in clerk.assignments.filter(warehouse_id__isnull=False)] == [
        east
    ]
