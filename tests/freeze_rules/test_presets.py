"""Each preset of the house as a story: stock lies there, something happens, and it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from freeze_rules.models import Proof, Rule, RuleState
from freeze_rules.presets import PRESETS
from freeze_rules.services import events, presets, proving, rules, scanning
from inventory import services as inventory
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.freeze_rules.writing import open_holds, tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", sorted(PRESETS))
def test_a_preset_becomes_a_rule_whose_tests_pass_and_that_a_second_person_enables(
    code: str,
) -> None:
    rule = Rule.objects.get(pk=taken(code).pk)

    assert (rule.preset, rule.state) == (code, RuleState.ENABLED)
    assert rule.cases.count() == len(PRESETS[code].cases) >= 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_preset_is_named_and_told_of_in_both_languages(language: str) -> None:
    with override(language):
        said = [(str(each.name), str(each.about)) for each in PRESETS.values()]
    assert len({name for name, _about in said}) == len(PRESETS)
    chinese = [any("一" <= sign <= "鿿" for sign in name + about) for name, about in said]
    assert set(chinese) == {language != "en"}


def test_an_unknown_preset_and_a_parameter_that_it_does_not_have_are_refused() -> None:
    for code, parameters, refusal in (
        ("nothing", {}, "unknown_preset"),
        ("near-expiry", {"weeks": 4}, "unknown_parameter"),
    ):
        with pytest.raises(presets.PresetRefused) as refused, transaction.atomic():
            presets.install(code=code, person=given.person(), parameters=parameters)
        assert refused.value.code == refusal
    assert Rule.objects.count() == 0


def test_a_tuned_preset_whose_tests_then_fail_cannot_be_enabled() -> None:
    writer = given.person()
    with transaction.atomic():
        rule = presets.install(code="near-expiry", person=writer, parameters={"days": 10})
    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.ask(rule_id=rule.pk, person=writer)
    assert refused.value.code == "case_fails"


def test_order_lock_keeps_a_paid_order_and_a_cancel_gives_back_at_once() -> None:
    given.stock("TEA", 20)
    taken("order-lock")

    tell("order.paid", document="SO-1", goods=[("TEA", 5)])
    assert given.free("TEA") == 15
    tell("order.cancelled", document="SO-1")
    assert given.free("TEA") == 20
    assert open_holds("ORDER_LOCK") == []


def test_paid_and_cancelled_in_one_breath_leaves_nothing_locked() -> None:
    given.stock("TEA", 20)
    taken("order-lock")
    writing.happens("order.paid", document="SO-1", goods=[("TEA", 5)])
    writing.happens("order.paid", document="SO-2", goods=[("TEA", 2)])
    writing.happens("order.cancelled", document="SO-1")

    first = writing.judge()
    second = writing.judge()

    assert (first.events, first.more, second.events) == (2, True, 1)
    assert given.free("TEA") == 18


def test_an_order_that_holds_its_units_itself_is_not_locked_a_second_time() -> None:
    given.stock("TEA", 20)
    taken("order-lock")
    with transaction.atomic():
        [outcome] = inventory.hold(
            [
                inventory.HoldRequest(
                    key="o:1", document="SO-1", warehouse_id=given.warehouse_id("WH1"),
                    reason="ORDER", lines=(inventory.Line(sku_id=given.sku("TEA"), qty=3),),
                )
            ],
            actor="system:test",
        )  # fmt: skip
    outcome.check()

    tell("order.paid", document="SO-1", goods=[("TEA", 5)])
    assert given.free("TEA") == 15
    tell("order.changed", document="SO-1", goods=[("TEA", 3)])
    assert given.free("TEA") == 17


def test_unpaid_orders_keep_their_units_for_half_an_hour() -> None:
    given.stock("TEA", 50)
    taken("unpaid-order-lock")

    tell("order.placed", document="SO-1", goods=[("TEA", 5)], facts={"event.paid": False})
    tell("order.placed", document="SO-2", goods=[("TEA", 30)], facts={"event.paid": False})

    assert given.free("TEA") == 45
    [hold] = open_holds("ORDER_LOCK")
    with transaction.atomic():
        assert inventory.release_due(now=hold.created_at + timedelta(minutes=29)) == 0
    with transaction.atomic():
        assert inventory.release_due(now=hold.created_at + timedelta(minutes=31)) == 1
    assert given.free("TEA") == 50


def test_a_received_lot_waits_for_its_inspection_which_passes_fails_or_splits() -> None:
    for code in ("MILK", "OATS", "RICE"):
        given.sku(code, lot_tracked=True, shelf_life_days=45)
    lots = {code: given.lot(code, "L1") for code in ("MILK", "OATS", "RICE")}
    taken("receive-qc")
    for code, lot in lots.items():
        given.stock(code, 1000, lot_id=lot)
        tell("goods.received", document="PO-7", goods=[(code, 1000, lot)])
    assert [given.free(code) for code in lots] == [0, 0, 0]

    tell("inspection.passed", goods=[("MILK", 8, lots["MILK"])])
    tell("inspection.failed", goods=[("OATS", 8, lots["OATS"])])
    tell(
        "inspection.partial", goods=[("RICE", 1000, lots["RICE"])],
        facts={"event.passed": 900, "event.failed": 100},
    )  # fmt: skip

    assert [given.free(code) for code in lots] == [1000, 0, 900]
    assert open_holds("QC") == []
    assert sorted(hold.open for hold in open_holds("DEFECT")) == [100, 1000]


def _defective() -> tuple[int, int]:
    """Three broken bowls came back and are frozen: the hold, and the place."""
    given.stock("BOWL", 3, grade="CC")
    place = given.location("A-01")
    taken("defects")
    bowl = events.Goods(sku_id=given.sku("BOWL"), qty=3, grade="CC", location_id=place)
    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="return.received", key="R-1", document="SO-9",
                    warehouse_id=given.warehouse_id("WH1"), goods=[bowl],
                )
            ],
            told_by="system:test",
        )  # fmt: skip
    writing.judge()
    [hold] = open_holds("DEFECT")
    assert hold.open == 3
    return hold.id, place


def test_defective_goods_come_back_by_repair_then_inspection_then_consent_in_one_step() -> None:
    hold_id, _place = _defective()
    lead = given.person("WAREHOUSE_LEAD")

    with pytest.raises(proving.ProofRefused) as refused, transaction.atomic():
        _approve(hold_id, lead)
    assert refused.value.code == "evidence_first"
    tell("repair.done", goods=[("BOWL", 3)])
    with pytest.raises(proving.ProofRefused) as refused, transaction.atomic():
        _approve(hold_id, lead)
    assert refused.value.code == "evidence_first"
    assert given.free("BOWL") == 0
    tell("inspection.passed", goods=[("BOWL", 3)])
    assert len(open_holds("DEFECT")) == 1

    with transaction.atomic():
        assert _approve(hold_id, lead).released

    assert open_holds("DEFECT") == []
    assert given.free("BOWL") == 3
    assert sorted(Proof.objects.values_list("leaf", flat=True)) == [
        "approval:stock.release_safety", "inspection.passed", "repair.done",
    ]  # fmt: skip


def test_consent_is_refused_to_whoever_may_not_give_it_and_without_a_reason() -> None:
    hold_id, _place = _defective()
    for person, reference, refusal in (
        (given.person("WAREHOUSE_STAFF"), "QI-1", "unknown_hold"),
        (given.person("WAREHOUSE_LEAD"), " ", "reference_missing"),
    ):
        with pytest.raises(proving.ProofRefused) as refused, transaction.atomic():
            _approve(hold_id, person, reference)
        assert refused.value.code == refusal
    assert Proof.objects.count() == 0


def _approve(hold_id: int, person: object, reference: str = "QI-1") -> proving.Approved:
    return proving.approve(
        hold_id=hold_id, permission="stock.release_safety", person=person,  # type: ignore[arg-type]
        reference=reference,
    )  # fmt: skip


def test_lots_with_less_than_thirty_days_are_found_at_night() -> None:
    today = timezone.localdate()
    for code, days in (("L29", 29), ("L30", 30), ("L200", 200)):
        lot = given.lot("MILK", code, expires_on=today + timedelta(days=days))
        given.stock("MILK", 10, lot_id=lot)
    rule = taken("near-expiry")

    with transaction.atomic():
        found = scanning.search(rule_id=rule.pk)
        scanning.freeze_found(found, rule_id=rule.pk)

    assert given.free("MILK") == 20
    [hold] = open_holds("NEAR_EXPIRY")
    assert hold.lot_code == "L29"


@pytest.mark.parametrize(
    ("preset", "kind", "reason"),
    [
        ("customs-inspection", "customs.changed", "CUSTOMS"),
        ("arrived-not-cleared", "shipment.arrived", "NOT_CLEARED"),
    ],
)
def test_a_lot_at_customs_is_frozen_everywhere_until_it_is_cleared(
    preset: str, kind: str, reason: str
) -> None:
    lot, other = given.lot("WINE", "L1"), given.lot("WINE", "L2")
    given.stock("WINE", 10, lot_id=lot)
    given.stock("WINE", 4, lot_id=lot, warehouse="WH2")
    given.stock("WINE", 1, lot_id=other)
    taken(preset)

    tell(
        kind, goods=[("WINE", 0, lot)], warehouse="",
        facts={"event.customs": "INSPECTING", "event.declaration": "5301202611"},
    )  # fmt: skip
    assert (given.free("WINE"), given.free("WINE", "WH2")) == (1, 0)
    tell("customs.cleared", goods=[("WINE", 0, other)], warehouse="")
    assert (given.free("WINE"), given.free("WINE", "WH2")) == (1, 0)
    tell("customs.cleared", goods=[("WINE", 0, lot)], warehouse="")

    assert (given.free("WINE"), given.free("WINE", "WH2")) == (11, 4)
    assert open_holds(reason) == []


def test_uncleared_goods_in_a_bonded_warehouse_are_kept_and_not_sold() -> None:
    given.warehouse("BW", kind="BONDED")
    lot = given.lot("WINE", "L1")
    with transaction.atomic():
        inventory.set_customs(lot_ids=[lot], state="NOT_CLEARED")
    given.stock("WINE", 10, lot_id=lot, warehouse="BW")
    given.stock("WINE", 5, lot_id=lot)
    taken("bonded")

    tell("goods.received", goods=[("WINE", 10, lot)], warehouse="BW")
    tell("goods.received", goods=[("WINE", 5, lot)])

    assert (given.free("WINE", "BW"), given.free("WINE")) == (0, 5)
    tell("customs.cleared", goods=[("WINE", 0, lot)], warehouse="")
    assert given.free("WINE", "BW") == 10


@pytest.mark.parametrize(
    ("preset", "sku", "facts", "reason"),
    [
        ("cold-chain", {"temperature": "CHILLED"}, {"event.minutes": 45}, "COLD_CHAIN"),
        ("light", {"light_sensitive": True}, {"event.dose": 40_000}, "LIGHT"),
    ],
)
def test_goods_that_left_their_climate_wait_for_an_inspection(
    preset: str, sku: dict[str, object], facts: dict[str, object], reason: str
) -> None:
    given.sku("MILK", **sku)
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot)
    given.stock("TEA", 10)
    taken(preset)

    tell("sensor.excursion", document="EX-7", goods=[("MILK", 10, lot), ("TEA", 10)], facts=facts)
    assert (given.free("MILK"), given.free("TEA")) == (0, 10)
    assert len(open_holds(reason)) == 1
    tell("inspection.passed", goods=[("MILK", 2, lot)])
    assert given.free("MILK") == 10


def test_a_leak_freezes_its_zone_and_what_is_put_there_until_it_is_mended() -> None:
    place = given.location("W-01", zone="WET")
    zone = _zone_of(place)
    given.stock("TEA", 10, location="W-01")
    given.stock("TEA", 5)
    taken("leak")

    tell("leak.reported", facts={"zone_id": zone, "location_id": place, "event.severity": "HIGH"})
    given.stock("TEA", 2, location="W-01")
    assert given.free("TEA") == 5
    tell("leak.mended", facts={"zone_id": zone})
    assert given.free("TEA") == 17


def _zone_of(location_id: int) -> int:
    from inventory.selectors import scope_units

    zone = scope_units.zones_of([location_id])[location_id]
    assert zone is not None
    return zone


def test_a_hundred_of_a_thousand_cartons_are_frozen_and_the_rest_is_sold() -> None:
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 1000, lot_id=lot)
    taken("damaged-part")

    tell("damage.reported", goods=[("MILK", 100, lot)])
    assert given.free("MILK") == 900
    tell(
        "inspection.partial", goods=[("MILK", 100, lot)],
        facts={"event.passed": 60, "event.failed": 40},
    )  # fmt: skip
    assert given.free("MILK") == 960
    assert open_holds("DAMAGE") == []
    assert [hold.open for hold in open_holds("DEFECT")] == [40]


def test_a_blocked_suppliers_lots_are_frozen_and_those_that_still_arrive() -> None:
    bad = given.lot("NUTS", "L1", supplier="S-1")
    good = given.lot("NUTS", "L2", supplier="S-2")
    given.stock("NUTS", 10, lot_id=bad)
    given.stock("NUTS", 4, lot_id=good)
    taken("supplier-blocked")

    tell("supplier.blocked", warehouse="", facts={"event.supplier": "S-1"})
    given.stock("NUTS", 7, lot_id=bad, warehouse="WH2")
    assert (given.free("NUTS"), given.free("NUTS", "WH2")) == (4, 0)
    tell("supplier.cleared", warehouse="", facts={"event.supplier": "S-1"})
    assert (given.free("NUTS"), given.free("NUTS", "WH2")) == (14, 7)


def test_a_late_delivery_is_inspected_that_lot_only() -> None:
    late, before = given.lot("MILK", "L2"), given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=late)
    given.stock("MILK", 3, lot_id=before)
    taken("late-receipt")

    tell("receipt.late", document="PO-7", goods=[("MILK", 10, late)], facts={"event.days": 3})
    assert given.free("MILK") == 3
    tell("inspection.passed", document="PO-7", goods=[("MILK", 1, late)])
    assert given.free("MILK") == 13


def test_a_recall_notice_freezes_everywhere_and_needs_inspection_and_consent() -> None:
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot)
    given.stock("MILK", 6, lot_id=lot, warehouse="WH2")
    taken("recall-notice")

    tell("external", goods=[("MILK", 0, lot)], warehouse="", facts={"event.external": "recall"})
    assert (given.free("MILK"), given.free("MILK", "WH2")) == (0, 0)
    [hold] = open_holds("RECALL")
    tell("inspection.passed", goods=[("MILK", 5, lot)])
    assert given.free("MILK") == 0
    with transaction.atomic():
        assert _approve(hold.id, given.person("WAREHOUSE_LEAD")).released
    assert (given.free("MILK"), given.free("MILK", "WH2")) == (10, 6)


def test_a_promotions_reserve_is_set_aside_and_given_back_when_it_closes() -> None:
    given.stock("TEA", 50)
    taken("promotion-reserve")
    ends = timezone.now() + timedelta(days=2)

    tell(
        "promotion.opened", document="PR-1", goods=[("TEA", 40)],
        facts={"event.promotion": "PR-1", "event.ends_at": ends.isoformat()},
    )  # fmt: skip
    assert given.free("TEA") == 10
    tell("promotion.closed", document="PR-1")
    assert given.free("TEA") == 50
