"""What a claim may name: any combination of goods and places, by quantity or as a blanket."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory import services as inventory
from inventory.models import Hold, Stock
from inventory.services import Policy
from tests import given
from tests.inventory.claiming import (
    blanket,
    cell,
    count,
    do,
    hold,
    key,
    line,
    move,
    pin,
    refused,
    release,
    start,
    units,
    unpin,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", zone="COLD", sequence=5)
    return given.sku("TEA")


def zone() -> int:
    return int(Stock.objects.get(location__code="B-01").location.zone_id or 0)


def test_a_hundred_of_a_thousand_are_frozen_and_the_rest_is_sold(tea: int) -> None:
    given.stock("TEA", 1000)
    hold("FZ-1", qty=100, reason="MANUAL").check()
    assert (where("FZ-1"), given.free("TEA")) == ({("", ""): 100}, 900)


def test_a_quantity_is_frozen_in_a_zone(tea: int) -> None:
    given.stock("TEA", 10)
    given.stock("TEA", 10, location="B-01")
    hold("FZ-1", qty=4, reason="COLD_CHAIN", zone_id=zone()).check()
    code, params = refused(hold("FZ-2", qty=7, reason="COLD_CHAIN", zone_id=zone()))
    assert (where("FZ-1"), code, params["asked"], params["there"]) == (
        {("B-01", ""): 4}, "insufficient_stock", 7, 6,
    )  # fmt: skip
    assert given.free("TEA") == 16


def test_a_quantity_is_frozen_of_one_supplier_and_of_one_lot_in_one_place(tea: int) -> None:
    good = given.lot("TEA", "L1", supplier="Hill")
    bad = given.lot("TEA", "L2", supplier="Marsh")
    given.stock("TEA", 5, lot_id=good)
    given.stock("TEA", 5, lot_id=bad)
    given.stock("TEA", 5, lot_id=bad, location="B-01")

    hold("FZ-1", qty=6, reason="QC", supplier="Marsh").check()
    hold("FZ-2", qty=2, reason="QC", lot_id=good, location="A-01").check()

    assert where("FZ-1") == {("A-01", "L2"): 5, ("B-01", "L2"): 1}
    assert where("FZ-2") == {("A-01", "L1"): 2}
    assert given.free("TEA") == 7


def test_a_quantity_is_frozen_of_a_grade_and_of_an_owner(tea: int) -> None:
    given.stock("TEA", 5)
    given.stock("TEA", 5, grade="CC")
    given.stock("TEA", 5, owner="ACME")
    hold("FZ-1", qty=5, reason="QC", grade="CC").check()
    hold("FZ-2", qty=3, reason="QC", owner="ACME").check()
    code, params = refused(hold("FZ-3", qty=3, reason="QC", owner="ACME"))
    assert (code, params["there"]) == ("insufficient_stock", 2)
    held = dict(Stock.objects.values_list("balance__owner", "balance__held").filter(
        balance__grade="ZP"))  # fmt: skip
    assert held == {"SELF": 0, "ACME": 3}


def test_a_quantity_is_frozen_wherever_it_lies(tea: int) -> None:
    given.warehouse("WH2")
    given.stock("TEA", 4)
    given.stock("TEA", 4, warehouse="WH2")
    hold("FZ-1", qty=6, reason="RECALL", warehouse_id=None).check()
    assert (given.free("TEA"), given.free("TEA", "WH2")) == (0, 2)
    code, params = refused(hold("FZ-2", qty=3, reason="RECALL", warehouse_id=None))
    assert (code, params["asked"], params["there"]) == ("insufficient_stock", 3, 2)
    assert Hold.objects.get(document="FZ-1").warehouse_id is None


def test_a_freeze_everywhere_displaces_the_weakest_order_of_any_warehouse(tea: int) -> None:
    given.warehouse("WH2")
    given.stock("TEA", 4)
    given.stock("TEA", 4, warehouse="WH2")
    hold("SO-1", qty=4, priority=5)
    given.held("SO-2", "TEA", 4, warehouse="WH2", priority=1)
    outcome = hold("FZ-1", qty=3, reason="RECALL", warehouse_id=None, policy=Policy.DISPLACE)
    assert outcome.check().displaced == {"SO-2": {tea: 3}}
    assert (units("SO-1"), units("SO-2"), units("FZ-1")) == (4, 1, 3)


def test_a_lot_is_frozen_by_quantity_in_all_warehouses(tea: int) -> None:
    bad = given.lot("TEA", "L2")
    given.warehouse("WH2")
    given.stock("TEA", 4)
    given.stock("TEA", 4, lot_id=bad)
    given.stock("TEA", 4, warehouse="WH2", lot_id=bad)
    hold("FZ-1", qty=6, reason="RECALL", warehouse_id=None, lot_id=bad).check()
    assert (given.free("TEA"), given.free("TEA", "WH2")) == (4, 2)


def test_an_order_must_name_its_warehouse(tea: int) -> None:
    given.stock("TEA", 4)
    assert refused(hold("SO-1", qty=1, warehouse_id=None)) == (
        "bad_request",
        {"field": "warehouse_id"},
    )


@pytest.mark.parametrize(
    ("scope", "caught"),
    [
        ({"grade": "CC"}, {"CC": 3}),
        ({"owner": "ACME"}, {"ACME": 5}),
        ({"supplier": "Marsh"}, {"SELF": 7}),
        ({"owner": "ACME", "grade": "CC"}, {}),
        ({"warehouse_id": None, "owner": "ACME"}, {"ACME": 5}),
    ],
)
def test_a_blanket_covers_a_grade_an_owner_a_supplier(
    tea: int, scope: dict[str, Any], caught: dict[str, int]
) -> None:
    marsh = given.lot("TEA", "L2", supplier="Marsh")
    given.stock("TEA", 2)
    given.stock("TEA", 3, grade="CC")
    given.stock("TEA", 5, owner="ACME")
    given.stock("TEA", 7, lot_id=marsh)

    blanket("QC-1", "", **scope).check()

    rows = Stock.objects.filter(pinned__gt=0).values_list(
        "balance__grade", "balance__owner", "pinned"
    )
    found = {owner if grade == "ZP" else grade: pinned for grade, owner, pinned in rows}
    assert found == caught


def test_a_blanket_over_a_zone_catches_what_comes_into_it(tea: int) -> None:
    given.stock("TEA", 5, location="B-01")
    given.stock("TEA", 5)
    blanket("CC-1", "", reason="COLD_CHAIN", zone_id=zone()).check()
    assert (units("CC-1"), given.free("TEA")) == (5, 5)
    given.stock("TEA", 2, location="B-01")
    move("TEA", 3, "A-01", "B-01").check()
    assert (units("CC-1"), given.free("TEA")) == (10, 2)


def test_a_scope_that_names_nothing_real_is_refused_and_says_what_was_asked(tea: int) -> None:
    given.warehouse("WH2")
    given.stock("TEA", 5)
    rice = given.sku("RICE")
    lot = given.lot("RICE", "R1", supplier="Hill")
    before = Hold.objects.count()
    house = given.warehouse_id("WH1")

    assert refused(blanket("X", "", supplier="Nobody")) == (
        "nothing_in_scope",
        {"asked": {"warehouse_id": house, "supplier": "Nobody"}, "there": 0},
    )
    scopes: list[dict[str, Any]] = [
        {"zone_id": 999_999},
        {"owner": "NOBODY"},
        {"grade": "QQ"},
        {"warehouse_id": 999_999},
        {"supplier": "Hill", "sku": "TEA"},
        {"lot_id": lot, "sku": "TEA"},
    ]
    for scope in scopes:
        more = dict(scope)
        assert refused(blanket("X", str(more.pop("sku", "")), **more))[0] == "nothing_in_scope"
    place = given.location("A-01", warehouse="WH2")
    assert refused(blanket("X", "", location_id=place)) == (
        "outside_place",
        {"location_id": place, "warehouse_id": house},
    )
    assert refused(hold("X", "RICE", 1, reason="QC")) == (
        "nothing_in_scope",
        {"line": 0, "sku_id": rice, "asked": 1, "there": 0},
    )
    assert refused(hold("X", qty=1, reason="QC", supplier="Hill"))[0] == "nothing_in_scope"
    assert refused(hold("X", qty=1, reason="NO_SUCH"))[0] == "unknown_reason"
    assert Hold.objects.count() == before


def test_a_real_thing_without_stock_may_be_frozen_beforehand(tea: int) -> None:
    given.lot("TEA", "L2", supplier="Marsh")
    blanket("RC-1", "", reason="RECALL", supplier="Marsh").check()
    given.stock("TEA", 5, lot_id=given.lot("TEA", "L2"))
    assert (units("RC-1"), given.free("TEA")) == (5, 0)


def test_a_mark_takes_no_units_but_forbids_and_lets_sales_go_on(tea: int) -> None:
    given.stock("TEA", 5)
    mark = blanket("CT-1", "", reason="COUNT", location="A-01").check()

    assert (units("CT-1"), given.free("TEA"), cell("A-01")) == (0, 5, (5, 0))
    hold("SO-1", qty=2).check()
    assert refused(pin("SO-1")) == (
        "not_pickable",
        {
            "short": {tea: 2}, "sku_id": tea, "asked": 2, "there": 0,
            "hold_id": mark.hold_id, "document": "CT-1",
        },
    )  # fmt: skip
    assert refused(move("TEA", 1, "A-01", "B-01")) == (
        "blocked",
        {
            "hold_id": mark.hold_id, "document": "CT-1", "reason": "COUNT", "act": "move",
            "sku_id": tea, "line": 0,
        },
    )  # fmt: skip
    count("TEA", 4).check()
    release("CT-1", hold_id=mark.hold_id).check()
    pin("SO-1").check()
    assert (given.free("TEA"), where("SO-1")) == (2, {("A-01", ""): 2})


def test_a_mark_over_the_goods_of_an_order_forbids_shipping_if_its_reason_says_so(
    tea: int,
) -> None:
    from inventory.models import Reason

    Reason.objects.create(
        code="TAX", name="查税", name_en="Tax", role="MARK", rank=1, blocks_reserve=False,
        blocks_pick=False, blocks_ship=True, binds_to="PLACE", blocks_publish=False,
    )  # fmt: skip
    given.stock("TEA", 5)
    hold("SO-1", qty=2)
    pin("SO-1")
    mark = blanket("TX-1", "", reason="TAX", location="A-01").check()
    outcome = do(inventory.ship, inventory.ShipRequest(key=key(), document="SO-1"))
    code, params = refused(outcome)
    assert (code, params["hold_id"], params["document"], params["sku_id"]) == (
        "blocked", mark.hold_id, "TX-1", tea,
    )  # fmt: skip
    assert cell("A-01") == (5, 2)


def test_a_claim_for_remaining_shelf_life_is_pinned_at_once_to_lots_that_have_it(tea: int) -> None:
    today = timezone.localdate()
    short = given.lot("TEA", "SHORT", expires_on=today + timedelta(days=29))
    exact = given.lot("TEA", "EXACT", expires_on=today + timedelta(days=30))
    late = given.lot("TEA", "LATE", expires_on=today + timedelta(days=300))
    for lot in (short, exact, late):
        given.stock("TEA", 5, lot_id=lot)

    hold("SO-1", qty=7, min_days_left=30).check()

    assert where("SO-1") == {("A-01", "EXACT"): 5, ("A-01", "LATE"): 2}
    code, params = refused(hold("SO-2", qty=4, min_days_left=30))
    assert (code, params["asked"], params["there"], params["short"]) == (
        "insufficient_stock", 4, 3, {tea: 1},
    )  # fmt: skip
    unpin("SO-1").check()
    assert where("SO-1") == {("A-01", "EXACT"): 5, ("A-01", "LATE"): 2}


def test_an_expired_lot_is_never_pinned_even_when_its_freeze_is_not_there_yet(tea: int) -> None:
    old = given.lot("TEA", "OLD", expires_on=date(2020, 1, 1))
    given.stock("TEA", 5, lot_id=old)
    code, params = refused(hold("SO-1", qty=1, lot_id=old))
    assert (code, params["asked"], params["there"]) == ("insufficient_stock", 1, 0)
    hold("FZ-1", qty=1, lot_id=old, reason="EXPIRED").check()
    assert units("FZ-1") == 1


def test_a_marked_lot_is_not_promised_and_the_refusal_names_the_mark(tea: int) -> None:
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, lot_id=lot)
    mark = blanket("CT-1", "", reason="COUNT", location="A-01").check()
    code, params = refused(hold("SO-1", qty=1, lot_id=lot))
    assert (code, params["hold_id"], params["asked"], params["there"]) == (
        "blocked", mark.hold_id, 1, 0,
    )  # fmt: skip
    assert units("SO-1") == 0


@pytest.mark.parametrize("scope", [{"supplier": "Marsh"}, {"min_days_left": 1}])
def test_a_batch_of_certain_claims_costs_the_same_statements_as_one(
    tea: int, scope: dict[str, Any]
) -> None:
    from django.db import transaction

    from tests.inventory.claiming import ACTOR, asked

    lot = given.lot("TEA", "L1", supplier="Marsh", expires_on=date(2090, 1, 1))
    given.stock("TEA", 100, lot_id=lot)
    costs = []
    for batch in (1, 40):
        requests = [asked(f"SO-{batch}-{number}", qty=1, **scope) for number in range(batch)]
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            answers = inventory.hold(requests, actor=ACTOR)
        assert not any(answer.refused for answer in answers)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert given.free("TEA") == 59


def test_what_a_claim_on_certain_goods_lost_is_not_looked_for_elsewhere(tea: int) -> None:
    first, second = given.lot("TEA", "L1"), given.lot("TEA", "L2")
    given.stock("TEA", 5, lot_id=first)
    given.stock("TEA", 5, lot_id=second)
    hold("SO-1", qty=4, lot_id=first)
    start("SO-1")

    outcome = count("TEA", 1, lot_id=first)

    assert outcome.check().displaced == {"SO-1": {tea: 3}}
    assert where("SO-1") == {("A-01", "L1"): 1}
    assert given.free("TEA") == 5
    assert line("TEA", 1).sku_id == tea
