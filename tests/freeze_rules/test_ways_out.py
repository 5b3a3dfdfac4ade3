"""Ways out of a freeze: for safety only with evidence; worth and facts of all that it holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from freeze_rules.selectors.checking import Wrong, faults
from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.selectors.moments import _true_of
from freeze_rules.services import proving
from tests import given
from tests.freeze_rules.writing import enabled, open_holds, tell

pytestmark = pytest.mark.django_db
PASSED, SAFETY = {"proof": "inspection.passed"}, {"approval": "stock.release_safety"}
CLEARED = {"fact": "lot.customs", "is": "=", "value": "CLEARED"}
CHEAP = {"fact": "hold.value", "is": "<", "value": 5000}
ANYTHING = {"fact": "sku.category", "is": "!=", "value": "NOTHING"}


def found(**parts: Any) -> list[Wrong]:
    said = {"trigger": "goods.received", "scope": "lot", "reason": "QC", **parts}
    with override("en"):
        return faults(said, parameters={}, rule_id=0, today=timezone.localdate())


@pytest.mark.parametrize(
    ("release", "path"),
    [
        (ANYTHING, ""),
        (CHEAP, ""),
        ({"fact": "lot.days_left", "is": ">=", "value": 10}, ""),
        ({"any": [PASSED, ANYTHING]}, "any[1]"),
        ({"any": [PASSED, {"all": [CHEAP, {"after": {"days": 1}}]}]}, "any[1]"),
        ({"all": [ANYTHING, {"any": [SAFETY, {"all": [CHEAP]}]}]}, ""),
        ({"proof": "order.cancelled"}, ""),
        ({"fact": "lot.customs", "is": "!=", "value": "REFUSED"}, ""),
    ],
)
def test_a_way_out_of_a_safety_freeze_without_evidence_is_refused_with_its_path(
    release: dict[str, Any], path: str
) -> None:
    [wrong] = found(release=release)

    assert (wrong.part, wrong.path) == ("release", path)
    assert "alone would do it" in wrong.sentence
    assert not found(release=release, reason="RULE")


@pytest.mark.parametrize(
    "release",
    [
        {"any": [{"all": [PASSED, {"proof": "customs.cleared"}]}, {"all": [SAFETY, CHEAP]}]},
        {"all": [CLEARED, ANYTHING]},
        {"proof": "sensor.recovered"},
        {},
    ],
)
def test_each_way_with_an_inspection_a_clearance_a_sensor_or_an_approval_will_do(
    release: dict[str, Any],
) -> None:
    assert not found(release=release)


def test_what_an_event_does_to_a_safety_freeze_needs_evidence_as_well() -> None:
    [wrong] = found(dispositions=[{"on": "order.shipped", "do": "release"}])
    assert (wrong.part, wrong.sentence) == (
        "dispositions[0]",
        "“Order shipped” is no evidence: it does not end a freeze for safety.",
    )
    into = {"on": "inspection.failed", "do": "convert", "reason": "DEFECT"}
    assert not found(dispositions=[into, {"on": "inspection.partial", "do": "release_qty"}])
    [wrong] = found(dispositions=[{**into, "release": {"any": [PASSED, CHEAP]}}])
    assert (wrong.part, wrong.path) == ("dispositions[0]", "any[1]")


def test_the_way_out_of_what_a_freeze_turns_into_is_read_before_it_is_kept() -> None:
    into = {"on": "inspection.failed", "do": "convert", "reason": "DEFECT"}
    for leaf in (
        {"fact": "event.qty", "is": ">", "value": 1},
        {"fact": "sku.cost", "is": "around", "value": 1},
        {"proof": "sun.shines"},
        {"at": "2020-01-01T09:00:00+08:00"},
    ):
        wrong = found(dispositions=[into, {**into, "release": {"all": [PASSED, leaf]}}])
        assert [each.part for each in wrong] == ["dispositions[1]"]


def test_a_leaf_that_cannot_be_read_is_not_met() -> None:
    assert _true_of([{"sku.cost": Decimal(1)}], {"fact": "sku.cost", "is": "<", "value": 2})
    assert not _true_of([{"sku.cost": Decimal(1)}], {"fact": "sku.gone", "is": "<", "value": 2})


def test_what_events_tell_is_no_fact_of_a_way_out() -> None:
    [wrong] = found(release={"all": [PASSED, {"fact": "event.qty", "is": ">", "value": 1}]})
    assert wrong.part == "release"
    [unknown] = found(condition={"fact": "hold.value", "is": "<", "value": 1})
    assert (unknown.part, unknown.sentence) == ("condition", "There is no fact “hold.value”.")


def leaked() -> None:
    tell("leak.reported", facts={"location_id": given.location("W-1")})


def received(lot_id: int | None) -> None:
    tell("goods.received", goods=[("MILK", 10, lot_id)])


@pytest.mark.parametrize("reach", ["lot", "sku", "order", "zone", "location", "warehouse"])
@pytest.mark.parametrize(("cost", "opens"), [("499", True), ("500", False)])
def test_the_worth_of_a_freeze_is_that_of_all_it_holds_however_far_it_reaches(
    reach: str, cost: str, opens: bool
) -> None:
    lead = given.person("WAREHOUSE_LEAD")
    given.location("W-1", zone="WET")
    given.sku("MILK", unit_cost=cost)
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot, location="W-1")
    wide = reach in ("zone", "location", "warehouse")
    enabled(
        trigger="leak.reported" if wide else "goods.received", scope=reach, reason="QC",
        release={"any": [PASSED, {"all": [SAFETY, CHEAP]}]},
        **({"quantity": {"event": True}} if reach == "order" else {}),
    )  # fmt: skip
    if wide:
        leaked()
    else:
        received(lot)
    [hold] = open_holds("QC")

    with transaction.atomic():
        done = proving.approve(
            hold_id=hold.id, permission="stock.release_safety", person=lead, reference="R-1"
        )

    assert done.released is opens
    assert given.free("MILK") == (10 if opens else 0)
    if not opens:
        with override("en"):
            seen = evidence_of(hold.id)
        assert seen is not None
        assert [(leaf.label, leaf.met) for leaf in seen.leaves][1:] == [
            ("approval by “Release safety freezes”", True),
            ("Worth of the freeze is less than 5,000 CNY", False),
        ]


def test_a_fact_of_goods_is_true_of_a_freeze_only_when_it_is_of_all_its_goods() -> None:
    given.location("W-1", zone="WET")
    for code, category in (("MILK", "DAIRY"), ("FISH", "FISH")):
        given.sku(code, category=category)
        given.stock(code, 5, location="W-1")
    dairy = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
    some = {"fact": "sku.category", "is": "in", "value": ["DAIRY", "FISH"]}
    enabled(
        trigger="leak.reported", scope="zone", reason="RULE", release={"all": [PASSED, dairy, some]}
    )
    leaked()

    seen = evidence_of(open_holds("RULE")[0].id)

    assert seen is not None
    assert [leaf.met for leaf in seen.leaves] == [False, False, True]


def test_units_and_value_of_the_cell_are_those_of_a_freeze_that_names_no_cell() -> None:
    given.sku("MILK", unit_cost="2")
    given.stock("MILK", 10)
    enough = {"fact": "cell.on_hand", "is": "=", "value": 10}
    worth = {"fact": "cell.value", "is": "=", "value": 20}
    enabled(scope="sku", release={"all": [PASSED, enough, worth]})
    received(None)

    seen = evidence_of(open_holds("QC")[0].id)

    assert seen is not None
    assert [leaf.met for leaf in seen.leaves] == [False, True, True]
