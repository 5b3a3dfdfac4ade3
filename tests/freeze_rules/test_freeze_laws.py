"""What had to be inspected is sold after its inspection only, and figures say how it is going."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from freeze_rules import formula
from freeze_rules.selectors.laws import audit, unproved
from insights.measures import MEASURES
from inventory import services as inventory
from org.models import Person
from org.scope import Scope
from tests import given
from tests.freeze_rules.taking import taken
from tests.freeze_rules.test_journal import frozen, heard
from tests.freeze_rules.test_recalls import shipped, verb
from tests.freeze_rules.writing import open_holds, tell

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def waiting_lot() -> int:
    """A lot of a hundred that waits for its inspection under the ready rule."""
    given.sku("MILK", lot_tracked=True, shelf_life_days=45)
    lot = given.lot("MILK", "L1")
    taken("receive-qc")
    given.stock("MILK", 100, lot_id=lot)
    tell("goods.received", document="PO-7", goods=[("MILK", 100, lot)])
    return lot


def let_go_by_hand() -> None:
    [hold] = open_holds("QC")
    verb("release", "ReleaseRequest", hold.document, hold_id=hold.id)


def figure(code: str) -> list[tuple[str, float, int]]:
    until = timezone.now() + timedelta(seconds=5)
    compute: Any = MEASURES[code].compute
    grains = compute(Scope.everything(), until - timedelta(hours=1), until)
    return sorted((grain.part, grain.value, grain.count) for grain in grains)


@pytest.mark.parametrize(
    ("tree", "needed"),
    [
        ({}, False),
        ({"proof": "inspection.passed"}, True),
        ({"any": [{"proof": "inspection.passed"}, {"approval": "stock.release"}]}, False),
        ({"all": [{"proof": "inspection.passed"}, {"approval": "stock.release"}]}, True),
        ({"any": [{"all": [{"proof": "inspection.passed"}, {"after": {"days": 1}}]}]}, True),
    ],
)
def test_a_formula_needs_what_no_other_way_around_it_gives(tree: Any, needed: bool) -> None:
    assert formula.needs(tree, "inspection.passed") is needed


def test_goods_let_go_by_hand_and_shipped_without_their_inspection_break_the_law() -> None:
    lot = waiting_lot()
    let_go_by_hand()
    heard()
    assert unproved(scope=Scope.everything()) == []

    shipped("SO-1", 7, lot)

    [row] = unproved(scope=Scope.everything())
    assert (row.units, row.sku_code, row.lot_code, row.shipped_as) == (7, "MILK", "L1", "SO-1")
    assert figure("shipped-uninspected") == [("", 7, 7)]
    assert [(each.found, each.expected) for each in audit()] == [("7", "0")]
    client = signed_in(given.person())
    assert "SO-1" in client.get("/freezes/laws/").content.decode()
    assert "/freezes/laws/" in client.get("/stock/audit/").content.decode()
    told = client.get("/api/v1/freezes/laws").json()
    assert [(one["document"], one["units"]) for one in told["shipped_uninspected"]] == [
        (row.document, 7)
    ]
    given.unit("NORTH", "STORE", parent="HQ")
    stranger = signed_in(given.person("STORE_MANAGER", at="NORTH"))
    assert "SO-1" not in stranger.get("/freezes/laws/").content.decode()


def test_goods_that_passed_in_whole_or_in_part_break_no_law() -> None:
    lot = waiting_lot()
    tell(
        "inspection.partial", goods=[("MILK", 100, lot)],
        facts={"event.passed": 90, "event.failed": 10},
    )  # fmt: skip
    heard()
    assert given.free("MILK") == 90

    shipped("SO-1", 90, lot)

    assert unproved(scope=Scope.everything()) == []
    assert figure("shipped-uninspected") == []


def test_freezes_are_told_apart_by_ready_rule_and_hand_and_what_came_back_bad() -> None:
    lot = waiting_lot()
    given.stock("TEA", 20)
    frozen(given.person(), 4)
    tell("inspection.passed", goods=[("MILK", 100, lot)])
    shipped("SO-1", 10, lot)
    verb(
        "take_return", "ReturnRequest", "RT-1", warehouse_id=given.warehouse_id("WH1"),
        location_id=given.location("B-01"), shipped_document="SO-1",
        lines=(inventory.Line(sku_id=given.sku("MILK"), qty=2, lot_id=lot, grade="CC"),),
    )  # fmt: skip
    heard()

    assert figure("freezes-by-origin") == [("HAND", 1, 1), ("PRESET", 1, 1)]
    assert figure("preset-share") == [("", 0, 1), ("", 1, 1)]
    assert figure("defective-shipped") == [("", 2, 10)]
